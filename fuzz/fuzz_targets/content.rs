#![no_main]

fuzz::bytes!("content");
