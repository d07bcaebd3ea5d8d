//! A deflate stream: blocks, each stored, or packed with codes that it defines itself, or with those that every reader knows.
//!
//! Two loops unpack the codes of a block. The fast one runs while there is enough of everything: it reads eight bytes at a time, and
//! writes past what it has to. The careful one takes the last few bytes of a stream, one code at a time.

use std::fmt;
use std::io::{self, Read};

use crate::Damage;
use crate::codes::{
    DISTANCE_BITS, DISTANCE_CODES, DISTANCES_MAX, END, Entry, FURTHER, LENGTH_BITS, LENGTH_CODES, LENGTHS,
    LITERAL, LITERAL_BITS, LITERAL_CODES, LITERALS_MAX, SPECIAL, bits, code_bits, value,
};
use crate::spare::{Lent, Memory, PACKED_BYTES, UNPACKED_BYTES};

/// How far back a repetition may reach.
const WINDOW_BYTES: usize = 32 << 10;
const REPEATED_BYTES_MAX: usize = 258;
/// Most repetitions fit one step; all others are written in shorter ones. Either may go past the end, by less than the long one.
const LONG_STEP_BYTES: usize = 32;
const STEP_BYTES: usize = 16;
/// What one round of the fast loop may read: at most twice eight bytes, seven apart, and eight before the first round.
const ROUND_PACKED_BYTES: usize = 24;
/// What one round of either loop may write: some literals, and a repetition.
const ROUND_UNPACKED_BYTES: usize = 3 + REPEATED_BYTES_MAX + LONG_STEP_BYTES;
/// The definition of a block's codes is shorter, and so is the header of a stored block.
const DEFINITION_BYTES_MAX: usize = 512;

const NO_CODE: Damage = Damage::Other("packed data holds what is no code");

/// The order in which a block tells the lengths of the codes for lengths.
const LENGTH_ORDER: [usize; LENGTHS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Block,
    /// So many bytes as they are.
    Stored(usize),
    Codes,
    Nothing,
    Damage(Damage),
}

pub struct Stream {
    memory: Lent,
    place: Place,
    /// What is unpacked and was not taken yet begins here.
    taken: usize,
    next: Next,
    is_last_block: bool,
    /// Whether the tables are those of the codes that every reader knows.
    has_known_codes: bool,
    /// Whether the source ended.
    is_all: bool,
}

