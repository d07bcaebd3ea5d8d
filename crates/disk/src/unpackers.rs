//! What filesystems pack their files with, each by itself: bytes in, bytes or nothing out.

pub use crate::lzo::unpack as lzo;
pub use crate::ntfs::lznt1::unpack as lznt1;
pub use crate::ntfs::lzx::unpack as lzx;
pub use crate::ntfs::xpress::unpack as xpress;
