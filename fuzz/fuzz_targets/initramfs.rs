#![no_main]

fuzz::bytes!("initramfs");
