#![no_main]

fuzz::images!("squashfs");
