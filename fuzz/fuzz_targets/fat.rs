#![no_main]

fuzz::images!("fat");
