#![no_main]

fuzz::images!("partitions");
