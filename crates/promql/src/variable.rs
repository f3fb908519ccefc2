//! Grafana variables: found in any text (queries, legends, strings, names).

use std::fmt;
use std::ops::Range;

use memchr::memchr2;

use crate::Span;
use crate::ast::{Variable, VariableForm};

/// The variables that Grafana itself defines.
pub const BUILTIN: &[&str] = &[
    "__all_variables",
    "__auto",
    "__dashboard",
    "__data",
    "__field",
    "__from",
    "__interval",
    "__interval_ms",
    "__name",
    "__org",
    "__range",
    "__range_ms",
    "__range_s",
    "__rate_interval",
    "__rate_interval_ms",
    "__series",
    "__timezone",
    "__to",
    "__url",
    "__url_time_range",
    "__user",
    "__value",
    "timeFilter",
];

/// Whether Grafana defines the variable of that name (written without `$`).
#[must_use]
pub fn is_builtin(name: &str) -> bool {
    BUILTIN.binary_search(&name).is_ok()
}

/// Whether the variable of that name stands for a duration that Grafana chooses.
#[must_use]
pub fn is_builtin_duration(name: &str) -> bool {
    matches!(
        name,
        "__interval" | "__rate_interval" | "__range" | "__auto"
    )
}

/// The variables of `text` in order, with the bytes they take.
///
/// The forms are Grafana's own: `$name`, `${name}`, `${name.field}`, `${name:format}`, `[[name]]`,
/// `[[name:format]]`. A name of digits alone is none: `$1` is a capture group of `label_replace`.
#[must_use]
pub fn scan(text: &str) -> Vec<(Range<usize>, Variable)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, parts)) = next(text, from) {
        from = parts.end;
        found.push((at..parts.end, parts.variable(text, at)));
    }
    found
}

/// The same without what stands beside the names: the bytes of each variable, and its name.
pub fn names(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let (at, parts) = next(text, from)?;
        from = parts.end;
        Some((at..parts.end, &text[parts.name]))
    })
}

/// Whether `text` holds a variable.
#[must_use]
pub fn contains(text: &str) -> bool {
    next(text, 0).is_some()
}

/// The variable that `text` is, if it is nothing else.
#[must_use]
pub fn exact(text: &str) -> Option<Variable> {
    variable_at(text, 0).filter(|variable| variable.span.range().end == text.len())
}

/// The name of the variable that `text` is, if it is nothing else.
#[must_use]
pub fn exact_name(text: &str) -> Option<&str> {
    let parts = parts_at(text, 0).filter(|parts| parts.end == text.len())?;
    Some(&text[parts.name])
}

/// Whether `text` is one variable around which Grafana itself puts quotes: `${x:doublequote}`.
#[must_use]
pub fn quotes_itself(text: &str) -> bool {
    text.starts_with("${")
        && exact(text).is_some_and(|variable| {
            variable.form == VariableForm::Braced
                && matches!(
                    variable.format.as_deref(),
                    Some("doublequote" | "singlequote")
                )
        })
}

/// The first variable that begins at `from` or later, and where.
fn next(text: &str, mut from: usize) -> Option<(usize, Parts)> {
    loop {
        let at = from + memchr2(b'$', b'[', &text.as_bytes()[from..])?;
        if let Some(parts) = parts_at(text, at) {
            return Some((at, parts));
        }
        from = at + 1;
    }
}

/// How many bytes the variable that begins at `at` takes.
#[must_use]
pub fn length_at(text: &str, at: usize) -> Option<usize> {
    parts_at(text, at).map(|parts| parts.end - at)
}

/// The variable that begins at `at`.
#[must_use]
pub fn variable_at(text: &str, at: usize) -> Option<Variable> {
    parts_at(text, at).map(|parts| parts.variable(text, at))
}

/// How long a field or format may be, so that texts full of unclosed variables are read in linear time.
const LONGEST: usize = 200;

struct Parts {
    form: VariableForm,
    name: Range<usize>,
    field: Option<Range<usize>>,
    format: Option<Range<usize>>,
    end: usize,
}

impl Parts {
    /// The variable that begins at `at`.
    fn variable(self, text: &str, at: usize) -> Variable {
        Variable {
            form: self.form,
            name: text[self.name].to_owned(),
            field: self.field.map(|range| text[range].to_owned()),
            format: self.format.map(|range| text[range].to_owned()),
            span: Span::new(at, self.end),
        }
    }
}

