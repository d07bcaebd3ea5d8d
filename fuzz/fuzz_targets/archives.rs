#![no_main]

fuzz::bytes!("archives");
