//! `| decolorize`: a line without the sequences that color it in terminals.

use std::sync::LazyLock;

use regex::Regex;

use crate::eval::record::Record;

/// Sequences that begin with ESC or CSI, as terminals know them (ECMA-48).
static SEQUENCES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let system = "(?:(?:[a-zA-Z0-9]*(?:;[a-zA-Z0-9]*)*)?\u{7})";
    let control = "(?:(?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PRZcf-ntqry=><~])";
    Regex::new(&format!(
        "[\u{1b}\u{9b}][\\[\\]()#;?]*(?:{system}|{control})"
    ))
    .ok()
});

pub(super) fn run(record: &mut Record<'_>) -> bool {
    if let Some(sequences) = &*SEQUENCES
        && sequences.is_match(&record.line)
    {
        record.line = sequences.replace_all(&record.line, "").into_owned().into();
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::eval::check::lines;

    #[test]
    fn colors_are_removed() {
        let line = "\u{1b}[31mred\u{1b}[0m \u{1b}[1;32mgreen\u{1b}[m plain";
        assert_eq!(lines("| decolorize", &[line]), ["red green plain"]);
        assert_eq!(lines("| decolorize", &["plain"]), ["plain"]);
    }
}
