//! The name under which a file was sent, made fit to be stored, shown and repeated in commands.

/// Longer names are cut, at the front: the end holds the ending.
const NAME_CHARS_MAX: usize = 120;

/// The last part of a path of either kind of system, without what rule V17 refuses: `%`, quotes and control characters become
/// hyphens. `None` when nothing is left.
pub fn tidied(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let refused = |c: char| c.is_control() || matches!(c, '%' | '"' | '\'' | '`') || invisible(c);
    let tidy: Vec<char> = last.chars().map(|c| if refused(c) { '-' } else { c }).collect();
    let cut = &tidy[tidy.len().saturating_sub(NAME_CHARS_MAX)..];
    let name: String = cut.iter().collect();
    (!name.trim_matches(['-', '.', ' ']).is_empty()).then_some(name)
}

/// Characters that turn or hide what stands beside them.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &str, kept: &str) {
        assert_eq!(tidied(sent).as_deref(), Some(kept));
    }

    #[test]
    fn a_name_loses_its_path_and_what_would_make_it_fail() {
        check("disk.vhd", "disk.vhd");
        check("/home/me/disk.vhd", "disk.vhd");
        check("C:\\fakepath\\my disk.vhd", "my disk.vhd");
        check("50% \"off\".vhd", "50- -off-.vhd");
        check("a\u{1b}[31m\u{202e}dhv.vhd", "a-[31m-dhv.vhd");
        check("été.vhd", "été.vhd");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let kept = tidied(&format!("{}.vhd", "x".repeat(500))).unwrap();
        assert_eq!((kept.chars().count(), kept.ends_with("x.vhd")), (NAME_CHARS_MAX, true));
    }

    #[test]
    fn a_name_of_nothing_is_none() {
        for sent in ["", "/", "..", "%%%", "dir/", "\u{202e}"] {
            assert_eq!(tidied(sent), None, "{sent:?}");
        }
    }
}
