#![no_main]

fuzz::bytes!("boot");
