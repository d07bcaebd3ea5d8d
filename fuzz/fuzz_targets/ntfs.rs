#![no_main]

fuzz::images!("ntfs");
