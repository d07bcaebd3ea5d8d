//! The disk drawn to scale: its partitions, and what lies between them.

use super::super::escape;
use crate::phrase::say;
use crate::report::{Report, Stretch};
use crate::words::Language;

/// More are told in the legend only.
const BLOCKS_MAX: usize = 128;
/// The narrowest block that can be seen, in thousandths of the bar.
const BLOCK_LEAST: u64 = 6;
const TINTS: usize = 5;

/// A stretch of the bar.
struct Part {
    label: String,
    detail: String,
    start: u64,
    length: u64,
    key: String,
    /// A logical volume lies on what is drawn already, and is told in the legend only.
    is_drawn: bool,
}

pub fn draw(report: &Report, language: Language, out: &mut String) {
    if report.size_bytes == 0 || report.partitions.is_empty() {
        return;
    }
    let parts = parts(report, language);
    let label = escape(language.word("html.disk_map"));
    *out += "<figure class=\"disk\">";
    *out += &format!(
        "<svg viewBox=\"0 0 1000 56\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{label}\">"
    );
    let scaled = |at: u64| {
        let thousandth = u128::from(at) * 1000 / u128::from(report.size_bytes);
        u64::try_from(thousandth).unwrap_or(1000).min(1000)
    };
    let mut edge = 0;
    for part in parts.iter().filter(|part| part.is_drawn).take(BLOCKS_MAX) {
        let x = scaled(part.start).max(edge).min(1000 - BLOCK_LEAST);
        edge = scaled(part.start.saturating_add(part.length)).max(x + BLOCK_LEAST).min(1000);
        let (key, width) = (&part.key, edge - x);
        *out += &format!("<rect class=\"key-{key}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"56\"/>");
    }
    *out += "</svg><ol class=\"legend\">";
    for part in &parts {
        let (label, size) = (escape(&part.label), escape(&language.size(part.length)));
        *out += &format!("<li class=\"key-{}\"><b>{label}</b><span>{size}</span>", part.key);
        *out += &format!("<span class=\"soft\">{}</span></li>", escape(&part.detail));
    }
    *out += "</ol></figure>\n";
}

fn parts(report: &Report, language: Language) -> Vec<Part> {
    let free = |start: u64, end: u64| Part {
        label: language.word("html.free").to_owned(),
        detail: String::new(),
        start,
        length: end.saturating_sub(start),
        key: "free".to_owned(),
        is_drawn: true,
    };
    let mut parts = Vec::new();
    let mut edge = 0;
    for stretch in report.partitions.iter().filter(|stretch| !stretch.is_logical) {
        if stretch.offset > edge {
            parts.push(free(edge, stretch.offset));
        }
        edge = edge.max(stretch.offset.saturating_add(stretch.size_bytes));
        let key = (parts.len() % TINTS).to_string();
        parts.push(part(stretch, key, language));
    }
    if edge < report.size_bytes {
        parts.push(free(edge, report.size_bytes));
    }
    let logical = report.partitions.iter().filter(|stretch| stretch.is_logical);
    parts.extend(logical.map(|stretch| part(stretch, "free".to_owned(), language)));
    parts
}

fn part(stretch: &Stretch, key: String, language: Language) -> Part {
    let mut detail = stretch.holds.clone();
    if stretch.is_root {
        detail += &format!(" · {}", language.word("html.root"));
    }
    Part {
        label: label(stretch, language),
        detail,
        start: stretch.offset,
        length: stretch.size_bytes,
        key,
        is_drawn: !stretch.is_logical,
    }
}

fn label(stretch: &Stretch, language: Language) -> String {
    if stretch.is_logical {
        return format!("{} {}", language.word("html.logical"), stretch.name);
    }
    if stretch.number == 0 {
        return language.word("html.whole").to_owned();
    }
    let number = language.write(&say("html.partition").count("number", u64::from(stretch.number)));
    if stretch.name.is_empty() { number } else { format!("{number} · {}", stretch.name) }
}
