#![no_main]

fuzz::bytes!("linux");
