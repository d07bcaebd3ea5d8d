//! The smallest ISO 9660 volume that guests read: one folder with a few small files.
//!
//! Names are stored in capitals, as the format wants them; Linux shows them in small letters, Windows does not mind.

const SECTOR: usize = 2048;

/// The first sixteen sectors are left to whoever boots from a disc.
const DESCRIPTOR_AT: usize = 16;
const PATHS_LITTLE_AT: usize = 18;
const PATHS_BIG_AT: usize = 19;
const FOLDER_AT: usize = 20;
const FILES_AT: usize = 21;

/// Programs that look for labels read 68 KiB of each device at once, and pass over one that is shorter.
const SECTORS_MIN: usize = 64;

/// A volume with these files. Names and contents are the caller's own; together they fit one folder sector.
pub fn volume(label: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut folder = Vec::new();
    folder.extend(record(FOLDER_AT, SECTOR, true, &[0]));
    folder.extend(record(FOLDER_AT, SECTOR, true, &[1]));
    let mut contents = Vec::new();
    for (name, content) in files {
        let at = FILES_AT + contents.len() / SECTOR;
        let name = format!("{}.;1", name.to_ascii_uppercase());
        folder.extend(record(at, content.len(), false, name.as_bytes()));
        contents.extend_from_slice(content);
        contents.resize(contents.len().next_multiple_of(SECTOR), 0);
    }
    assert!(folder.len() <= SECTOR, "a seed has few files with short names");
    let mut volume = vec![0; FILES_AT * SECTOR];
    let sectors = SECTORS_MIN.max(FILES_AT + contents.len() / SECTOR);
    contents.resize((sectors - FILES_AT) * SECTOR, 0);
    put(&mut volume, DESCRIPTOR_AT * SECTOR, &descriptor(label, sectors));
    put(&mut volume, (DESCRIPTOR_AT + 1) * SECTOR, b"\xffCD001\x01");
    put(&mut volume, PATHS_LITTLE_AT * SECTOR, &path_table(u32::to_le_bytes, u16::to_le_bytes));
    put(&mut volume, PATHS_BIG_AT * SECTOR, &path_table(u32::to_be_bytes, u16::to_be_bytes));
    put(&mut volume, FOLDER_AT * SECTOR, &folder);
    volume.extend(contents);
    volume
}

fn put(volume: &mut [u8], at: usize, bytes: &[u8]) {
    volume[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A number in both byte orders, as the format writes most of them.
fn both(number: usize) -> [u8; 8] {
    let number = u32::try_from(number).expect("a seed is far below 4 GiB");
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn both_short(number: u16) -> [u8; 4] {
    let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
    [little[0], little[1], big[0], big[1]]
}

/// An entry of a folder.
fn record(at: usize, size: usize, is_folder: bool, name: &[u8]) -> Vec<u8> {
    let length = (33 + name.len()).next_multiple_of(2);
    let mut record = vec![u8::try_from(length).expect("names are short"), 0];
    record.extend(both(at));
    record.extend(both(size));
    // 1 January 2000; the time of a seed means nothing.
    record.extend([100, 1, 1, 0, 0, 0, 0]);
    record.extend([if is_folder { 2 } else { 0 }, 0, 0]);
    record.extend(both_short(1));
    record.push(name.len() as u8);
    record.extend(name);
    record.resize(length, 0);
    record
}

/// The table of folders, of which there is one.
fn path_table(long: fn(u32) -> [u8; 4], short: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut table = vec![1, 0];
    table.extend(long(FOLDER_AT as u32));
    table.extend(short(1));
    table.extend([0, 0]);
    table
}

/// The primary volume descriptor.
fn descriptor(label: &str, sectors: usize) -> Vec<u8> {
    let mut descriptor = b"\x01CD001\x01\0".to_vec();
    descriptor.resize(40, b' ');
    descriptor.extend(format!("{label:<32.32}").bytes());
    descriptor.extend([0; 8]);
    descriptor.extend(both(sectors));
    descriptor.extend([0; 32]);
    descriptor.extend(both_short(1));
    descriptor.extend(both_short(1));
    descriptor.extend(both_short(SECTOR as u16));
    descriptor.extend(both(path_table(u32::to_le_bytes, u16::to_le_bytes).len()));
    descriptor.extend((PATHS_LITTLE_AT as u32).to_le_bytes());
    descriptor.extend([0; 4]);
    descriptor.extend((PATHS_BIG_AT as u32).to_be_bytes());
    descriptor.extend([0; 4]);
    descriptor.extend(record(FOLDER_AT, SECTOR, true, &[0]));
    // Names of set, publisher, preparer, application and three files: none.
    descriptor.resize(813, b' ');
    // Four times: made, changed, expires, effective; all unspecified.
    for _ in 0..4 {
        descriptor.extend(b"0000000000000000\0");
    }
    descriptor.push(1);
    descriptor.resize(SECTOR, 0);
    descriptor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_stands_where_the_format_wants_it() {
        let volume = volume("cidata", &[("meta-data", b"a: b\n"), ("user-data", &[b'x'; 3000])]);
        assert_eq!(volume.len(), SECTORS_MIN * SECTOR);
        assert_eq!(&volume[16 * SECTOR..16 * SECTOR + 7], b"\x01CD001\x01");
        assert_eq!(&volume[16 * SECTOR + 40..16 * SECTOR + 47], b"cidata ");
        assert_eq!(volume[16 * SECTOR + 156], 34, "the root folder's record");
        assert_eq!(volume[16 * SECTOR + 881], 1, "the version of the file structure");
        assert_eq!(&volume[FILES_AT * SECTOR..FILES_AT * SECTOR + 5], b"a: b\n");
        assert_eq!(volume[(FILES_AT + 1) * SECTOR], b'x');
        let folder = &volume[FOLDER_AT * SECTOR..FILES_AT * SECTOR];
        assert!(folder.windows(12).any(|window| window == b"META-DATA.;1"));
    }
}
