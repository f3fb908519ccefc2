//! Go's regular expressions (RE2), on the engine that this workspace has.

use regex_automata::meta::Regex;
use regex_automata::util::interpolate;

/// Compiles an expression; fails with Go's words as far as they are the same.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translated(pattern)).map_err(|error| {
        let reason = match error.syntax_error() {
            Some(syntax) => syntax.to_string(),
            None => error.to_string(),
        };
        let reason = reason.lines().last().unwrap_or_default().to_owned();
        let reason = reason.trim_start_matches("error: ");
        format!("error parsing regexp: {reason}: `{pattern}`")
    })
}

/// Replaces every match; `$1` and `${name}` are groups.
pub(super) fn replace(pattern: &str, replacement: &str, text: &str) -> Result<String, String> {
    let regex = compile(pattern).map_err(|reason| format!("regexp: Compile(`{pattern}`): {reason}"))?;
    let mut out = String::new();
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get_match() else {
            continue;
        };
        out.push_str(&text[end..found.start()]);
        interpolate::string(
            replacement,
            |index, out| {
                if let Some(span) = captures.get_group(index) {
                    out.push_str(&text[span.range()]);
                }
            },
            |name| captures.group_info().to_index(captures.pattern()?, name),
            &mut out,
        );
        end = found.end();
    }
    out.push_str(&text[end..]);
    Ok(out)
}

/// The expression with what the two engines read differently written out: in RE2 classes such as `\d` are ASCII,
/// `[` and `&&` mean nothing inside a class, and `\Q…\E` is plain text.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut class = false;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        if char == '\\' {
            let Some(escaped) = after.chars().next() else {
                out.push('\\');
                break;
            };
            rest = &after[escaped.len_utf8()..];
            if escaped == 'Q' && !class {
                let (plain, behind) = rest.split_once("\\E").unwrap_or((rest, ""));
                for char in plain.chars() {
                    escape(&mut out, char);
                }
                rest = behind;
            } else {
                push_escape(&mut out, escaped, class);
            }
            continue;
        }
        rest = after;
        match char {
            '[' if !class => {
                class = true;
                out.push('[');
                if let Some(behind) = rest.strip_prefix('^') {
                    out.push('^');
                    rest = behind;
                }
                // As the first sign it means itself.
                if let Some(behind) = rest.strip_prefix(']') {
                    out.push_str("\\]");
                    rest = behind;
                }
            }
            '[' => match rest.find(":]").filter(|_| rest.starts_with(':')) {
                Some(close) => {
                    out.push('[');
                    out.push_str(&rest[..close + 2]);
                    rest = &rest[close + 2..];
                }
                None => out.push_str("\\["),
            },
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => escape(&mut out, char),
            _ => out.push(char),
        }
    }
    out
}

fn escape(out: &mut String, char: char) {
    if char.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(char);
}

/// An escape outside or inside a class.
fn push_escape(out: &mut String, escaped: char, class: bool) {
    let set = match escaped.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\t\\n\\f\\r ",
        'b' if !class => {
            out.push_str(if escaped == 'b' { "(?-u:\\b)" } else { "(?-u:\\B)" });
            return;
        }
        _ => {
            out.push('\\');
            out.push(escaped);
            return;
        }
    };
    if class && escaped.is_ascii_lowercase() {
        out.push_str(set);
    } else {
        out.push_str(if escaped.is_ascii_lowercase() { "[" } else { "[^" });
        out.push_str(set);
        out.push(']');
    }
}