/// Where a stream is read and written.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The next of the packed bytes, and their end.
    at: usize,
    end: usize,
    /// Bits that were read and not used yet, the next one lowest. Above `count` stand some that will be read once more.
    bits: u64,
    count: u8,
    /// The end of what is unpacked.
    unpacked: usize,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("next", &self.next).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Stream {
    pub fn new() -> Stream {
        Stream {
            memory: Lent::new(),
            place: Place::default(),
            taken: 0,
            next: Next::Block,
            is_last_block: false,
            has_known_codes: false,
            is_all: false,
        }
    }

    /// What is unpacked and was not taken yet.
    pub fn given(&self) -> &[u8] {
        &self.memory.unpacked[self.taken..self.place.unpacked]
    }

    pub fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.place.unpacked);
    }

    pub fn is_over(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Begins another stream with the packed bytes that follow this one.
    pub fn begin_another(&mut self) {
        (self.taken, self.place.unpacked) = (0, 0);
        self.next = Next::Block;
    }

    /// The next byte that no block claims; `None` at the end of the source.
    pub fn byte(&mut self, source: &mut impl Read) -> io::Result<Option<u8>> {
        self.place.align();
        if self.place.at == self.place.end {
            self.refill(source)?;
        }
        let byte = self.memory.packed[..self.place.end].get(self.place.at).copied();
        self.place.at += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Unpacks something, if anything is left. What was unpacked before must have been taken.
    pub fn go_on(&mut self, source: &mut impl Read) -> io::Result<()> {
        let place = &mut self.place;
        if place.unpacked + ROUND_UNPACKED_BYTES > UNPACKED_BYTES {
            self.memory.unpacked.copy_within(place.unpacked - WINDOW_BYTES..place.unpacked, 0);
            place.unpacked = WINDOW_BYTES;
        }
        self.taken = self.place.unpacked;
        while self.place.unpacked + ROUND_UNPACKED_BYTES <= UNPACKED_BYTES && self.next != Next::Nothing {
            if self.place.at + DEFINITION_BYTES_MAX > self.place.end && !self.is_all {
                // What is there is given before more is asked for: who asks may fail.
                if self.place.unpacked > self.taken {
                    break;
                }
                self.refill(source)?;
            }
            if let Err(damage) = self.step() {
                self.next = Next::Damage(damage);
                if self.place.unpacked == self.taken {
                    return Err(damage.into());
                }
                break;
            }
        }
        Ok(())
    }

    /// Moves what is left to the begin, and fills the rest from the source.
    fn refill(&mut self, source: &mut impl Read) -> io::Result<()> {
        let place = &mut self.place;
        place.give_back();
        self.memory.packed.copy_within(place.at..place.end, 0);
        (place.at, place.end) = (0, place.end - place.at);
        while place.end < PACKED_BYTES && !self.is_all {
            match source.read(&mut self.memory.packed[place.end..]) {
                Ok(0) => self.is_all = true,
                Ok(length) => place.end += length,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(())
    }

    /// Does what comes next, as far as there is room.
    fn step(&mut self) -> Result<(), Damage> {
        match self.next {
            Next::Block => self.block(),
            Next::Stored(0) => {
                self.end_block();
                Ok(())
            }
            Next::Stored(length) => self.stored(length),
            Next::Codes => {
                let is_over = self.fast()? || self.careful()?;
                if is_over {
                    self.end_block();
                }
                Ok(())
            }
            Next::Nothing => Ok(()),
            Next::Damage(damage) => Err(damage),
        }
    }

    fn end_block(&mut self) {
        self.next = if self.is_last_block { Next::Nothing } else { Next::Block };
    }

    fn take(&mut self, count: u8) -> Result<usize, Damage> {
        self.place.load(&self.memory.packed);
        self.place.take(count)
    }

    /// The header of a block.
    fn block(&mut self) -> Result<(), Damage> {
        self.is_last_block = self.take(1)? == 1;
        self.next = match self.take(2)? {
            0 => {
                self.place.align();
                let (length, inverse) = (self.take(16)?, self.take(16)?);
                if length != inverse ^ 0xffff {
                    return Err(Damage::Other("the length of a stored block is not what it says twice"));
                }
                self.place.align();
                Next::Stored(length)
            }
            1 => {
                // A block may be no longer than ten bits, and there may be many.
                if !self.has_known_codes {
                    let mut lengths = [8; 288 + 32];
                    lengths[144..256].fill(9);
                    lengths[256..280].fill(7);
                    lengths[288..].fill(5);
                    self.define(&lengths, 288)?;
                    self.has_known_codes = true;
                }
                Next::Codes
            }
            2 => {
                self.has_known_codes = false;
                self.definition()?;
                Next::Codes
            }
            _ => return Err(Damage::Other("a packed block is of no known kind")),
        };
        Ok(())
    }

    fn define(&mut self, lengths: &[u8], literals: usize) -> Result<(), Damage> {
        let (literals, distances) = lengths.split_at(literals);
        let memory = &mut *self.memory;
        LITERAL_CODES.fill(&mut *memory.literals, literals)?;
        DISTANCE_CODES.fill(&mut *memory.distances, distances)
    }

    /// The codes of a block, which are told by the lengths of their codes, which are told by codes of their own.
    fn definition(&mut self) -> Result<(), Damage> {
        let literals = 257 + self.take(5)?;
        let distances = 1 + self.take(5)?;
        let told = 4 + self.take(4)?;
        if literals > LITERALS_MAX || distances > DISTANCES_MAX {
            return Err(Damage::Other("a packed block has more codes than there are"));
        }
        let mut lengths = [0; LENGTHS];
        for symbol in &LENGTH_ORDER[..told] {
            lengths[*symbol] = self.take(3)? as u8;
        }
        let mut table = [0; 1 << LENGTH_BITS];
        LENGTH_CODES.fill(&mut table, &lengths)?;

        let mut lengths = [0; LITERALS_MAX + DISTANCES_MAX];
        let lengths = &mut lengths[..literals + distances];
        let mut at = 0;
        while at < lengths.len() {
            self.place.load(&self.memory.packed);
            let entry = table[self.place.peek(LENGTH_BITS)];
            self.place.take(bits(entry))?;
            let (length, times) = match value(entry) {
                16 => {
                    let before = at.checked_sub(1).map(|before| lengths[before]);
                    let before = before.ok_or(Damage::Other("a packed block repeats what is not there"))?;
                    (before, 3 + self.take(2)?)
                }
                17 => (0, 3 + self.take(3)?),
                18 => (0, 11 + self.take(7)?),
                length => (length as u8, 1),
            };
            let places = lengths.get_mut(at..at + times);
            places.ok_or(Damage::Other("a packed block has more codes than it says"))?.fill(length);
            at += times;
        }
        if lengths[256] == 0 {
            return Err(Damage::Other("a packed block has no end"));
        }
        self.define(lengths, literals)
    }

    fn stored(&mut self, length: usize) -> Result<(), Damage> {
        let place = &mut self.place;
        let room = UNPACKED_BYTES - place.unpacked;
        let copied = length.min(room).min(place.end - place.at);
        if copied == 0 && place.at == place.end && self.is_all {
            return Err(Damage::CutOff);
        }
        let memory = &mut *self.memory;
        let from = &memory.packed[place.at..place.at + copied];
        memory.unpacked[place.unpacked..place.unpacked + copied].copy_from_slice(from);
        place.at += copied;
        place.unpacked += copied;
        self.next = Next::Stored(length - copied);
        Ok(())
    }

    /// Unpacks codes while there is enough of everything. `true` when the block is over.
    fn fast(&mut self) -> Result<bool, Damage> {
        // A copy, so that it stays in registers.
        let mut place = self.place;
        let is_over = place.rounds(&mut self.memory);
        self.place = place;
        is_over
    }

    /// Unpacks codes one by one, near the end of all there is. `true` when the block is over.
    fn careful(&mut self) -> Result<bool, Damage> {
        let memory = &mut *self.memory;
        let place = &mut self.place;
        while self.is_all && place.unpacked + ROUND_UNPACKED_BYTES <= UNPACKED_BYTES {
            let entry = place.code(&memory.packed, LITERAL_BITS, &*memory.literals)?;
            if entry & LITERAL != 0 {
                place.literal(entry, &mut memory.unpacked);
            } else if entry & SPECIAL != 0 {
                place.skip(bits(entry));
                return is_end(entry);
            } else {
                let length = place.number(entry);
                let entry = place.code(&memory.packed, DISTANCE_BITS, &*memory.distances)?;
                is_distance(entry)?;
                let distance = place.number(entry);
                place.repeat(&mut memory.unpacked, length, distance)?;
            }
        }
        Ok(false)
    }
}

/// `true` for the end of a block; no other entry is special but what no code begins with.
fn is_end(entry: Entry) -> Result<bool, Damage> {
    if entry & END == 0 { Err(NO_CODE) } else { Ok(true) }
}

fn is_distance(entry: Entry) -> Result<(), Damage> {
    if entry & SPECIAL == 0 { Ok(()) } else { Err(NO_CODE) }
}

impl Place {
    /// The fast loop. `true` when the block is over.
    ///
    /// Each step waits for the one before it, so the time goes with the longest chain of what has to wait. Hence each table is looked up
    /// with bits that are there already, and more are loaded while the answer is on its way.
    #[inline(always)]
    fn rounds(&mut self, memory: &mut Memory) -> Result<bool, Damage> {
        let (packed, unpacked) = (&*memory.packed, &mut *memory.unpacked);
        let (literals, distances) = (&*memory.literals, &*memory.distances);
        if self.at + ROUND_PACKED_BYTES <= self.end {
            self.load_eight(packed);
        }
        while self.at + ROUND_PACKED_BYTES <= self.end
            && self.unpacked + ROUND_UNPACKED_BYTES <= UNPACKED_BYTES
        {
            // Each round leaves enough bits for a lookup. Behind it, there are 56.
            let mut entry = literals[self.peek(LITERAL_BITS)];
            self.load_eight(packed);
            if entry & LITERAL != 0 {
                self.literal(entry, unpacked);
                entry = literals[self.peek(LITERAL_BITS)];
                if entry & LITERAL != 0 {
                    self.literal(entry, unpacked);
                    entry = literals[self.peek(LITERAL_BITS)];
                    if entry & LITERAL != 0 {
                        self.literal(entry, unpacked);
                        continue;
                    }
                }
            }
            // Two literals took 22 bits at most, and a length takes 20: the 8 for a distance are there.
            if entry & SPECIAL != 0 {
                if entry & FURTHER != 0 {
                    entry = literals[self.further(entry)];
                    if entry & LITERAL != 0 {
                        self.literal(entry, unpacked);
                        continue;
                    }
                }
                if entry & SPECIAL != 0 {
                    self.skip(bits(entry));
                    return is_end(entry);
                }
            }
            let length = self.number(entry);
            let mut entry = distances[self.peek(DISTANCE_BITS)];
            self.load_eight(packed);
            if entry & SPECIAL != 0 {
                if entry & FURTHER != 0 {
                    entry = distances[self.further(entry)];
                }
                is_distance(entry)?;
            }
            // It takes 28 bits at most.
            let distance = self.number(entry);
            self.repeat(unpacked, length, distance)?;
        }
        Ok(false)
    }

    /// Loads 56 bits or more. At least eight bytes must be there.
    #[inline(always)]
    fn load_eight(&mut self, packed: &[u8; PACKED_BYTES]) {
        let eight = packed[self.at..].first_chunk().expect("who calls saw that they are there");
        self.bits |= u64::from_le_bytes(*eight) << self.count;
        self.at += usize::from((63 - self.count) / 8);
        self.count |= 56;
    }

    /// Loads as many bits as there are, but no more than 64.
    #[inline]
    fn load(&mut self, packed: &[u8; PACKED_BYTES]) {
        if self.at + 8 <= self.end {
            return self.load_eight(packed);
        }
        while self.count <= 56 && self.at < self.end {
            self.bits |= u64::from(packed[self.at]) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    #[inline(always)]
    fn peek(&self, count: usize) -> usize {
        (self.bits & ((1 << count) - 1)) as usize
    }

    #[inline(always)]
    fn skip(&mut self, count: u8) {
        self.bits >>= count;
        self.count -= count;
    }

    fn take(&mut self, count: u8) -> Result<usize, Damage> {
        if count > self.count {
            return Err(Damage::CutOff);
        }
        let taken = self.peek(count.into());
        self.skip(count);
        Ok(taken)
    }

    /// Gives whole bytes back that were loaded and not used.
    fn give_back(&mut self) {
        self.at -= usize::from(self.count / 8);
        self.count %= 8;
        self.bits &= (1 << self.count) - 1;
    }

    /// Skips what is left of a byte that is used in part.
    fn align(&mut self) {
        self.skip(self.count % 8);
        self.give_back();
    }

    /// The entry for the next code, all bits of which are there.
    fn code(
        &mut self,
        packed: &[u8; PACKED_BYTES],
        table_bits: usize,
        table: &[Entry],
    ) -> Result<Entry, Damage> {
        self.load(packed);
        let mut entry = table[self.peek(table_bits)];
        if entry & FURTHER != 0 && bits(entry) <= self.count {
            entry = table[self.further(entry)];
        }
        if bits(entry) > self.count { Err(Damage::CutOff) } else { Ok(entry) }
    }

    /// Skips the first bits of a long code, and tells where the entry for the rest stands.
    #[inline(always)]
    fn further(&mut self, entry: Entry) -> usize {
        self.skip(bits(entry));
        value(entry) + self.peek(code_bits(entry).into())
    }

    /// The length or distance that begins with this entry.
    #[inline(always)]
    fn number(&mut self, entry: Entry) -> usize {
        let before = self.bits;
        self.skip(bits(entry));
        let more = (before ^ self.bits << bits(entry)) >> code_bits(entry);
        value(entry) + more as usize
    }

    #[inline(always)]
    fn literal(&mut self, entry: Entry, unpacked: &mut [u8; UNPACKED_BYTES]) {
        unpacked[self.unpacked] = value(entry) as u8;
        self.unpacked += 1;
        self.skip(bits(entry));
    }

    /// Writes once more what was unpacked so far back, and possibly some bytes behind it, which will be written over.
    #[inline(always)]
    fn repeat(
        &mut self,
        unpacked: &mut [u8; UNPACKED_BYTES],
        length: usize,
        distance: usize,
    ) -> Result<(), Damage> {
        let to = self.unpacked;
        let from = to.checked_sub(distance);
        let from = from.ok_or(Damage::Other("packed data repeats what was before its begin"))?;
        self.unpacked += length;
        if distance >= LONG_STEP_BYTES && length <= LONG_STEP_BYTES {
            let step = *unpacked[from..].first_chunk::<LONG_STEP_BYTES>().expect("it is before what is next");
            *unpacked[to..].first_chunk_mut().expect("a round has room") = step;
        } else if distance >= STEP_BYTES {
            for done in (0..length).step_by(STEP_BYTES) {
                let step = *unpacked[from + done..].first_chunk::<STEP_BYTES>().expect("a round has room");
                *unpacked[to + done..].first_chunk_mut().expect("a round has room") = step;
            }
        } else if distance == 1 {
            let byte = unpacked[from];
            unpacked[to..to + length].fill(byte);
        } else {
            for n in 0..length {
                unpacked[to + n] = unpacked[from + n];
            }
        }
        Ok(())
    }
}
