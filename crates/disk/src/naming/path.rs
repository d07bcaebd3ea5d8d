//! Paths, resolved inside the filesystem as if its root were the only one.

use super::Directories;
use crate::tree::{Kind, LINKS_MAX, Node, Unreadable};

/// Whether a link in the last place is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Followed,
    Itself,
}

/// Resolves `path`. The way back for `..` is the way that was come, so no directory's own `..` is trusted, and from the root it
/// leads to the root. Too many links are a loop, and a loop leads nowhere: `None`, as for a dangling link.
pub(crate) fn look_up<F: Directories>(fs: &F, path: &[u8], last: Last) -> Result<Option<Node>, Unreadable> {
    let mut way = vec![fs.inode(fs.root_inode())?];
    let mut ahead = Vec::new();
    push(&mut ahead, path);
    let mut links = 0;
    while let Some(component) = ahead.pop() {
        let here = way.last().expect("the way always begins with the root");
        if F::node_of(here).kind != Kind::Directory {
            return Ok(None);
        }
        match component.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if way.len() > 1 {
                    way.pop();
                }
                continue;
            }
            _ => {}
        }
        let Some(number) = fs.find(here, &component)? else { return Ok(None) };
        let found = fs.inode(number)?;
        let is_last = ahead.iter().all(|component| component.is_empty());
        if F::node_of(&found).kind == Kind::Symlink && !(is_last && last == Last::Itself) {
            links += 1;
            if links > LINKS_MAX {
                return Ok(None);
            }
            let target = fs.link_target(&found)?;
            if target.is_empty() {
                return Ok(None);
            }
            if target.starts_with(b"/") {
                way.truncate(1);
            }
            push(&mut ahead, &target);
        } else {
            way.push(found);
        }
    }
    Ok(way.last().map(|inode| F::node_of(inode).clone()))
}

/// Puts the components of a path before what is still ahead, the next one last.
fn push(ahead: &mut Vec<Vec<u8>>, path: &[u8]) {
    ahead.extend(path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec));
}
