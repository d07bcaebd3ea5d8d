#![no_main]

fuzz::images!("certify");
