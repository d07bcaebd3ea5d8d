#![no_main]

fuzz::bytes!("packages");
