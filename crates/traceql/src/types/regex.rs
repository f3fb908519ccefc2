//! Whether a regular expression is well-formed, as far as that is certain.

use crate::variable;

/// What is wrong with a regular expression of Go.
///
/// It is read by another engine, so what the two read differently is taken as right.
pub(super) fn fault(pattern: &str) -> Option<String> {
    if variable::contains(pattern) {
        return None;
    }
    let translated = translate(pattern)?;
    match regex_syntax::parse(&translated) {
        Ok(_) => None,
        Err(regex_syntax::Error::Parse(error)) => Some(error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => Some(error.kind().to_string()),
        Err(_) => Some("it cannot be read".to_owned()),
    }
}

/// The expression for the other engine; nothing where it may mean something else there.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut class = false;
    let mut chars = pattern.char_indices();
    while let Some((at, char)) = chars.next() {
        let rest = &pattern[at + char.len_utf8()..];
        match char {
            '\\' => {
                out.push('\\');
                let (_, next) = chars.next().unwrap_or((0, ' '));
                if at + 1 == pattern.len() {
                    break;
                }
                if matches!(next, 'Q' | 'E' | 'C') {
                    return None;
                }
                out.push(next);
            }
            '[' if class && rest.starts_with(':') => out.push('['),
            // Sets inside sets are of the other engine alone.
            '[' if class => return None,
            '&' | '-' | '~' if class && rest.starts_with(char) => return None,
            '[' => {
                class = true;
                out.push('[');
                if rest.starts_with('^') {
                    chars.next();
                    out.push('^');
                }
                // A bracket at the beginning of a class is part of it.
                if rest.trim_start_matches('^').starts_with(']') && !rest.starts_with("^^") {
                    chars.next();
                    out.push_str("\\]");
                }
            }
            ']' if class => {
                // `[[:alpha:]]`
                class = out.ends_with(':');
                out.push(']');
            }
            // Braces that count nothing are characters.
            '{' if !class && !counts(rest) => out.push_str("\\{"),
            '}' if !class && !out.ends_with(|c: char| c.is_ascii_digit() || c == ',') => {
                out.push_str("\\}");
            }
            char => out.push(char),
        }
    }
    Some(out)
}

/// Whether what stands behind `{` makes it a repetition: `2}`, `2,}`, `2,5}`.
fn counts(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else {
        return false;
    };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certainly_wrong_is_reported() {
        let right = [
            "",
            "a|b",
            "GET /users/{id}",
            "a{2}",
            "a{2,}b{1,3}",
            "[^]a]",
            "[]]",
            "[[:alpha:]_]+",
            r"\d+\.\w",
            r"\Qa(\E",
            "[a&&b]",
            "[[a]",
            "(?i)get",
            "(?P<x>a)",
            r"^/api/.*$",
            "{",
            "}",
            "a{,2}",
            "$x(",
            r"\{a\}",
        ];
        for pattern in right {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
        for pattern in ["[", "(", "a)", "*", "a(?=b)", r"a\", r"\y", "[z-a]"] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
    }
}
