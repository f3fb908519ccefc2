//! Markdown pages from definitions. What people wrote is prose: `code` in backticks stays code, everything
//! else that Markdown would take for markup is escaped.

use std::fmt::Write as _;

use super::header;

/// A page that is being written.
#[derive(Clone, Debug)]
pub struct Markdown {
    text: String,
}

impl Markdown {
    /// A page with a title, under our header.
    #[must_use]
    pub fn page(title: &str) -> Self {
        let mut page = Self {
            text: header::MARKDOWN.to_owned(),
        };
        page.heading(1, title);
        page
    }

    /// A heading; 1 is the page's title.
    pub fn heading(&mut self, level: usize, markdown: &str) {
        self.block(&format!("{} {markdown}", "#".repeat(level)));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, markdown: &str) {
        self.block(markdown);
    }

    /// A list of points.
    pub fn list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.items(items.into_iter().map(|item| ("- ".to_owned(), item)));
    }

    /// A list of steps.
    pub fn numbered<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.items(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (format!("{}. ", index + 1), item)),
        );
    }

    fn items<T: AsRef<str>>(&mut self, items: impl Iterator<Item = (String, T)>) {
        let mut text = String::new();
        for (marker, item) in items {
            let indented = item
                .as_ref()
                .replace('\n', &format!("\n{}", " ".repeat(marker.len())));
            let lines = indented
                .lines()
                .map(str::trim_end)
                .collect::<Vec<_>>()
                .join("\n");
            let _ = writeln!(text, "{marker}{lines}");
        }
        if !text.is_empty() {
            self.block(text.trim_end());
        }
    }

    /// A table; nothing when it has no rows. Cells are Markdown of one line.
    pub fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let mut text = String::new();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|cell| self::cell(cell)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        if !text.is_empty() {
            let rule = "| --- ".repeat(head.len());
            self.block(&format!(
                "| {} |\n{rule}|\n{}",
                head.join(" | "),
                text.trim_end()
            ));
        }
    }

    /// A block of code.
    pub fn fence(&mut self, language: &str, code: &str) {
        self.block(&fence(language, code));
    }

    /// The page's text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn block(&mut self, markdown: &str) {
        let _ = writeln!(self.text, "\n{markdown}");
    }
}

/// A cell of a table: no line breaks, and no bar that would end it.
fn cell(markdown: &str) -> String {
    let line = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|")
}

/// A block of code, fenced by more backticks than it holds in a row.
#[must_use]
pub fn fence(language: &str, code: &str) -> String {
    let ticks = "`".repeat(longest_run(code).max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}", code.trim_end())
}

/// Code within a line.
#[must_use]
pub fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    if text.starts_with('`') || text.ends_with('`') {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

/// Several pieces of code within a line.
#[must_use]
pub fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let all: Vec<_> = texts.into_iter().map(|text| code(text.as_ref())).collect();
    all.join(", ")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A sentence of a definition as Markdown.
#[must_use]
pub fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escape(text).replace('`', "\\`");
    }
    let mut markdown = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            markdown.push('`');
        }
        if index.is_multiple_of(2) {
            markdown.push_str(&escape(piece));
        } else {
            markdown.push_str(piece);
        }
    }
    match markdown.chars().next() {
        Some('#' | '-' | '+' | '>') => format!("\\{markdown}"),
        _ => markdown,
    }
}

fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let word = |index: Option<usize>| {
        index
            .and_then(|index| chars.get(index))
            .is_some_and(|c| c.is_alphanumeric() || *c == '_')
    };
    let mut escaped = String::new();
    for (index, c) in chars.iter().enumerate() {
        match c {
            // Within a word an underscore is no markup, and names would be hard to read.
            '_' if word(index.checked_sub(1)) && word(Some(index + 1)) => escaped.push('_'),
            '\\' | '*' | '_' | '[' | ']' => {
                escaped.push('\\');
                escaped.push(*c);
            }
            '<' => escaped.push_str("&lt;"),
            c => escaped.push(*c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_code_and_escapes_the_rest() {
        assert_eq!(prose("see `a*b` and *this*"), "see `a*b` and \\*this\\*");
        assert_eq!(prose("sync_job_failed <id>"), "sync_job_failed &lt;id>");
        assert_eq!(prose("a ` alone"), "a \\` alone");
        assert_eq!(prose("- not a point"), "\\- not a point");
    }

    #[test]
    fn fences_and_code_hold_backticks() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(fence("md", "```\nx\n```"), "````md\n```\nx\n```\n````");
    }

    #[test]
    fn cells_stay_cells() {
        let mut page = Markdown::page("T");
        page.table(&["a", "b"], [vec![code("x|y"), "two\nlines".to_owned()]]);
        page.table(&["none"], []);
        assert_eq!(
            page.finish(),
            format!(
                "{}\n# T\n\n| a | b |\n| --- | --- |\n| `x\\|y` | two lines |\n",
                header::MARKDOWN
            )
        );
    }

    #[test]
    fn code_in_a_point_belongs_to_it() {
        let mut page = Markdown::page("T");
        page.numbered([format!("Run it.\n\n{}", fence("sh", "ls\n\nls"))]);
        assert!(
            page.finish()
                .ends_with("1. Run it.\n\n   ```sh\n   ls\n\n   ls\n   ```\n")
        );
    }
}
