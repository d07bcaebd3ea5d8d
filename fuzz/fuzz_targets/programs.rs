#![no_main]

fuzz::bytes!("programs");
