//! Descriptions: a small subset of Markdown, and the HTML that it becomes.
//!
//! Paragraphs, headings, lists, emphasis, links to web pages. Everything else is shown as it was typed; nothing that was typed
//! reaches a page unescaped.

use std::fmt;

/// A description as HTML. Whatever was typed, it holds no tag but those that this file writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose(String);

/// How deep emphasis goes inside emphasis before it is shown as typed.
const DEPTH_MAX: usize = 4;

impl Prose {
    pub fn of(text: &str) -> Prose {
        let mut html = String::with_capacity(text.len() * 2);
        let mut open = Open::Nothing;
        let mut outline = Outline::default();
        for line in text.lines().map(str::trim_end) {
            let block = Block::of(line);
            if !open.goes_on_with(&block) {
                html.push_str(open.end());
                open = Open::Nothing;
            }
            match block {
                Block::Blank => {}
                Block::Heading(level, text) => {
                    let level = outline.level(level);
                    html.push_str(&format!("<h{level}>"));
                    inline(text, &mut html, 0);
                    html.push_str(&format!("</h{level}>"));
                }
                Block::Bullet(text) => item(&mut html, &mut open, Open::Bullets, "<ul>", text),
                Block::Numbered(text) => item(&mut html, &mut open, Open::Numbers, "<ol>", text),
                Block::Text(text) => {
                    html.push_str(if open == Open::Nothing { "<p>" } else { "\n" });
                    if open == Open::Nothing {
                        open = Open::Paragraph;
                    }
                    inline(text, &mut html, 0);
                }
            }
        }
        html.push_str(open.end());
        Prose(html)
    }
}

/// The headings so far. The page's own come above, so the first is of the third level; after that none goes down by more than
/// one, whatever was typed, since who listens to a page walks by its headings.
#[derive(Default)]
struct Outline {
    /// The levels as typed that are open, from the top.
    open: Vec<usize>,
}

impl Outline {
    fn level(&mut self, typed: usize) -> usize {
        self.open.retain(|level| *level < typed);
        self.open.push(typed);
        2 + self.open.len()
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Prose {}

enum Block<'t> {
    Blank,
    Heading(usize, &'t str),
    Bullet(&'t str),
    Numbered(&'t str),
    Text(&'t str),
}

impl Block<'_> {
    fn of(line: &str) -> Block<'_> {
        let text = line.trim_start();
        if text.is_empty() {
            return Block::Blank;
        }
        let level = text.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=3).contains(&level) && text[level..].starts_with(' ') {
            return Block::Heading(level, text[level..].trim());
        }
        if let Some(item) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
            return Block::Bullet(item.trim());
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        if (1..=3).contains(&digits)
            && let Some(item) = text[digits..].strip_prefix(". ")
        {
            return Block::Numbered(item.trim());
        }
        Block::Text(text)
    }
}

/// What has begun and not ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Paragraph,
    Bullets,
    Numbers,
}

impl Open {
    fn goes_on_with(self, block: &Block<'_>) -> bool {
        match self {
            Open::Nothing => true,
            Open::Paragraph => matches!(block, Block::Text(_)),
            // A line without a mark belongs to the item above it.
            Open::Bullets => matches!(block, Block::Bullet(_) | Block::Text(_)),
            Open::Numbers => matches!(block, Block::Numbered(_) | Block::Text(_)),
        }
    }

    fn end(self) -> &'static str {
        match self {
            Open::Nothing => "",
            Open::Paragraph => "</p>",
            Open::Bullets => "</li></ul>",
            Open::Numbers => "</li></ol>",
        }
    }
}

fn item(html: &mut String, open: &mut Open, list: Open, begin: &str, text: &str) {
    html.push_str(if *open == list { "</li>" } else { begin });
    *open = list;
    html.push_str("<li>");
    inline(text, html, 0);
}

/// Emphasis and links within a line.
fn inline(text: &str, html: &mut String, depth: usize) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '[', '`']) {
        escape(&rest[..at], html);
        rest = &rest[at..];
        match mark(rest, depth) {
            Some((marked, after)) => {
                marked.write(html, depth);
                rest = after;
            }
            None => {
                escape(&rest[..1], html);
                rest = &rest[1..];
            }
        }
    }
    escape(rest, html);
}

