//! Regular expressions of RE2 as Go reads them, compiled by the `regex` crate: the same language in a
//! slightly different spelling. Matching takes time linear in the text.

use ::regex::{Regex, RegexBuilder};

/// How large a compiled expression may become, in bytes.
const MAX_SIZE: usize = 10 << 20;

/// Compiles an expression that must match a whole text, as all of PromQL's must; `.` matches line ends.
///
/// # Errors
/// Why it is no regular expression, or that it is too large.
pub fn compile_anchored(pattern: &str) -> Result<Regex, String> {
    crate::regex::read(pattern).map_err(|error| error.message.to_owned())?;
    build(&format!("^(?s:{})$", translate(pattern)))
}

/// Compiles an expression that may match anywhere in a text.
///
/// # Errors
/// Why it is no regular expression, or that it is too large.
pub fn compile_search(pattern: &str) -> Result<Regex, String> {
    crate::regex::read(pattern).map_err(|error| error.message.to_owned())?;
    build(&translate(pattern))
}

fn build(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).size_limit(MAX_SIZE).build();
    built.map_err(|error| match error {
        ::regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        error => error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned(),
    })
}

/// A well-formed expression of Go in the spelling of the `regex` crate.
#[must_use]
pub fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut class = Class::default();
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        let (inside, first) = (class.inside, class.first);
        rest = if char == '\\' {
            escape(after, inside, &mut out)
        } else if inside {
            class.char(char, after, &mut out)
        } else {
            outside(char, after, &mut class, &mut out)
        };
        class.first = class.inside && (!inside || first && out.ends_with("[^"));
    }
    out
}

/// Where in a character class the reader is.
#[derive(Default)]
struct Class {
    inside: bool,
    /// Whether nothing of the class has been read, so that `]` is a literal.
    first: bool,
}

impl Class {
    fn char<'a>(&mut self, char: char, after: &'a str, out: &mut String) -> &'a str {
        match char {
            ']' if !self.first => {
                self.inside = false;
                out.push(']');
            }
            '[' => match after.find(":]").filter(|_| after.starts_with(':')) {
                Some(end) => {
                    out.push('[');
                    out.push_str(&after[..end + 2]);
                    return &after[end + 2..];
                }
                None => out.push_str("\\["),
            },
            '^' if self.first && out.ends_with('[') => out.push('^'),
            // Set operations of the `regex` crate, which Go does not have.
            '&' | '~' | ']' | '^' => {
                out.push('\\');
                out.push(char);
            }
            '-' if out.ends_with('-') || after.starts_with(']') => out.push_str("\\-"),
            _ => out.push(char),
        }
        after
    }
}

fn outside<'a>(char: char, after: &'a str, class: &mut Class, out: &mut String) -> &'a str {
    match char {
        '[' => {
            class.inside = true;
            class.first = true;
            out.push('[');
        }
        '{' if !is_repetition(after) => out.push_str("\\{"),
        '}' if !closes_repetition(out) => out.push_str("\\}"),
        _ => out.push(char),
    }
    after
}

/// Whether `2}`, `2,}` or `2,3}` follows.
fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else {
        return false;
    };
    let (min, max) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !min.is_empty() && digits(min) && digits(max)
}

fn closes_repetition(out: &str) -> bool {
    let head = out.trim_end_matches(|char: char| char.is_ascii_digit() || char == ',');
    head.len() < out.len() && head.ends_with('{') && !head.ends_with("\\{")
}

/// Translates the escape whose text behind the backslash is `after`; gives what is left.
fn escape<'a>(after: &'a str, in_class: bool, out: &mut String) -> &'a str {
    let Some(char) = after.chars().next() else {
        return after;
    };
    let rest = &after[char.len_utf8()..];
    // Go's classes know ASCII only.
    let (set, negated) = match char {
        'd' | 'D' => ("0-9", char == 'D'),
        'w' | 'W' => ("0-9A-Za-z_", char == 'W'),
        's' | 'S' => ("\\t\\n\\f\\r ", char == 'S'),
        _ => ("", false),
    };
    if !set.is_empty() {
        let negation = if negated { "^" } else { "" };
        if in_class && !negated {
            out.push_str(set);
        } else {
            out.push_str(&format!("[{negation}{set}]"));
        }
        return rest;
    }
    match char {
        'b' | 'B' => out.push_str(&format!("(?-u:\\{char})")),
        'Q' => {
            let (literal, behind) = rest.split_once("\\E").unwrap_or((rest, ""));
            out.push_str(&::regex::escape(literal));
            return behind;
        }
        'E' => {}
        '0'..='7' => {
            let length = after
                .bytes()
                .take(3)
                .take_while(|byte| matches!(byte, b'0'..=b'7'));
            let (digits, behind) = after.split_at(length.count());
            let code = u32::from_str_radix(digits, 8).unwrap_or_default();
            out.push_str(&format!("\\x{{{code:x}}}"));
            return behind;
        }
        // Their braces are no repetition: `\x{e9}`, `\p{Lu}`, `\p{^Lu}`.
        'x' | 'p' | 'P' if rest.starts_with('{') => {
            let (name, behind) = rest[1..].split_once('}').unwrap_or((&rest[1..], ""));
            let (char, name) = match (char, name.strip_prefix('^')) {
                ('p', Some(name)) => ('P', name),
                ('P', Some(name)) => ('p', name),
                _ => (char, name),
            };
            out.push_str(&format!("\\{char}{{{name}}}"));
            return behind;
        }
        char if char.is_ascii_alphanumeric() => {
            out.push('\\');
            out.push(char);
        }
        // Some escaped signs (`\<`) mean something else to the `regex` crate.
        char if "\\.+*?()|[]{}^$#&-~".contains(char) => {
            out.push('\\');
            out.push(char);
        }
        char => out.push(char),
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_mean_what_they_mean_to_go() {
        let cases = [
            ("a.c", "a\nc", true),
            ("\\d+", "12", true),
            ("\\d+", "١٢", false),
            ("[\\w-]+", "a-b_1", true),
            ("[^\\s]+", "a b", false),
            ("[\\D]+", "ab", true),
            ("a{,2}", "a{,2}", true),
            ("a{1,2}", "aa", true),
            ("{x}", "{x}", true),
            ("[[:alpha:]_]+", "ab_", true),
            ("[]a]+", "]a", true),
            ("[^]a]+", "bc", true),
            ("[a&&b]+", "a&b", true),
            ("[[]x", "[x", true),
            ("\\Qa.b\\E+", "a.bb", true),
            ("\\x{e9}+\\x{1F600}", "éé😀", true),
            ("\\x41{2}", "AA", true),
            ("\\p{Lu}{2}\\pL", "ÀBc", true),
            ("\\p{^Greek}\\P{^Greek}", "aα", true),
            ("[\\p{L}\\x{2d}]+", "a-é", true),
            ("\\<a", "<a", true),
            ("\\101", "A", true),
            ("(?i)ABC|d", "abc", true),
            ("a|b", "ab", false),
            ("[+--]", ",", true),
            ("[a-]", "-", true),
            ("x\\by", "xy", false),
            ("é+", "éé", true),
        ];
        for (pattern, text, matches) in cases {
            let regex =
                compile_anchored(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(
                regex.is_match(text),
                matches,
                "{pattern} on {text}: {regex}"
            );
        }
        for bad in ["(", "a**", "(?P<x", "[b-a]", "(?x)a"] {
            assert!(compile_anchored(bad).is_err(), "{bad}");
        }
        assert!(compile_anchored("((a{100}){100}){100}").is_err());
    }
}
