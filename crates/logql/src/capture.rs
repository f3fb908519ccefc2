//! What strings of stages say: the captures of patterns, the names in regular expressions, the paths of
//! JSON, the actions of templates.

use std::collections::BTreeSet;
use std::ops::Range;

use obsctl_promql::{regex, variable};

/// A capture of a pattern: `<ip>` or `<_>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture<'a> {
    pub(crate) name: &'a str,
    /// With the angle brackets.
    pub(crate) place: Range<usize>,
}

/// The captures of a pattern, in their order. What looks like none is text.
pub(crate) fn captures(pattern: &str) -> Vec<Capture<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = pattern[from..].find('<').map(|at| from + at) {
        let length = pattern[open + 1..]
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        let name = &pattern[open + 1..open + 1 + length];
        let closed = pattern[open + 1 + length..].starts_with('>');
        let named = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        from = open + 1;
        if closed && named {
            from = open + length + 2;
            found.push(Capture {
                name,
                place: open..from,
            });
        }
    }
    found
}

/// What Loki refuses in the pattern of `| pattern` and, without names, of `|>`.
pub(crate) fn pattern_problem(pattern: &str, names: bool) -> Option<(String, String)> {
    let captures = captures(pattern);
    if let Some(pair) = captures
        .windows(2)
        .find(|pair| pair[0].place.end == pair[1].place.start)
    {
        let both = &pattern[pair[0].place.start..pair[1].place.end];
        let message = format!("the captures `{both}` have no text between them");
        return Some((
            message,
            "Loki cannot tell where one ends: put the text between them".to_owned(),
        ));
    }
    let mut named = captures.iter().filter(|capture| capture.name != "_");
    if !names {
        let first = named.next()?;
        let message = format!(
            "a line filter has no named captures, found `<{}>`",
            first.name
        );
        return Some((message, "write `<_>`, or parse with `| pattern`".to_owned()));
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for capture in named {
        if !seen.insert(capture.name) {
            let message = format!("two captures are called `{}`", capture.name);
            return Some((message, "give each a name of its own, or `<_>`".to_owned()));
        }
    }
    (seen.is_empty() && !variable::contains(pattern)).then(|| {
        let help = "name what becomes a label: `<ip> - <_>`".to_owned();
        ("the pattern has no named capture".to_owned(), help)
    })
}

/// The names of the groups of a regular expression; none where it is not well-formed.
pub(crate) fn group_names(text: &str) -> Vec<String> {
    let names = regex::read(text).map(|regex| regex.names);
    let names = names.unwrap_or_default().into_iter();
    names.map(|(name, _)| name).collect()
}

/// Whether the text is a path into JSON: `a.b[0]["c d"]`.
pub(crate) fn is_json_path(path: &str) -> bool {
    let space = |c: char| matches!(c, ' ' | '\t' | '\n');
    let mut rest = path.trim_matches(space);
    let mut first = true;
    loop {
        rest = rest.trim_start_matches(space);
        if rest.is_empty() {
            return !first;
        }
        if let Some(inside) = rest.strip_prefix('[') {
            let inside = inside.trim_start_matches(space);
            let after = match inside.strip_prefix('"') {
                Some(key) => key.split_once('"').map(|(_, after)| after),
                None => {
                    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
                    (digits > 0).then(|| &inside[digits..])
                }
            };
            let Some(after) = after.and_then(|it| it.trim_start_matches(space).strip_prefix(']'))
            else {
                return false;
            };
            rest = after;
        } else {
            let field = if first {
                Some(rest)
            } else {
                rest.strip_prefix('.')
            };
            let Some(field) = field.map(|it| it.trim_start_matches(space)) else {
                return false;
            };
            let length = field
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
                .count();
            if length == 0 || field.starts_with(|c: char| c.is_ascii_digit()) {
                return false;
            }
            rest = &field[length..];
        }
        first = false;
    }
}

/// The key that an expression of `| logfmt label="…"` names: a word, or a text between quotes.
pub(crate) fn logfmt_key(text: &str) -> Option<&str> {
    let text = text.trim_matches([' ', '\t', '\n']);
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.strip_suffix('"').filter(|key| !key.contains('"'));
    }
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let starts = text.starts_with(|char: char| word(char) && !char.is_ascii_digit());
    (starts && text.chars().all(word)).then_some(text)
}

