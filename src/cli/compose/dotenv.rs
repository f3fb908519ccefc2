//! `.env` files, read as Compose reads them.

use std::collections::BTreeMap;

/// The variables of a file, in which earlier ones and those of `outer`, which go before, are put in.
///
/// # Errors
/// The number of the line that is no variable, and what is wrong with it.
pub(super) fn parse(
    text: &str,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, (usize, &'static str)> {
    let mut variables = BTreeMap::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line
            .split_once(['=', ':'])
            .ok_or((number, "there is no `=` in it"))?;
        let name = name.trim_end();
        let known = |c: char| c.is_ascii_alphanumeric() || "_.-[]".contains(c);
        if name.is_empty() || !name.chars().all(known) {
            return Err((number, "what is before `=` is no name"));
        }
        let lookup = |name: &str| outer(name).or_else(|| variables.get(name).cloned());
        let value =
            value_of(value.trim_start(), &lookup).ok_or((number, "a quote is not closed"))?;
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A value without its quotes and the comment behind it; none when a quote is not closed.
fn value_of(text: &str, lookup: &Lookup<'_>) -> Option<String> {
    if let Some(rest) = text.strip_prefix('\'') {
        return Some(rest.split_once('\'')?.0.to_owned());
    }
    if let Some(rest) = text.strip_prefix('"') {
        return Some(expand(&unescaped(rest)?, lookup));
    }
    let end = [" #", "\t#"]
        .iter()
        .filter_map(|comment| text.find(comment))
        .min();
    let value = end.map_or(text, |end| &text[..end]).trim_end();
    Some(expand(value, lookup))
}

/// What is before the closing quote, with escapes resolved.
fn unescaped(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                c @ ('"' | '\\') => value.push(c),
                c => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
}

/// A text with `$NAME`, `${NAME}`, `${NAME-default}` and `${NAME:-default}` put in.
fn expand(text: &str, lookup: &Lookup<'_>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        rest = match reference(after) {
            Some((name, default, behind)) => {
                let value = lookup(name)
                    .filter(|value| !(default.is_some_and(|(_, empty)| empty) && value.is_empty()));
                expanded.push_str(
                    &value.unwrap_or_else(|| default.map_or("", |(text, _)| text).to_owned()),
                );
                behind
            }
            None => {
                expanded.push('$');
                after.strip_prefix('$').unwrap_or(after)
            }
        };
    }
    expanded + rest
}

/// The name behind a `$`, its default and whether that stands for empty values too, and what follows.
fn reference(after: &str) -> Option<(&str, Option<(&str, bool)>, &str)> {
    let word = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
        text.find(|c| !known(c)).unwrap_or(text.len())
    };
    let Some(braced) = after.strip_prefix('{') else {
        let end = word(after);
        let name = &after[..end];
        let named = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        return named.then_some((name, None, &after[end..]));
    };
    let (inner, behind) = braced.split_once('}')?;
    let (name, default) = inner.split_at(word(inner));
    let default = match (default.strip_prefix(":-"), default.strip_prefix('-')) {
        (Some(text), _) => Some((text, true)),
        (None, Some(text)) => Some((text, false)),
        (None, None) if default.is_empty() => None,
        (None, None) => return None,
    };
    (!name.is_empty()).then_some((name, default, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let outer = |name: &str| (name == "HOME").then(|| "/home".to_owned());
        parse(text, &outer).unwrap().remove("A").unwrap()
    }

    #[test]
    fn values_are_as_compose_reads_them() {
        for (text, expected) in [
            ("A=3001", "3001"),
            ("  export A = 3001  ", "3001"),
            ("A: 3001", "3001"),
            ("A=", ""),
            ("A=two words # and a comment", "two words"),
            ("A=no#comment", "no#comment"),
            ("A='$HOME # as it is'", "$HOME # as it is"),
            ("A=\"a\\n\\\"b\\\"\" # comment", "a\n\"b\""),
            ("A=$HOME/x", "/home/x"),
            ("A=${HOME}/x", "/home/x"),
            ("A=${NONE}/x", "/x"),
            ("A=${NONE:-y}/x", "y/x"),
            ("B=\nA=${B:-y}${B-z}", "y"),
            ("B=1\nA=${B}${B}", "11"),
            ("HOME=here\nA=$HOME", "/home"),
            ("A=5$", "5$"),
            ("A=$$5", "$5"),
            ("A=1\nA=2", "2"),
            ("\u{feff}# comment\n\nA=1\r\n", "1"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_variable_is_named_by_its_line() {
        for (text, line) in [
            ("A=1\nnothing", 2),
            ("=1", 1),
            ("A B=1", 1),
            ("\n\nA='1", 3),
            ("A=\"1\\\"", 1),
        ] {
            assert_eq!(parse(text, &|_| None).unwrap_err().0, line, "{text}");
        }
    }
}
