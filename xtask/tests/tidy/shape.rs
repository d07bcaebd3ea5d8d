//! Rule 5: files and functions are short, and none is named for nothing in particular.

use crate::Offence;
use crate::source::{File, functions};

const FILE_LINES_MAX: usize = 600;
/// Lines of code in a body: empty lines and comments are free.
const FUNCTION_LINES_MAX: usize = 70;
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "common", "helper", "helpers", "misc", "manager", "service", "services"];

pub fn offences(file: &File) -> Vec<Offence> {
    let mut offences = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX && (file.is_rust() || file.path.ends_with(".html")) {
        offences.push(file.offence(
            file.text.len(),
            5,
            format!("{lines} lines; {FILE_LINES_MAX} are enough"),
        ));
    }
    for name in file.path.split('/') {
        let stem = name.split('.').next().unwrap_or_default();
        if EMPTY_NAMES.contains(&stem) {
            offences.push(file.offence(0, 5, format!("`{stem}` does not say what it holds")));
        }
    }
    for (start, open, close) in functions(&file.code) {
        let lines = file.code[open..close].lines().skip(1).filter(|line| !line.trim().is_empty()).count();
        if lines > FUNCTION_LINES_MAX {
            offences.push(file.offence(
                start,
                5,
                format!("a function of {lines} lines; {FUNCTION_LINES_MAX} are enough"),
            ));
        }
    }
    offences
}

#[test]
fn long_files_long_functions_and_empty_names_are_offences() {
    let found = |path: &str, text: &str| offences(&File::new(path, text)).len();
    assert_eq!(found("crates/disk/src/vhd.rs", &"x\n".repeat(600)), 0);
    assert_eq!(found("crates/disk/src/vhd.rs", &"x\n".repeat(601)), 1);
    assert_eq!(found("crates/house/src/words.en.ftl", &"x\n".repeat(601)), 0);
    assert_eq!(found("crates/disk/src/vhd.rs", &format!("fn f() {{\n{}}}", "x;\n\n// why\n".repeat(70))), 0);
    assert_eq!(found("crates/disk/src/vhd.rs", &format!("fn f() {{\n{}}}", "x;\n".repeat(71))), 1);
    assert_eq!(found("crates/disk/src/util.rs", ""), 1);
    assert_eq!(found("crates/disk/src/helpers/vhd.rs", ""), 1);
    assert_eq!(found("crates/disk/src/utility_of_offers.rs", ""), 0);
}
