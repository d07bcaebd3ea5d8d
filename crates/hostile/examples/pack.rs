//! Packs images into one file of specimens: `cargo run -p hostile --example pack IMAGE… | xz -9e > specimens/NAME.xz`.

use std::io::{self, Write};
use std::{env, fs};

use hostile::specimen::PAGE_BYTES;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for image in env::args_os().skip(1) {
        let bytes = fs::read(image)?;
        let is_zero = |page: &[u8]| page.iter().all(|byte| *byte == 0);
        let pages = bytes.chunks(PAGE_BYTES).enumerate().filter(|(_, page)| !is_zero(page));
        let pages: Vec<(usize, &[u8])> = pages.collect();
        out.write_all(&(bytes.len() as u64).to_le_bytes())?;
        out.write_all(&(pages.len() as u32).to_le_bytes())?;
        for (number, page) in pages {
            let mut whole = page.to_vec();
            whole.resize(PAGE_BYTES, 0);
            out.write_all(&(number as u32).to_le_bytes())?;
            out.write_all(&whole)?;
        }
    }
    out.flush()
}
