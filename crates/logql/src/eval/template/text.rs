//! Functions of texts.

use obsctl_promql::eval::compile_search;
use regex::{NoExpand, Regex};

/// How long a text may become, in bytes.
const MAX_LENGTH: usize = 16 << 20;

const TOO_LONG: &str = "the text is too long";

/// Of all occurrences where the count is negative.
pub(super) fn replace(text: &str, from: &str, to: &str, count: i64) -> Result<String, String> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let replaced = text.matches(from).count().min(most);
    if replaced.saturating_mul(to.len()) > MAX_LENGTH {
        return Err(TOO_LONG.to_owned());
    }
    Ok(text.replacen(from, to, most))
}

pub(super) fn trim<'a>(text: &'a str, signs: &str) -> &'a str {
    text.trim_matches(|c| signs.contains(c))
}

pub(super) fn without_prefix<'a>(text: &'a str, prefix: &str) -> &'a str {
    text.strip_prefix(prefix).unwrap_or(text)
}

pub(super) fn without_suffix<'a>(text: &'a str, suffix: &str) -> &'a str {
    text.strip_suffix(suffix).unwrap_or(text)
}

/// Each word with a large letter in front.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for char in text.chars() {
        if inside {
            out.push(char);
        } else {
            out.extend(char.to_uppercase());
        }
        // Signs that are not ASCII separate words only where they are spaces.
        let ascii_word = char.is_ascii_alphanumeric() || char == '_';
        inside = if char.is_ascii() {
            ascii_word
        } else {
            !char.is_whitespace()
        };
    }
    out
}

/// The bytes of a text; half a character becomes a replacement character.
fn bytes(text: &str, from: usize, to: usize) -> String {
    String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default()).into_owned()
}

/// The first bytes, or the last where the count is negative.
pub(super) fn trunc(count: i64, text: &str) -> String {
    let length = text.len();
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if size >= length {
        text.to_owned()
    } else if count < 0 {
        bytes(text, length - size, length)
    } else {
        bytes(text, 0, size)
    }
}

/// The bytes from `start` to `end`; negative ends are those of the text.
pub(super) fn substr(start: i64, end: i64, text: &str) -> Result<String, String> {
    let length = text.len();
    let place = |at: i64| usize::try_from(at).ok();
    let out_of_range =
        |bounds: String| Err(format!("runtime error: slice bounds out of range {bounds}"));
    let (from, to) = match (place(start), place(end)) {
        (None, Some(end)) if end > length => {
            return out_of_range(format!("[:{end}] with length {length}"));
        }
        (None, Some(end)) => (0, end),
        (None, None) => return out_of_range(format!("[:{end}]")),
        (Some(start), Some(end)) if end <= length => (start, end),
        (Some(start), _) => (start, length),
    };
    if from > to {
        return out_of_range(format!("[{from}:{to}]"));
    }
    Ok(bytes(text, from, to))
}

pub(super) fn repeat(count: i64, text: &str) -> Result<String, String> {
    let count = usize::try_from(count).map_err(|_| "strings: negative Repeat count".to_owned())?;
    if count.saturating_mul(text.len()) > MAX_LENGTH {
        return Err(TOO_LONG.to_owned());
    }
    Ok(text.repeat(count))
}

pub(super) fn indent(count: i64, text: &str) -> Result<String, String> {
    let pad = repeat(count, " ")?;
    let lines = replace(text, "\n", &format!("\n{pad}"), -1)?;
    Ok(pad + &lines)
}

/// A text of so many characters, cut or filled with spaces at the end (`left`) or in front.
pub(super) fn align(count: i64, text: &str, left: bool) -> Result<String, String> {
    let Ok(count) = usize::try_from(count) else {
        return Ok(text.to_owned());
    };
    let length = text.chars().count();
    if count >= length {
        let pad = repeat(i64::try_from(count - length).unwrap_or(i64::MAX), " ")?;
        return Ok(if left {
            text.to_owned() + &pad
        } else {
            pad + text
        });
    }
    let skipped = if left { 0 } else { length - count };
    Ok(text.chars().skip(skipped).take(count).collect())
}

fn regex(pattern: &str) -> Result<Regex, String> {
    compile_search(pattern).map_err(|reason| format!("error parsing regexp: {reason}: `{pattern}`"))
}

/// Of all matches; in a text that is no literal, `$1` and `${name}` are groups.
pub(super) fn regex_replace(
    pattern: &str,
    text: &str,
    to: &str,
    literal: bool,
) -> Result<String, String> {
    let regex = regex(pattern)?;
    if regex
        .find_iter(text)
        .count()
        .saturating_mul(to.len().max(1))
        > MAX_LENGTH
    {
        return Err(TOO_LONG.to_owned());
    }
    let replaced = if literal {
        regex.replace_all(text, NoExpand(to))
    } else {
        regex.replace_all(text, to)
    };
    Ok(replaced.into_owned())
}

pub(super) fn count(pattern: &str, text: &str) -> Result<i64, String> {
    let found = regex(pattern)?.find_iter(text).count();
    Ok(i64::try_from(found).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::substr;

    #[test]
    fn parts_of_a_text_have_the_bounds_of_go() {
        for (start, end, text, part) in [
            (1, 3, "error", "rr"),
            (-1, 2, "error", "er"),
            (2, -1, "error", "ror"),
            (2, 9, "error", "ror"),
        ] {
            assert_eq!(substr(start, end, text).as_deref(), Ok(part));
        }
        for (start, end, text, bounds) in [
            (1, 3, "", "[1:0]"),
            (3, 1, "error", "[3:1]"),
            (-1, 9, "error", "[:9] with length 5"),
            (-1, -2, "error", "[:-2]"),
        ] {
            let message = format!("runtime error: slice bounds out of range {bounds}");
            assert_eq!(substr(start, end, text), Err(message));
        }
    }
}
