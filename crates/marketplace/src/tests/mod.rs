//! What the stories of several chapters are told with.

mod failing;
mod goods;
pub mod paper_machines;