/// The actions of a Go template, braces not included; an error where one is never closed or a block has no
/// end.
pub(crate) fn actions(template: &str) -> Result<Vec<&str>, &'static str> {
    const UNCLOSED: &str = "`{{` is never closed";
    let mut found = Vec::new();
    let mut blocks = 0_u32;
    let mut rest = template;
    while let Some((_, after)) = rest.split_once("{{") {
        let end = action_end(after).ok_or(UNCLOSED)?;
        let action = after[..end].trim_matches(['-', ' ', '\t', '\n', '\r']);
        let word = action.split(|c: char| !c.is_ascii_alphanumeric()).next();
        match word.unwrap_or_default() {
            "if" | "range" | "with" | "define" | "block" => blocks += 1,
            "end" => blocks = blocks.checked_sub(1).ok_or("`{{end}}` ends nothing")?,
            _ if action.is_empty() => return Err("an action is empty"),
            _ => {}
        }
        found.push(action);
        rest = &after[end + 2..];
    }
    if blocks > 0 {
        return Err("a block has no `{{end}}`");
    }
    Ok(found)
}

/// Where the `}}` stands that ends the action, beyond strings and comments.
fn action_end(action: &str) -> Option<usize> {
    let bytes = action.as_bytes();
    let mut at = 0;
    if let Some(comment) = action.trim_start_matches(['-', ' ']).strip_prefix("/*") {
        at = action.len() - comment.len() + comment.find("*/")? + 2;
    }
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            quote @ (b'"' | b'`' | b'\'') => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += if quote != b'`' && bytes[at] == b'\\' {
                        2
                    } else {
                        1
                    };
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_told_from_text() {
        let names = |text| captures(text).iter().map(|c| c.name).collect::<Vec<_>>();
        assert_eq!(
            names("<ip> - <_> <a> < b> <1> <é> <<c>>"),
            ["ip", "_", "a", "c"]
        );
        assert!(pattern_problem("<a> <b>", true).is_none());
        assert!(pattern_problem("<_> text <_>", false).is_none());
        for (text, named) in [
            ("<a><b>", true),
            ("text", true),
            ("<_>", true),
            ("<a> <a>", true),
            ("<a>", false),
        ] {
            assert!(pattern_problem(text, named).is_some(), "{text}");
        }
    }

    #[test]
    fn paths_are_those_of_loki() {
        for path in [
            "a",
            "a.b",
            "a[0].b",
            "[\"a b\"]",
            "a[\"x.y\"][1]",
            "_a1",
            " a . b ",
        ] {
            assert!(is_json_path(path), "{path}");
        }
        for path in ["", "a.", ".a", "a[", "a[x]", "1a", "a-b", "a[0]b", "$.a"] {
            assert!(!is_json_path(path), "{path}");
        }
    }

    #[test]
    fn templates_are_balanced() {
        let good = [
            ("", 0),
            ("{{.a}} {{ .b | upper }}", 2),
            ("{{if eq .a \"}}\"}}x{{else}}y{{end}}", 3),
            ("{{/* }} */}}{{- .a -}}", 2),
        ];
        for (template, count) in good {
            assert_eq!(
                actions(template).map(|found| found.len()),
                Ok(count),
                "{template}"
            );
        }
        for template in ["{{.a}", "{{", "{{}}", "{{if .a}}", "{{end}}", "{{\"}}"] {
            assert!(actions(template).is_err(), "{template}");
        }
    }
}
