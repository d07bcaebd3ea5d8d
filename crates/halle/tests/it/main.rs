//! The stories that go through the program's own door: its server as a process, its pages in a browser.
//!
//! Stories that need a browser lie in modules called `with_browser`, which `cargo xtask test --no-browser` leaves out.

#[allow(dead_code, reason = "each story uses what it needs")]
mod browser;
mod certificate;
mod certify;
mod client;
mod convert;
mod doors;
mod harness;
mod kill;
mod packages;
mod prepared;
mod receiver;
mod resume;
mod road;
mod server;
mod webdriver;
