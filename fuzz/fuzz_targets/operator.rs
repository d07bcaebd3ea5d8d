#![no_main]

fuzz::bytes!("operator");
