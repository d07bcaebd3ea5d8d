#![no_main]

fuzz::images!("hives");