enum Marked<'t> {
    Strong(&'t str),
    Emphasis(&'t str),
    Code(&'t str),
    Link(&'t str, String),
}

impl Marked<'_> {
    fn write(self, html: &mut String, depth: usize) {
        let mut around = |begin: &str, text: &str, end: &str| {
            html.push_str(begin);
            inline(text, html, depth + 1);
            html.push_str(end);
        };
        match self {
            Marked::Strong(text) => around("<strong>", text, "</strong>"),
            Marked::Emphasis(text) => around("<em>", text, "</em>"),
            Marked::Code(text) => {
                html.push_str("<code>");
                escape(text, html);
                html.push_str("</code>");
            }
            Marked::Link(text, address) => {
                html.push_str("<a rel=\"nofollow noopener ugc\" href=\"");
                escape(&address, html);
                html.push_str("\">");
                escape(text, html);
                html.push_str("</a>");
            }
        }
    }
}

/// What is marked at the start of `text`, and what comes after it.
fn mark(text: &str, depth: usize) -> Option<(Marked<'_>, &str)> {
    if depth >= DEPTH_MAX {
        return None;
    }
    let between = |fence: &str| {
        let inner = text.strip_prefix(fence)?;
        let end = inner.find(fence).filter(|end| *end > 0 && !inner.starts_with(' '))?;
        Some((&inner[..end], &inner[end + fence.len()..]))
    };
    if let Some((inner, after)) = between("**") {
        return Some((Marked::Strong(inner), after));
    }
    if let Some((inner, after)) = between("*").filter(|_| !text.starts_with("**")) {
        return Some((Marked::Emphasis(inner), after));
    }
    if let Some((inner, after)) = between("`") {
        return Some((Marked::Code(inner), after));
    }
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    let address = url::Url::parse(address.trim()).ok()?;
    let web = matches!(address.scheme(), "http" | "https") && address.host().is_some();
    (web && !label.is_empty()).then(|| (Marked::Link(label, address.to_string()), after))
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, html: &str) {
        assert_eq!(Prose::of(text).to_string(), html);
    }

    #[test]
    fn a_description_becomes_paragraphs_headings_and_lists() {
        check("One\ntwo\n\nthree", "<p>One\ntwo</p><p>three</p>");
        check("# What\nText", "<h3>What</h3><p>Text</p>");
        check("### Deep\n#no heading", "<h3>Deep</h3><p>#no heading</p>");
        check("## A\n### B\n## C\n# D", "<h3>A</h3><h4>B</h4><h3>C</h3><h3>D</h3>");
        check("- a\n- b\n  goes on\n\ntext", "<ul><li>a</li><li>b\ngoes on</li></ul><p>text</p>");
        check("1. a\n2. b\n- c", "<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>");
    }

    #[test]
    fn emphasis_and_links_are_marked_within_a_line() {
        check("a **b *c* d** `e*f`", "<p>a <strong>b <em>c</em> d</strong> <code>e*f</code></p>");
        check("2 * 3 * 4 ** 5", "<p>2 * 3 * 4 ** 5</p>");
        check(
            "[docs](https://example.com/?a=1&b=\"2)",
            "<p><a rel=\"nofollow noopener ugc\" href=\"https://example.com/?a=1&amp;b=%222\">docs</a></p>",
        );
    }

    #[test]
    fn nothing_that_was_typed_reaches_the_page_unescaped() {
        check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
        check("[x](javascript:alert)", "<p>[x](javascript:alert)</p>");
        check("[x](data:text/html,a)", "<p>[x](data:text/html,a)</p>");
        check("**<b>**", "<p><strong>&lt;b&gt;</strong></p>");
        check("`<i>` \"'", "<p><code>&lt;i&gt;</code> &quot;&#39;</p>");
    }

    #[test]
    fn no_input_is_too_odd_or_too_deep() {
        let mut seed = 7_u64;
        let alphabet =
            ["*", "**", "[", "](", ")", "`", "# ", "- ", "1. ", "\n", "é", "<", "https://a.b", " "];
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..40 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(alphabet[(seed >> 33) as usize % alphabet.len()]);
            }
            let html = Prose::of(&text).to_string();
            let opened = html.matches('<').count();
            let ours = [
                "<p>",
                "</p>",
                "<h",
                "</h",
                "<ul>",
                "</ul>",
                "<ol>",
                "</ol>",
                "<li>",
                "</li>",
                "<em>",
                "</em>",
                "<strong>",
                "</strong>",
                "<code>",
                "</code>",
                "<a rel",
                "</a>",
            ];
            assert_eq!(opened, ours.iter().map(|tag| html.matches(tag).count()).sum::<usize>(), "{text:?}");
        }
        Prose::of(&"*".repeat(3_000));
        Prose::of(&"[".repeat(3_000));
    }
}
