#![no_main]

fuzz::images!("ext4");
