//! A filesystem in memory, whose files an input holds.

use disk::tree::memory::Folder;

/// In an input: another file follows, whose path is told by the next byte.
pub const NEXT: u8 = 0xff;

/// The files that `input` holds: what follows each [`NEXT`] and the number of one of `paths` is the content of that file, and what
/// stands before the first belongs to the first of them.
pub fn of(input: &[u8], paths: &[&str]) -> Folder {
    let mut folder = Folder::empty();
    let mut parts = input.split(|byte| *byte == NEXT);
    let first = parts.next().unwrap_or_default();
    folder.add(paths[0], first);
    for part in parts {
        if let [number, content @ ..] = part {
            folder.add(paths[usize::from(*number) % paths.len()], content);
        }
    }
    folder
}
