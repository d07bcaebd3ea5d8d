#![no_main]

fuzz::images!("rpm");
