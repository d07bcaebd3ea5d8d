//! Memory of readers that are done, for those that come. Most files on a disk are small: to get and to clear memory for each would cost
//! more than to unpack it.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use crate::codes::{DISTANCE_ENTRIES, Entry, LITERAL_ENTRIES};

/// Packed bytes that wait to be unpacked.
pub const PACKED_BYTES: usize = 64 << 10;
/// Unpacked bytes, those before them that may be repeated among them.
pub const UNPACKED_BYTES: usize = 128 << 10;

pub struct Memory {
    pub packed: Box<[u8; PACKED_BYTES]>,
    pub unpacked: Box<[u8; UNPACKED_BYTES]>,
    pub literals: Box<[Entry; LITERAL_ENTRIES]>,
    pub distances: Box<[Entry; DISTANCE_ENTRIES]>,
}

/// Archives are opened within one another, so more than one may be in use at a time.
const KEPT_MAX: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<Memory>> = const { RefCell::new(Vec::new()) };
}

/// Memory that goes back to the spare when its reader is dropped. It holds what is left from who had it before.
pub struct Lent(Option<Memory>);

impl Lent {
    pub fn new() -> Lent {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
        let new = || Memory { packed: boxed(), unpacked: boxed(), literals: boxed(), distances: boxed() };
        Lent(Some(spare.unwrap_or_else(new)))
    }
}

impl Deref for Lent {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        self.0.as_ref().expect("it is given back only when dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Memory {
        self.0.as_mut().expect("it is given back only when dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A thread that ends keeps nothing.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT_MAX {
                spare.extend(self.0.take());
            }
        });
    }
}

/// An array that was never on the stack.
fn boxed<T: Clone + Default, const LENGTH: usize>() -> Box<[T; LENGTH]> {
    let slice = vec![T::default(); LENGTH].into_boxed_slice();
    slice.try_into().unwrap_or_else(|_| unreachable!("the vector was made of this length"))
}
