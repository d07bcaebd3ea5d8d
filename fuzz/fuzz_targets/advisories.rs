#![no_main]

fuzz::bytes!("advisories");
