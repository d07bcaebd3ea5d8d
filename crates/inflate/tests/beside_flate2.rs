//! What is unpacked here and by flate2 is the same, and what one of the two refuses the other does.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use inflate::{DeflateReader, GzipReader};
use proptest::prelude::*;

fn deflated(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn gzipped(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// All that comes, and how it ended.
fn all(mut reader: impl Read) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let end = reader.read_to_end(&mut bytes);
    (bytes, end)
}

/// Gives a few bytes at a time, as a slow source does.
struct Drops<'b>(&'b [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

#[track_caller]
fn check_same(packed: &[u8]) {
    let (ours, our_end) = all(DeflateReader::new(packed));
    let (theirs, their_end) = all(flate2::bufread::DeflateDecoder::new(packed));
    assert_eq!(our_end.is_ok(), their_end.is_ok(), "deflate: {our_end:?} and {their_end:?}");
    assert!(our_end.is_err() || ours == theirs, "deflate: {} and {} bytes", ours.len(), theirs.len());
    let (ours, our_end) = all(GzipReader::new(packed));
    let (theirs, their_end) = all(flate2::bufread::MultiGzDecoder::new(packed));
    assert_eq!(our_end.is_ok(), their_end.is_ok(), "gzip: {our_end:?} and {their_end:?}");
    assert!(our_end.is_err() || ours == theirs, "gzip: {} and {} bytes", ours.len(), theirs.len());
}

/// Bytes with runs, repetitions near and far, and noise.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), 1..600_usize).prop_map(|(byte, times)| vec![byte; times]),
        (prop::collection::vec(any::<u8>(), 1..40), 1..50_usize)
            .prop_map(|(piece, times)| piece.repeat(times)),
        // Some bytes far more often than others: codes of all lengths.
        prop::collection::vec(any::<u64>(), 0..2000)
            .prop_map(|draws| draws.iter().map(|draw| draw.leading_zeros() as u8).collect()),
    ];
    prop::collection::vec((piece, any::<bool>()), 0..60).prop_map(|pieces| {
        let mut text: Vec<u8> = Vec::new();
        for (piece, again) in pieces {
            text.extend(&piece);
            if again {
                text.extend_from_within(text.len() / 3..);
                text.truncate(600_000);
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_packed_is_unpacked(text in texts(), level in 0..=9_u32, most in 1..5000_usize) {
        let packed = gzipped(&text, level);
        let (whole, end) = all(GzipReader::new(&packed[..]));
        prop_assert!(end.is_ok() && whole == text);
        let (dropped, end) = all(GzipReader::new(Drops(&packed, most)));
        prop_assert!(end.is_ok() && dropped == text);
        let (bare, end) = all(DeflateReader::new(Drops(&deflated(&text, level), most)));
        prop_assert!(end.is_ok() && bare == text);
    }

    #[test]
    fn what_is_damaged_is_refused_where_flate2_refuses_it(
        text in texts(), level in 0..=9_u32, places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut packed = deflated(&text, level);
        for (place, change) in places {
            let place = place.index(packed.len());
            packed[place] ^= change;
        }
        check_same(&packed);
    }

    #[test]
    fn noise_is_refused_where_flate2_refuses_it(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        check_same(&noise);
    }
}

#[test]
fn what_comes_before_damage_is_given_and_then_the_damage_again_and_again() {
    let text: Vec<u8> = (0..60_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    for level in [0, 1, 6] {
        let packed = gzipped(&text, level);
        for cut in [1, 9, 12, 100, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
            let (given, end) = all(GzipReader::new(&packed[..cut]));
            assert_eq!(end.expect_err("it is cut off").kind(), io::ErrorKind::UnexpectedEof);
            assert!(text.starts_with(&given), "level {level}, cut at {cut}");
            let share = cut.saturating_sub(1000) * text.len() / packed.len();
            assert!(
                given.len() >= share / 10 * 9,
                "{} of {} bytes at level {level}",
                given.len(),
                text.len()
            );
        }
        let mut packed = packed;
        let last = packed.len() - 5;
        packed[last] ^= 1;
        let mut reader = GzipReader::new(&packed[..]);
        let mut given = Vec::new();
        assert!(reader.read_to_end(&mut given).is_err(), "the checksum is another");
        assert!(given == text);
        assert!(reader.read(&mut [0; 8]).is_err(), "and still is");
    }
}

#[test]
fn members_follow_one_another_and_nothing_else_may() {
    let (one, other) = (gzipped(b"first, ", 6), gzipped(b"second", 0));
    let both = [&one[..], &other].concat();
    assert_eq!(all(GzipReader::new(&both[..])).0, b"first, second");
    for behind in
        [&b"\0"[..], b"\0\0\0\0\0\0\0\0\0\0\0\0", b"\x1f", &one[..one.len() - 1], b"behind the file"]
    {
        let packed = [&both[..], behind].concat();
        let (given, end) = all(GzipReader::new(&packed[..]));
        assert!(end.is_err() && given.starts_with(b"first, second"), "{behind:?}");
        check_same(&packed);
    }
    assert!(all(GzipReader::new(&b""[..])).1.is_err(), "nothing is no gzip file");
}

/// A second member may repeat nothing of the first.
#[test]
fn a_member_knows_nothing_of_the_one_before_it() {
    // Fixed codes: a length of three, a distance of one, the end.
    let reaches_back = [0b0000_0011, 0b0000_0010, 0, 0];
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    check_same(&reaches_back);
    assert!(all(DeflateReader::new(&reaches_back[..])).1.is_err());
    let packed = [&gzipped(b"first", 6)[..], &head, &reaches_back, &[0; 8]].concat();
    let (given, end) = all(GzipReader::new(&packed[..]));
    assert!(end.is_err() && given == b"first");
}

#[test]
fn headers_may_hold_more_than_they_must() {
    let body = &gzipped(b"what is packed", 6)[10..];
    let header = |flags: u8, rest: &[u8]| [&[0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3][..], rest].concat();
    let mut summed = header(2 | 4 | 8 | 16, b"\x03\0abcname\0comment\0");
    let sum = crc(&summed) as u16;
    summed.extend(sum.to_le_bytes());
    for (head, is_good) in [
        (header(0, b""), true),
        (header(1, b""), true),
        (header(4, b"\x05\0extra"), true),
        (header(8, b"a name\0"), true),
        (header(8 | 16, b"a name\0a comment\0"), true),
        (summed.clone(), true),
        (header(2, b"\0\0"), false),
        (header(0x20, b""), false),
        (header(4, b"\xff\xff"), false),
        ([&[0x1f, 0x8b, 7][..], &header(0, b"")[3..]].concat(), false),
    ] {
        let packed = [&head[..], body].concat();
        let (given, end) = all(GzipReader::new(&packed[..]));
        assert_eq!(end.is_ok() && given == b"what is packed", is_good, "{head:?}");
        check_same(&packed);
    }
}

fn crc(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Every single bit of the definition of a block's codes, turned.
#[test]
fn definitions_of_codes_are_taken_and_refused_as_by_flate2() {
    let mut kinds = [0; 2];
    for seed in 0..40_u32 {
        let text: Vec<u8> = (0..700_u32)
            .map(|n| (n ^ seed).wrapping_mul(2_654_435_761))
            .map(|draw| (draw.leading_zeros() * (1 + seed % 9)) as u8)
            .collect();
        let packed = deflated(&text, 9);
        for bit in 0..packed.len().min(80) * 8 {
            let mut turned = packed.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            check_same(&turned);
            kinds[usize::from(all(DeflateReader::new(&turned[..])).1.is_ok())] += 1;
        }
    }
    assert!(kinds.iter().all(|count| *count > 100), "{kinds:?}");
}

/// Blocks of known codes and of their own, one after the other, and many that hold nothing.
#[test]
fn blocks_of_all_kinds_follow_one_another() {
    let known = |text: &[u8]| {
        let mut encoder = flate2::Compress::new(Compression::fast(), false);
        let mut packed = Vec::with_capacity(1000);
        // Short texts are packed with known codes; a flush ends the block at a whole byte.
        encoder.compress_vec(text, &mut packed, flate2::FlushCompress::Sync).expect("there is room");
        assert_eq!(packed[0] >> 1 & 3, 1, "known codes");
        packed
    };
    let draws = (0..900_u32).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(n) % 60);
    let skewed: Vec<u8> = draws.map(|draw| (draw * draw / 60) as u8).collect();
    let mut own = flate2::Compress::new(Compression::best(), false);
    let mut of_its_own = Vec::with_capacity(2000);
    own.compress_vec(&skewed, &mut of_its_own, flate2::FlushCompress::Sync).expect("there is room");
    assert_eq!(of_its_own[0] >> 1 & 3, 2, "codes of its own");
    // Ten bits: not the last, known codes, the end. Four of them are five bytes.
    let empty: Vec<u8> = [0x02, 0x08, 0x20, 0x80, 0x00].repeat(20_000);
    let last = [0x03, 0x00];
    let packed =
        [&empty[..], &known(b"one"), &known(b"two"), &of_its_own, &known(b"three"), &empty, &last].concat();
    let (given, end) = all(DeflateReader::new(&packed[..]));
    assert!(end.is_ok(), "{end:?}");
    assert!(given == [b"onetwo", &skewed[..], b"three"].concat());
    check_same(&packed);
}
