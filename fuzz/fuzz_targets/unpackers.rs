#![no_main]

fuzz::bytes!("unpackers");
