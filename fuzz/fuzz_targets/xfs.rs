#![no_main]

fuzz::images!("xfs");