fn parts_at(text: &str, at: usize) -> Option<Parts> {
    let bytes = text.as_bytes();
    let word = |from: usize| {
        let tail = bytes.get(from..).unwrap_or_default();
        let len = tail
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        (len > 0).then_some(from..from + len)
    };
    // `$1` is a capture group of a regular expression.
    let name =
        |from: usize| word(from).filter(|it| !bytes[it.clone()].iter().all(u8::is_ascii_digit));
    let until = |from: usize, stops: &[u8]| {
        let tail = bytes.get(from..).unwrap_or_default();
        let len = tail.iter().take(LONGEST).position(|b| stops.contains(b))?;
        (len > 0).then_some(from..from + len)
    };
    match (bytes.get(at)?, bytes.get(at + 1)?) {
        (b'$', b'{') => {
            let name = name(at + 2)?;
            let mut end = name.end;
            let mut field = None;
            if bytes.get(end) == Some(&b'.') {
                let range = until(end + 1, b":}^")?;
                end = range.end;
                field = Some(range);
            }
            let mut format = None;
            if bytes.get(end) == Some(&b':') {
                let range = until(end + 1, b"}")?;
                end = range.end;
                format = Some(range);
            }
            (bytes.get(end) == Some(&b'}')).then_some(Parts {
                form: VariableForm::Braced,
                name,
                field,
                format,
                end: end + 1,
            })
        }
        (b'$', _) => {
            let name = name(at + 1)?;
            let end = name.end;
            Some(Parts {
                form: VariableForm::Dollar,
                name,
                field: None,
                format: None,
                end,
            })
        }
        (b'[', b'[') => {
            let name = name(at + 2)?;
            let mut end = name.end;
            let mut format = None;
            if bytes.get(end) == Some(&b':') {
                let range = word(end + 1)?;
                end = range.end;
                format = Some(range);
            }
            bytes.get(end..)?.starts_with(b"]]").then_some(Parts {
                form: VariableForm::Brackets,
                name,
                field: None,
                format,
                end: end + 2,
            })
        }
        _ => None,
    }
}

impl Variable {
    /// `$name`
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            form: VariableForm::Dollar,
            name: name.into(),
            field: None,
            format: None,
            span: Span::default(),
        }
    }

    /// `${name}`
    #[must_use]
    pub fn braced(name: impl Into<String>) -> Self {
        Self {
            form: VariableForm::Braced,
            ..Self::new(name)
        }
    }

    /// Whether Grafana defines it.
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        is_builtin(&self.name)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self.form {
            VariableForm::Dollar => ("$", ""),
            VariableForm::Braced => ("${", "}"),
            VariableForm::Brackets => ("[[", "]]"),
            VariableForm::Mixed => ("", ""),
        };
        write!(f, "{open}{}", self.name)?;
        if let Some(field) = &self.field {
            write!(f, ".{field}")?;
        }
        if let Some(format) = &self.format {
            write!(f, ":{format}")?;
        }
        f.write_str(close)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_where_it_stands() {
        let cases: &[(&str, &[&str])] = &[
            ("$x", &["$x"]),
            ("a ${x} b", &["${x}"]),
            ("${x:regex}", &["${x:regex}"]),
            (
                "${__data.fields.name:date:iso}",
                &["${__data.fields.name:date:iso}"],
            ),
            ("[[x]] and [[y:csv]]", &["[[x]]", "[[y:csv]]"]),
            ("$__rate_interval,$b", &["$__rate_interval", "$b"]),
            ("[[[x]]]", &["[[x]]"]),
            ("$ $$ ${ ${} [[ ]] [[x] $-", &[]),
            ("$$x", &["$x"]),
            ("$1-${2} $1a", &["$1a"]),
            ("é$é$x", &["$x"]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = scan(text);
            let texts: Vec<_> = found
                .iter()
                .map(|(range, _)| &text[range.clone()])
                .collect();
            assert_eq!(&texts, expected, "{text}");
            let named: Vec<_> = found
                .iter()
                .map(|(at, one)| (at.clone(), &*one.name))
                .collect();
            assert_eq!(names(text).collect::<Vec<_>>(), named, "{text}");
            for (range, variable) in found {
                assert_eq!(variable.to_string(), text[range], "{text}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_variable_are_told_apart() {
        let variable = exact("${__data.fields.name:date:iso}").unwrap();
        assert_eq!(variable.name, "__data");
        assert_eq!(variable.field.as_deref(), Some("fields.name"));
        assert_eq!(variable.format.as_deref(), Some("date:iso"));
        assert!(variable.is_builtin());
        assert!(exact("$a-").is_none());
    }

    #[test]
    fn builtin_names_are_sorted_for_the_search() {
        assert!(BUILTIN.is_sorted());
        assert!(is_builtin("__rate_interval") && !is_builtin("job"));
    }
}
