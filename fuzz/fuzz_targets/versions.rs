#![no_main]

fuzz::bytes!("versions");
