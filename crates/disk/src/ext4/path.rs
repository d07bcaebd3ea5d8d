//! Paths, resolved inside the filesystem as if its root were the only one.

use std::ops::ControlFlow;

use super::inode::Inode;
use super::{Ext4, ROOT_INODE, directory};
use crate::tree::{Kind, LINKS_MAX, Node, Unreadable};

/// Whether a link in the last place is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Followed,
    Itself,
}

/// Resolves `path`. The way back for `..` is the way that was come, so no directory's own `..` is trusted, and from the root it
/// leads to the root. Too many links are a loop, and a loop leads nowhere: `None`, as for a dangling link.
pub(super) fn look_up(fs: &Ext4, path: &[u8], last: Last) -> Result<Option<Node>, Unreadable> {
    let mut way = vec![fs.inode(ROOT_INODE)?];
    let mut ahead = Vec::new();
    push(&mut ahead, path);
    let mut links = 0;
    while let Some(component) = ahead.pop() {
        let here = way.last().expect("the way always begins with the root");
        if here.node.kind != Kind::Directory {
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
        let Some(found) = child(fs, here, &component)? else { return Ok(None) };
        let is_last = ahead.iter().all(|component| component.is_empty());
        if found.node.kind == Kind::Symlink && !(is_last && last == Last::Itself) {
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
    Ok(way.pop().map(|inode| inode.node))
}

/// Puts the components of a path before what is still ahead, the next one last.
fn push(ahead: &mut Vec<Vec<u8>>, path: &[u8]) {
    ahead.extend(path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec));
}

fn child(fs: &Ext4, parent: &Inode, wanted: &[u8]) -> Result<Option<Inode>, Unreadable> {
    if parent.is_casefolded() {
        return Err(Unreadable::Unsupported("ext4 look-up in a directory without case".into()));
    }
    let mut found = None;
    directory::visit(fs, parent, &mut |name| {
        if name.bytes != wanted {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(name.inode);
        Ok(ControlFlow::Break(()))
    })?;
    found.map(|number| fs.inode(number)).transpose()
}
