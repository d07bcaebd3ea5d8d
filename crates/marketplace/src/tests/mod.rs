//! What the stories of several chapters are told with.

mod certificates;
mod goods;
pub mod paper_machines;
