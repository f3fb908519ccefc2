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
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let number = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let trimmed = line.trim();
        let trimmed = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let end = trimmed.find(['=', ':']);
        let name = trimmed[..end.unwrap_or(trimmed.len())].trim_end();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = behind;
            continue;
        }
        let known = |c: char| c.is_ascii_alphanumeric() || "_.-[]".contains(c);
        if name.is_empty() || !name.chars().all(known) {
            return Err((number, "what is before `=` is no name"));
        }
        // A name alone is what the environment says, which goes before anyway.
        let Some(equals) = line.find(['=', ':']) else {
            rest = behind;
            continue;
        };
        let value = rest[equals + 1..].trim_start_matches([' ', '\t']);
        let lookup = |name: &str| outer(name).or_else(|| variables.get(name).cloned());
        let read = value_of(value, &lookup).ok_or((number, "a quote is not closed"))?;
        variables.insert(name.to_owned(), read.0);
        rest = read.1;
    }
    Ok(variables)
}

type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A value without its quotes, in which lines may break, and without the comment behind it; and the lines
/// behind. None when a quote is not closed.
fn value_of<'a>(text: &'a str, lookup: &Lookup<'_>) -> Option<(String, &'a str)> {
    let next_line = |rest: &'a str| rest.split_once('\n').map_or("", |(_, behind)| behind);
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, behind) = quoted.split_once('\'')?;
        return Some((value.to_owned(), next_line(behind)));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, behind) = double_quoted(quoted, lookup)?;
        return Some((value, next_line(behind)));
    }
    let (line, behind) = text.split_once('\n').unwrap_or((text, ""));
    let comments = [" #", "\t#"].iter().filter_map(|mark| line.find(mark));
    let value = &line[..comments.min().unwrap_or(line.len())];
    Some((expand(value.trim_end(), lookup), behind))
}

/// What is before the closing quote, with escapes resolved and variables put in; and what is behind it.
fn double_quoted<'a>(text: &'a str, lookup: &Lookup<'_>) -> Option<(String, &'a str)> {
    let (mut value, mut part) = (String::new(), String::new());
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value + &expand(&part, lookup), chars.as_str())),
            '\\' => match chars.next()? {
                'n' => part.push('\n'),
                'r' => part.push('\r'),
                't' => part.push('\t'),
                // Not the beginning of a variable.
                '$' => {
                    value.push_str(&expand(&std::mem::take(&mut part), lookup));
                    value.push('$');
                }
                c @ ('"' | '\\') => part.push(c),
                c => part.extend(['\\', c]),
            },
            c => part.push(c),
        }
    }
}

/// A text with `$NAME`, `${NAME}`, `${NAME-default}` and `${NAME:-default}` put in.
fn expand(text: &str, lookup: &Lookup<'_>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        match Reference::parse(after) {
            Some((reference, behind)) => {
                expanded.push_str(&reference.value(lookup));
                rest = behind;
            }
            None => {
                expanded.push('$');
                rest = after.strip_prefix('$').unwrap_or(after);
            }
        }
    }
    expanded + rest
}

/// What stands behind a `$`.
struct Reference<'a> {
    name: &'a str,
    default: &'a str,
    /// Whether the default stands for an empty value too.
    replaces_empty: bool,
}

impl<'a> Reference<'a> {
    /// The reference, and the text behind it.
    fn parse(after: &'a str) -> Option<(Self, &'a str)> {
        let (inner, behind) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => after.split_at(end_of_word(after)),
        };
        let (name, rest) = inner.split_at(end_of_word(inner));
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (default, replaces_empty) = match (rest.strip_prefix(":-"), rest.strip_prefix('-')) {
            (Some(default), _) => (default, true),
            (None, Some(default)) => (default, false),
            (None, None) if rest.is_empty() => ("", false),
            (None, None) => return None,
        };
        let reference = Self {
            name,
            default,
            replaces_empty,
        };
        Some((reference, behind))
    }

    fn value(&self, lookup: &Lookup<'_>) -> String {
        lookup(self.name)
            .filter(|value| !(self.replaces_empty && value.is_empty()))
            .unwrap_or_else(|| self.default.to_owned())
    }
}

fn end_of_word(text: &str) -> usize {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.find(|c| !known(c)).unwrap_or(text.len())
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
            ("A=a\\tb", "a\\tb"),
            ("A=\"a\\$HOME $HOME\"", "a$HOME /home"),
            ("A=\"one\ntwo\" # comment\nB=2", "one\ntwo"),
            ("nothing\nHOME\nA=1", "1"),
            ("\u{feff}# comment\n\nA=1\r\n", "1"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_variable_is_named_by_its_line() {
        for (text, line) in [
            ("A=1\nno name", 2),
            ("=1", 1),
            ("A B=1", 1),
            ("\n\nA='1", 3),
            ("A=\"1\\\"", 1),
        ] {
            assert_eq!(parse(text, &|_| None).unwrap_err().0, line, "{text}");
        }
    }
}
