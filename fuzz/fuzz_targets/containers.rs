#![no_main]

fuzz::images!("containers");
