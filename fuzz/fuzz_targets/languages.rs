#![no_main]

fuzz::bytes!("languages");
