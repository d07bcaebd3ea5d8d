//! What the stories of several chapters are told with.

mod certificates;
mod exceptions;
mod goods;
pub mod paper_machines;
