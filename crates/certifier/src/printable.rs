//! Text taken from an image, made fit for a terminal, a page and a log.
//!
//! A file name may carry terminal escapes or characters that reverse the reading order. Everything that enters a report
//! passes through here first, so no renderer needs to remember.

/// The longest text from an image that a report repeats, in characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// `text` with control, bidirectional and invisible characters written out as `\u{…}`, cut after [`TEXT_CHARS_MAX`].
pub fn printable(text: &str) -> String {
    printable_up_to(text, TEXT_CHARS_MAX)
}

/// The same with a limit of its own, for what is worthless when cut.
pub fn printable_up_to(text: &str, chars_max: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(chars_max * 4));
    for (count, character) in text.chars().enumerate() {
        if count == chars_max {
            shown.push('…');
            break;
        }
        if deceives(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same for bytes, which need not be UTF-8.
pub fn printable_bytes(bytes: &[u8]) -> String {
    let enough = bytes.len().min(TEXT_CHARS_MAX * 4 + 4);
    printable(&String::from_utf8_lossy(&bytes[..enough]))
}

/// Whether a character would act on the reader's screen instead of appearing on it.
fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `word` as one argument of a POSIX shell command line, for the remedies that name a file.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+:,@%".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    let dashed = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    format!("'{}'", dashed.replace('\'', r"'\''"))
}

/// Bytes as two lower-case digits each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(printable(text), shown);
    }

    #[test]
    fn ordinary_names_in_any_script_stay_as_they_are() {
        check("/etc/ssh/sshd_config", "/etc/ssh/sshd_config");
        check("/srv/été/日本", "/srv/été/日本");
    }

    #[test]
    fn escapes_and_reversals_are_written_out() {
        check("a\u{1b}[31mb", "a\\u{1b}[31mb");
        check("gpj\u{202e}exe", "gpj\\u{202e}exe");
        check("zero\u{200b}width\n", "zero\\u{200b}width\\u{a}");
    }

    #[test]
    fn long_names_are_cut() {
        let shown = printable(&"x".repeat(10_000));
        assert_eq!(shown.chars().count(), TEXT_CHARS_MAX + 1);
        assert!(printable_bytes(&[0xff; 10_000]).ends_with('…'));
    }

    #[test]
    fn a_name_cannot_break_out_of_the_command_that_is_suggested() {
        assert_eq!(shell_word("disk.vhd"), "disk.vhd");
        assert_eq!(shell_word("my disk.vhd"), "'my disk.vhd'");
        assert_eq!(shell_word("a'; rm -rf $HOME"), r"'a'\''; rm -rf $HOME'");
        assert_eq!(shell_word("-o.vhd"), "'./-o.vhd'");
    }
}
