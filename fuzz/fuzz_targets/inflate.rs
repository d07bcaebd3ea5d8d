#![no_main]

fuzz::bytes!("inflate");
