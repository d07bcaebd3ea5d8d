use sha2::Digest as _;

use super::*;
use crate::read_at::FileImage;
use std::os::unix::fs::FileExt;

fn id(bytes: Vec<u8>) -> String {
    of(&bytes).unwrap().to_string()
}

#[test]
fn the_digest_of_a_zero_leaf_is_what_hashing_it_would_give() {
    let hashed: Digest = sha2::Sha256::digest(vec![0; LEAF_BYTES as usize]).into();
    assert_eq!(hashed, ZERO_LEAF);
    for length in [0, 1, 65_536, LEAF_BYTES - 1] {
        let hashed: Digest = sha2::Sha256::digest(vec![0; length as usize]).into();
        assert_eq!(Leaf::Zero { length }.digest(), hashed, "{length}");
    }
}

/// These are promises: certificates name images by them. They were computed by another program.
#[test]
fn content_ids_never_change() {
    let sample: Vec<u8> = (0..LEAF_BYTES + 1000).map(|n| (n % 251) as u8).collect();
    assert_eq!(id(vec![]), "halle1:510d76b65116c606be7edf4bf3ee2d7148f4343075ba4673084d1c5c2c5b7357");
    assert_eq!(id(vec![0; 10]), "halle1:fe19ad98adb8d0fc96a8b07d7c7c39ba416d314de27833716a625f8aa10f13ee");
    assert_eq!(
        id(vec![0; 2 * LEAF_BYTES as usize]),
        "halle1:f71a28b2f97428545ba27b6d6545321164140df81c00b60b82369a6831f2649d"
    );
    assert_eq!(id(sample), "halle1:94da4ba596cf8359ae48215d63d5d60f687a6865ed58aa255bbd7091dfefff72");
}

#[test]
fn an_id_is_the_digest_of_tag_length_and_leaves() {
    let bytes: Vec<u8> = (0..LEAF_BYTES + 7).map(|n| (n / 3) as u8).collect();
    let mut root = Vec::from(b"halle content 1\n".as_slice());
    root.extend((bytes.len() as u64).to_be_bytes());
    root.extend(sha2::Sha256::digest(&bytes[..LEAF_BYTES as usize]));
    root.extend(sha2::Sha256::digest(&bytes[LEAF_BYTES as usize..]));
    let expected: Digest = sha2::Sha256::digest(root).into();
    assert_eq!(of(&bytes).unwrap().digest(), &expected);
}

#[test]
fn a_hole_and_written_zeros_are_the_same_content() {
    let sparse = tempfile::tempfile().unwrap();
    sparse.set_len(5 * LEAF_BYTES + 512).unwrap();
    sparse.write_all_at(b"halle", 2 * LEAF_BYTES + 100_000).unwrap();
    sparse.write_all_at(b"halle", 3 * LEAF_BYTES - 5).unwrap();
    let mut written = vec![0; 5 * LEAF_BYTES as usize + 512];
    FileImage::from_file(sparse.try_clone().unwrap()).unwrap().read_exact_at(0, &mut written).unwrap();
    assert_eq!(of(&FileImage::from_file(sparse).unwrap()).unwrap(), of(&written).unwrap());
}

#[test]
fn pieces_show_every_byte_once_and_give_the_digest_of_their_leaf() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(3 * LEAF_BYTES + 4096 + 77).unwrap();
    for at in [5, PIECE_BYTES as u64 - 3, 7 * PIECE_BYTES as u64 + 9, LEAF_BYTES * 2 - 5, 3 * LEAF_BYTES] {
        file.write_all_at(b"halle, halle", at).unwrap();
    }
    let image = FileImage::from_file(file).unwrap();
    let (mut buffer, mut whole) = (Vec::new(), vec![0; LEAF_BYTES as usize]);
    let count = leaf_count(image.size_bytes());
    // In pairs, in pairs of others, and each alone: two leaves read in turns must not know of each other.
    let walks = (0..count)
        .flat_map(|index| [vec![index], vec![index, (index + 1) % count], vec![(index + 2) % count, index]]);
    for leaves in walks {
        let mut shown = vec![Vec::new(); leaves.len()];
        let digests = for_each_piece(&image, &leaves, 512, &mut buffer, &mut |place, piece| {
            let (index, shown) = (leaves[place], &mut shown[place]);
            let new = &piece.bytes[piece.seen..];
            assert_eq!(piece.is_zero, all_zero(new));
            assert!(shown.ends_with(&piece.bytes[..piece.seen]), "what was seen is what came before");
            assert_eq!(piece.seen, 512.min(shown.len()));
            shown.extend_from_slice(new);
            let end = index * LEAF_BYTES + shown.len() as u64;
            assert_eq!(piece.offset + piece.bytes.len() as u64, end);
            assert_eq!(piece.is_last, end.is_multiple_of(LEAF_BYTES) || end == image.size_bytes());
        });
        for ((index, shown), digest) in leaves.iter().zip(shown).zip(digests.unwrap()) {
            let leaf = read_leaf(&image, *index, &mut whole).unwrap();
            match leaf {
                Leaf::Data(bytes) => assert!(shown == bytes, "leaf {index}"),
                Leaf::Zero { length } => assert!(shown.len() as u64 == length && all_zero(&shown)),
            }
            let alone: Digest = sha2::Sha256::digest(&shown).into();
            assert_eq!(digest, alone, "leaf {index} of {leaves:?}");
        }
    }
}

#[test]
fn length_counts_even_where_bytes_are_all_zero() {
    assert_ne!(id(vec![0; 10]), id(vec![0; 11]));
    assert_ne!(id(vec![0; LEAF_BYTES as usize]), id(vec![0; 2 * LEAF_BYTES as usize]));
}

#[test]
fn the_flat_digest_is_the_one_of_sha256sum() {
    let mut bytes = vec![0; LEAF_BYTES as usize + 70_000];
    bytes[LEAF_BYTES as usize + 3] = 9;
    let (mut flat, mut with_leaves) = (Flat::default(), Flat::default());
    for_each_leaf(&bytes, &mut |_, leaf| {
        flat.take(leaf);
        assert_eq!(with_leaves.take_and_digest(leaf), leaf.digest());
        Ok(())
    })
    .unwrap();
    let expected: Digest = sha2::Sha256::digest(&bytes).into();
    assert_eq!(flat.finish(), expected);
    assert_eq!(with_leaves.finish(), expected);
}

#[test]
fn an_id_is_only_made_of_all_its_leaves() {
    let mut leaves = Leaves::of_size(LEAF_BYTES + 1);
    leaves.take(&ZERO_LEAF);
    assert!(leaves.finish().is_none());
}

#[test]
fn an_id_is_read_back_as_printed_and_nothing_else_is() {
    let printed = id(b"halle".to_vec());
    assert_eq!(ContentId::parse(&printed).unwrap().to_string(), printed);
    let upper = printed.to_uppercase();
    for wrong in ["", "halle1:", &printed[1..], &printed[..70], &format!("{printed}0"), &upper, "halle1:é"] {
        assert_eq!(ContentId::parse(wrong), Err(NotAContentId), "{wrong}");
    }
}
