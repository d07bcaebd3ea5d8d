//! What was asked for on the command line.

use std::path::PathBuf;

/// What `cargo xtask` can do, as it is printed for who asks.
pub const USAGE: &str = "\
cargo xtask demo [--yes] [--listen ADDR] [--data DIR]
    Starts a market filled with demo publishers, offers and a customer.
    ADDR is 127.0.0.1:8080 and DIR is ./demo unless said otherwise.
cargo xtask test [FILTER] [--yes] [--no-browser] [--no-image]
    Runs every check and every test; with FILTER, only the tests whose names contain it.
cargo xtask bless [FILTER] [--yes]
    Runs the tests and writes down what they found as what they are to find. Read the difference before you commit it.
cargo xtask demo-image OUT.vhd [--flavour notes|status]
    Makes a demo image.

    --yes   installs missing packages without asking, as do CI=true and a standard input that is no terminal";

#[derive(Debug, PartialEq)]
pub enum Command {
    Demo(Demo),
    Test(Test),
    Bless(Test),
    /// The recipe reads the rest itself.
    DemoImage(Vec<String>),
    Help,
}

#[derive(Debug, PartialEq)]
pub struct Demo {
    pub yes: bool,
    pub listen: String,
    pub data: PathBuf,
}

#[derive(Debug, PartialEq)]
pub struct Test {
    pub filter: Option<String>,
    pub yes: bool,
    pub browser: bool,
    pub image: bool,
}

/// Reads the command line, or says what is wrong with it.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let mut words = arguments.iter().map(String::as_str);
    match words.next() {
        Some("demo") => demo(&mut words).map(Command::Demo),
        Some("test") => test(&mut words).map(Command::Test),
        Some("bless") => test(&mut words).map(Command::Bless),
        Some("demo-image") => Ok(Command::DemoImage(words.map(str::to_owned).collect())),
        Some("help" | "--help" | "-h") => Ok(Command::Help),
        Some(other) => Err(format!("there is no command `{other}`")),
        None => Err("which command?".into()),
    }
}

fn demo<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Demo, String> {
    let mut wish = Demo { yes: false, listen: "127.0.0.1:8080".into(), data: "demo".into() };
    while let Some(word) = words.next() {
        match word {
            "--yes" => wish.yes = true,
            "--listen" => wish.listen = words.next().ok_or("--listen wants an address")?.into(),
            "--data" => wish.data = words.next().ok_or("--data wants a directory")?.into(),
            other => return Err(format!("demo does not know `{other}`")),
        }
    }
    Ok(wish)
}

fn test<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Test, String> {
    let mut wish = Test { filter: None, yes: false, browser: true, image: true };
    for word in words {
        match word {
            "--yes" => wish.yes = true,
            "--no-browser" => wish.browser = false,
            "--no-image" => wish.image = false,
            other if other.starts_with('-') => return Err(format!("test does not know `{other}`")),
            filter if wish.filter.is_none() => wish.filter = Some(filter.into()),
            other => return Err(format!("one filter is enough, and `{other}` is a second one")),
        }
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_bare_demo_listens_on_this_host_alone_and_keeps_its_data_beside_the_sources() {
        let wish = Demo { yes: false, listen: "127.0.0.1:8080".into(), data: "demo".into() };
        assert_eq!(parsed("demo"), Ok(Command::Demo(wish)));
    }

    #[test]
    fn a_test_may_be_filtered_and_go_without_a_browser() {
        let wish = Test { filter: Some("ledger".into()), yes: true, browser: false, image: true };
        assert_eq!(parsed("test ledger --no-browser --yes"), Ok(Command::Test(wish)));
    }

    #[track_caller]
    fn check_refused(line: &str, because: &str) {
        let mistake = parsed(line).expect_err("a mistake is refused");
        assert!(mistake.contains(because), "`{line}` was refused because: {mistake}");
    }

    #[test]
    fn a_mistake_is_named() {
        check_refused("", "which command");
        check_refused("tset", "no command `tset`");
        check_refused("demo --listen", "wants an address");
        check_refused("demo --quick", "does not know `--quick`");
        check_refused("test one two", "`two` is a second one");
    }
}
