//! Positioned reads: the one way in which bytes of an image are looked at.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;

/// Something of known size that can be read at any place, from any thread.
pub trait ReadAt: Send + Sync {
    /// The number of bytes.
    fn size_bytes(&self) -> u64;

    /// Fills `buffer` from `offset`. Reading past the end is an error of kind `UnexpectedEof`, never a short read.
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// The next range at or after `offset` that may hold data, as `[from, to)`; `None` when only holes follow.
    /// A source that knows nothing of holes answers with all that is left.
    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        Ok((offset < self.size_bytes()).then(|| (offset, self.size_bytes())))
    }
}

impl<R: ReadAt + ?Sized> ReadAt for Arc<R> {
    fn size_bytes(&self) -> u64 {
        (**self).size_bytes()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_exact_at(offset, buffer)
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        (**self).next_data(offset)
    }
}

/// A source in memory, for what is small: tests, and specimens built on the fly.
impl ReadAt for Vec<u8> {
    fn size_bytes(&self) -> u64 {
        self.len() as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        check_range(self.size_bytes(), offset, buffer.len())?;
        // The range lies within the vector, so both ends fit a usize.
        let from = offset as usize;
        buffer.copy_from_slice(&self[from..from + buffer.len()]);
        Ok(())
    }
}

/// A file, or a block device, read in place. Its size is taken once, when it is opened.
#[derive(Debug)]
pub struct FileImage {
    file: File,
    size_bytes: u64,
}

impl FileImage {
    pub fn open(path: &Path) -> io::Result<FileImage> {
        FileImage::from_file(File::open(path)?)
    }

    /// Takes a file that is already open, such as one handed to a confined process. The size is found by seeking, because the
    /// metadata of a block device says zero.
    pub fn from_file(mut file: File) -> io::Result<FileImage> {
        let size_bytes = file.seek(SeekFrom::End(0))?;
        Ok(FileImage { file, size_bytes })
    }

    /// The file itself, for copies that the kernel makes.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl ReadAt for FileImage {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        check_range(self.size_bytes, offset, buffer.len())?;
        self.file.read_exact_at(buffer, offset)
    }

    /// Asks the filesystem. Seeking moves the file's own position, but reads here never use it, so threads do not disturb
    /// one another. Where the filesystem cannot tell, everything left may be data.
    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        if offset >= self.size_bytes {
            return Ok(None);
        }
        let from = match rustix::fs::seek(&self.file, rustix::fs::SeekFrom::Data(offset)) {
            Ok(from) => from,
            Err(Errno::NXIO) => return Ok(None),
            Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::SPIPE) => {
                return Ok(Some((offset, self.size_bytes)));
            }
            Err(errno) => return Err(errno.into()),
        };
        let to = match rustix::fs::seek(&self.file, rustix::fs::SeekFrom::Hole(from)) {
            Ok(to) => to,
            // The file shrank between the two questions; a read will say so.
            Err(_) => self.size_bytes,
        };
        let (from, to) = (from.max(offset), to.min(self.size_bytes));
        Ok((from < to).then_some((from, to)))
    }
}

/// A window onto a part of a source, for instance a partition.
#[derive(Clone)]
pub struct Window {
    source: Arc<dyn ReadAt>,
    start: u64,
    size_bytes: u64,
}

impl Window {
    /// A window of `size_bytes` from `start`; `None` if it does not lie wholly within the source.
    pub fn new(source: Arc<dyn ReadAt>, start: u64, size_bytes: u64) -> Option<Window> {
        let end = start.checked_add(size_bytes)?;
        (end <= source.size_bytes()).then_some(Window { source, start, size_bytes })
    }

    /// Where the window begins in its source.
    pub fn start(&self) -> u64 {
        self.start
    }
}

impl ReadAt for Window {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        check_range(self.size_bytes, offset, buffer.len())?;
        self.source.read_exact_at(self.start + offset, buffer)
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        if offset >= self.size_bytes {
            return Ok(None);
        }
        let end = self.start + self.size_bytes;
        let found = self.source.next_data(self.start + offset)?;
        Ok(found
            .map(|(from, to)| (from.max(self.start + offset), to.min(end)))
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (from - self.start, to - self.start)))
    }
}

/// Reads up to `wanted` bytes from `offset`: fewer only at the end of the source. The caller bounds `wanted`.
pub(crate) fn read_up_to(source: &dyn ReadAt, offset: u64, wanted: usize) -> io::Result<Vec<u8>> {
    let offset = offset.min(source.size_bytes());
    let left = source.size_bytes() - offset;
    let mut bytes = vec![0; wanted.min(usize::try_from(left).unwrap_or(usize::MAX))];
    source.read_exact_at(offset, &mut bytes)?;
    Ok(bytes)
}

fn check_range(size_bytes: u64, offset: u64, wanted: usize) -> io::Result<()> {
    match offset.checked_add(wanted as u64) {
        Some(end) if end <= size_bytes => Ok(()),
        _ => Err(io::Error::new(ErrorKind::UnexpectedEof, "read past the end of the image")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of 12 MiB with one MiB of ones at 4 MiB, the rest a hole.
    fn sparse_file() -> File {
        let file = tempfile::tempfile().expect("a temporary file");
        file.set_len(12 << 20).expect("a long file");
        file.write_all_at(&vec![1; 1 << 20], 4 << 20).expect("room for data");
        file
    }

    #[test]
    fn a_file_tells_where_its_data_lies() {
        let image = FileImage::from_file(sparse_file()).unwrap();
        assert_eq!(image.next_data(0).unwrap(), Some((4 << 20, 5 << 20)));
        assert_eq!(image.next_data(9 << 19).unwrap(), Some((9 << 19, 5 << 20)));
        assert_eq!(image.next_data(5 << 20).unwrap(), None);
        assert_eq!(image.next_data(u64::MAX).unwrap(), None);
    }

    #[test]
    fn a_window_clips_data_to_itself() {
        let image: Arc<dyn ReadAt> = Arc::new(FileImage::from_file(sparse_file()).unwrap());
        let window = Window::new(image, 9 << 19, 1 << 18).unwrap();
        assert_eq!(window.next_data(0).unwrap(), Some((0, 1 << 18)));
        assert_eq!(window.next_data(100).unwrap(), Some((100, 1 << 18)));
        assert_eq!(window.next_data(1 << 18).unwrap(), None);
    }

    #[test]
    fn a_window_before_the_data_is_all_hole() {
        let image: Arc<dyn ReadAt> = Arc::new(FileImage::from_file(sparse_file()).unwrap());
        let window = Window::new(image, 0, 4 << 20).unwrap();
        assert_eq!(window.next_data(0).unwrap(), None);
    }

    #[test]
    fn a_window_never_shows_what_lies_outside_it() {
        let image: Arc<dyn ReadAt> = Arc::new(vec![7u8; 100]);
        let window = Window::new(image.clone(), 10, 20).unwrap();
        let mut bytes = [0; 20];
        window.read_exact_at(0, &mut bytes).unwrap();
        assert_eq!(bytes, [7; 20]);
        for (offset, length) in [(1, 20), (20, 1), (u64::MAX, 1), (u64::MAX - 5, 20)] {
            let read = window.read_exact_at(offset, &mut vec![0; length]);
            assert_eq!(read.unwrap_err().kind(), ErrorKind::UnexpectedEof, "{offset} {length}");
        }
        for (start, size) in [(90, 11), (101, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert!(Window::new(image.clone(), start, size).is_none(), "{start} {size}");
        }
    }
}
