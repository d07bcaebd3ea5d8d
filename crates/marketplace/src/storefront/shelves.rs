//! What is on sale, kept ready for reading.

/// Everything on sale.
#[derive(Default)]
pub struct Shelves;
