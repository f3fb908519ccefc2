//! Names of Rust for what has names of its own.

use std::collections::BTreeSet;

/// Names that are given already.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The name, or one like it that is free.
    pub(super) fn taken(&mut self, name: String, otherwise: &str) -> String {
        let name = match name.as_str() {
            "" => otherwise.to_owned(),
            "Self" => format!("Self{otherwise}"),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("{otherwise}{name}"),
            _ => name,
        };
        let mut free = name.clone();
        let mut count = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{name}{count}");
            count += 1;
        }
        free
    }
}

/// `http_requests_total` as `HttpRequestsTotal`.
pub(super) fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let first = word.chars().next()?;
            Some(format!("{}{}", first.to_ascii_uppercase(), &word[1..]))
        })
        .collect()
}

/// `Requests / sec` as `requests_sec`.
pub(super) fn snake(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(str::to_ascii_lowercase).collect();
    let name = words.join("_");
    match KEYWORDS.contains(&name.as_str()) || ["self", "super", "crate"].contains(&name.as_str()) {
        true => format!("{name}_"),
        false => name,
    }
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

pub(super) fn field(label: &str) -> String {
    match KEYWORDS.contains(&label) {
        true => format!("r#{label}"),
        false => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_rust_and_free() {
        let mut names = Names::default();
        let mut given = |name: &str| names.taken(camel(name), "Value");
        assert_eq!(given("http_requests:total"), "HttpRequestsTotal");
        assert_eq!(given("http_requests_total"), "HttpRequestsTotal2");
        assert_eq!(
            (given("self").as_str(), given("5xx").as_str()),
            ("SelfValue", "Value5xx")
        );
        assert_eq!(
            (given("+Inf").as_str(), given("").as_str()),
            ("Inf", "Value")
        );
        assert_eq!(
            (snake("Requests / sec"), snake("Loop")),
            ("requests_sec".to_owned(), "loop_".to_owned())
        );
    }
}
