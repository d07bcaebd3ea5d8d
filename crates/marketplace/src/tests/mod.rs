//! What the stories of several chapters are told with.

mod goods;
pub mod paper_machines;
