//! The same volumes through another's reader, which knows nothing of ours: ext4-view.

use ext4_view::{Ext4 as Peer, FileType};

use super::*;

/// Compares every name, its kind, owner, rights and size, every link and every byte with what the peer sees.
#[track_caller]
fn check(image: &Path) {
    let ours = Ext4::open(Arc::new(FileImage::open(image).unwrap())).unwrap();
    let peer = Peer::load_from_path(image).unwrap();
    let mut ahead = vec![String::new()];
    let mut met = 0;
    while let Some(folder) = ahead.pop() {
        let node = ours.look_up_itself(&format!("{folder}/")).unwrap().expect("what was listed is found");
        let mut listed: Vec<Vec<u8>> =
            ours.list(&node).unwrap().into_iter().map(|entry| entry.name).collect();
        listed.sort_unstable();
        let said = peer.read_dir(format!("{folder}/").as_str()).unwrap();
        let said = said.map(|entry| entry.unwrap().file_name().as_ref().to_vec());
        let mut said: Vec<Vec<u8>> = said.filter(|name| name != b"." && name != b"..").collect();
        said.sort_unstable();
        assert_eq!(listed, said, "{folder}/");
        for name in listed {
            let path = format!("{folder}/{}", String::from_utf8(name).unwrap());
            met += 1;
            check_one(&ours, &peer, &path);
            if ours.look_up_itself(&path).unwrap().is_some_and(|node| node.kind == Kind::Directory) {
                ahead.push(path);
            }
        }
    }
    assert!(met > 10, "there is something to compare");
}

#[track_caller]
fn check_one(ours: &Ext4, peer: &Peer, path: &str) {
    let node = ours.look_up_itself(path).unwrap().expect("what was listed is found");
    let said = peer.symlink_metadata(path).unwrap();
    let kind = match said.file_type() {
        FileType::Directory => Kind::Directory,
        FileType::Regular => Kind::File,
        FileType::Symlink => Kind::Symlink,
        FileType::Fifo => Kind::Fifo,
        other => panic!("{path}: nobody made a {other:?}"),
    };
    assert_eq!(node.kind, kind, "{path}");
    assert_eq!((node.mode, node.uid, node.gid), (said.mode() & 0o7777, said.uid(), said.gid()), "{path}");
    match kind {
        Kind::File => {
            assert_eq!(node.size_bytes, said.len(), "{path}");
            let bytes = ours.read(&node, 0, said.len() as usize).unwrap();
            assert!(bytes == peer.read(path).unwrap(), "{path}");
        }
        Kind::Symlink => {
            assert_eq!(ours.read_link(&node).unwrap(), peer.read_link(path).unwrap().as_ref(), "{path}");
        }
        _ => {}
    }
}

#[test]
fn another_reader_sees_the_same_in_every_layout() {
    for options in
        [&["-t", "ext4"][..], &["-t", "ext4", "-O", "^metadata_csum,^64bit,uninit_bg", "-I", "128"]]
    {
        check(&Made::with(options, 96, one_of_everything).image);
    }
    // Holes that lists of blocks tell of are beyond the peer, and so are files inside their inodes.
    for options in [&["-t", "ext2", "-b", "1024"][..], &["-t", "ext3"]] {
        let made = Made::with(options, 96, one_of_everything);
        debugfs(&made.image, "rm /scattered");
        check(&made.image);
    }
}

#[test]
fn another_reader_sees_the_same_after_files_came_and_went() {
    let made = Made::with(&["-t", "ext4", "-b", "1024"], 96, one_of_everything);
    let source = made.source.join("large");
    for n in 0..20 {
        debugfs(&made.image, &format!("rm /crowded/{:0100}", n * 7));
        debugfs(&made.image, &format!("write {} /crowded/new-{n}", made.source.join("etc/small").display()));
    }
    debugfs(&made.image, "rm /large");
    debugfs(&made.image, &format!("write {} /again", source.display()));
    check(&made.image);
}
