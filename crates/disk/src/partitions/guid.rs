//! GUIDs as GPT stores them, with the types that matter to who judges a disk.

use std::fmt;

/// Sixteen bytes in the order of the disk: the first three groups are little-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    pub const NONE: Guid = Guid([0; 16]);
    pub const EFI_SYSTEM: Guid = Guid::of(0xc12a7328, 0xf81f, 0x11d2, 0xba4b_00a0c93ec93b);
    pub const BIOS_BOOT: Guid = Guid::of(0x21686148, 0x6449, 0x6e6f, 0x744e_656564454649);
    pub const LINUX_DATA: Guid = Guid::of(0x0fc63daf, 0x8483, 0x4772, 0x8e79_3d69d8477de4);
    pub const LINUX_ROOT_X86_64: Guid = Guid::of(0x4f68bce3, 0xe8cd, 0x4db1, 0x96e7_fbcaf984b709);
    pub const LINUX_ROOT_ARM64: Guid = Guid::of(0xb921b045, 0x1df0, 0x41c3, 0xaf44_4c6f280d3fae);
    pub const LINUX_SWAP: Guid = Guid::of(0x0657fd6d, 0xa4ab, 0x43c4, 0x84e5_0933c84b4f4f);
    pub const LINUX_LVM: Guid = Guid::of(0xe6d6d379, 0xf507, 0x44c2, 0xa23c_238f2a3df928);
    pub const LINUX_RAID: Guid = Guid::of(0xa19d880f, 0x05fc, 0x4d3b, 0xa006_743f0f84911e);
    pub const LINUX_LUKS: Guid = Guid::of(0xca7d7ccb, 0x63ed, 0x4c53, 0x861c_1742536059cc);
    pub const MICROSOFT_RESERVED: Guid = Guid::of(0xe3c9e316, 0x0b5c, 0x4db8, 0x817d_f92df00215ae);
    pub const MICROSOFT_DATA: Guid = Guid::of(0xebd0a0a2, 0xb9e5, 0x4433, 0x87c0_68b6b72699c7);
    pub const WINDOWS_RECOVERY: Guid = Guid::of(0xde94bba4, 0x06d1, 0x4d40, 0xa16a_bfd50179d6ac);

    /// From the groups as printed, the last two taken together.
    pub const fn of(first: u32, second: u16, third: u16, rest: u64) -> Guid {
        let (a, b, c) = (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes());
        let d = rest.to_be_bytes();
        Guid([a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        for (place, at) in ORDER.into_iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{:02X}", self.0[at])?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
