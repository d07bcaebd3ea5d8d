//! LZO1X: literals and references back, told apart by the first byte of each instruction.
//!
//! The output is a slice of known length and only what was already written is referred to, so nothing grows and nothing
//! is read that is not there.

/// Reading a packed run from front to back.
struct Packed<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Packed<'_> {
    fn byte(&mut self) -> Option<usize> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(usize::from(byte))
    }

    fn pair(&mut self) -> Option<usize> {
        Some(self.byte()? | self.byte()? << 8)
    }

    /// A length that is `held`, or if that is none, as many as follow: a zero stands for 255 more.
    fn length(&mut self, held: usize, more: usize) -> Option<usize> {
        if held != 0 {
            return Some(held);
        }
        let mut length = more;
        loop {
            match self.byte()? {
                // The run of zeros is no longer than the packed bytes, so this cannot overflow.
                0 => length += 255,
                last => return Some(length + last),
            }
        }
    }
}

/// What was written so far.
struct Unpacked<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Unpacked<'_> {
    fn literals(&mut self, from: &mut Packed<'_>, count: usize) -> Option<()> {
        let found = from.bytes.get(from.at..from.at.checked_add(count)?)?;
        self.bytes.get_mut(self.at..self.at.checked_add(count)?)?.copy_from_slice(found);
        from.at += count;
        self.at += count;
        Some(())
    }

    /// Repeats what stands `distance` bytes back, which may run into what it writes.
    fn repeat(&mut self, distance: usize, count: usize) -> Option<()> {
        let from = self.at.checked_sub(distance)?;
        let to = self.at.checked_add(count).filter(|end| *end <= self.bytes.len())?;
        for n in 0..to - self.at {
            self.bytes[self.at + n] = self.bytes[from + n];
        }
        self.at = to;
        Some(())
    }
}

/// Unpacks into the beginning of `into` and tells how much came; `None` if the packed bytes make no sense or make too much.
pub fn unpack(packed: &[u8], into: &mut [u8]) -> Option<usize> {
    let mut from = Packed { bytes: packed, at: 0 };
    let mut into = Unpacked { bytes: into, at: 0 };
    // How many literals came last: it decides what a small first byte means.
    let mut literals = 0;
    let first = usize::from(*packed.first()?);
    if first > 17 {
        from.at = 1;
        literals = first - 17;
        into.literals(&mut from, literals)?;
    }
    loop {
        let code = from.byte()?;
        let (distance, count, tail) = match code {
            0..16 if literals == 0 => {
                let count = from.length(code, 15)? + 3;
                into.literals(&mut from, count)?;
                literals = 4;
                continue;
            }
            0..16 => {
                let near = (code >> 2) + (from.byte()? << 2) + 1;
                // After a long run of literals the reference is farther and longer.
                if literals >= 4 { (near + 2048, 3, code & 3) } else { (near, 2, code & 3) }
            }
            16..32 => {
                let count = from.length(code & 7, 7)? + 2;
                let pair = from.pair()?;
                let distance = ((code & 8) << 11) + (pair >> 2);
                if distance == 0 {
                    // The end, which must be all.
                    return (count == 3 && from.at == packed.len()).then_some(into.at);
                }
                (distance + 16_384, count, pair & 3)
            }
            32..64 => {
                let count = from.length(code & 31, 31)? + 2;
                let pair = from.pair()?;
                ((pair >> 2) + 1, count, pair & 3)
            }
            _ => {
                let distance = (from.byte()? << 3) + (code >> 2 & 7) + 1;
                (distance, (code >> 5) + 1, code & 3)
            }
        };
        into.repeat(distance, count)?;
        literals = tail;
        into.literals(&mut from, tail)?;
    }
}
