#![no_main]

fuzz::images!("btrfs");
