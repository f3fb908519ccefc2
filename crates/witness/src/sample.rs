//! Texts that a regular expression matches.

use obsctl_promql::eval::translate;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// A text for each alternative of a regular expression: the shortest, with the likeliest character of each
/// class. Nothing where it cannot be read.
#[must_use]
pub fn samples(regex: &str) -> Vec<String> {
    let Ok(hir) = regex_syntax::parse(&translate(regex)) else {
        return vec![];
    };
    alternatives(&hir)
}

fn alternatives(hir: &Hir) -> Vec<String> {
    match hir.kind() {
        HirKind::Alternation(all) => all.iter().map(sample).collect(),
        HirKind::Capture(capture) => alternatives(&capture.sub),
        // Several single characters are alternatives too.
        HirKind::Class(Class::Unicode(class)) if class.iter().count() > 1 => {
            class.iter().map(|range| range.start().into()).collect()
        }
        HirKind::Repetition(repetition) if repetition.min == 0 => {
            vec![String::new(), sample(&repetition.sub)]
        }
        _ => vec![sample(hir)],
    }
}

fn sample(hir: &Hir) -> String {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).into_owned(),
        HirKind::Class(class) => character(class).into(),
        // Thousands of characters show nothing that few would not.
        HirKind::Repetition(repetition) => {
            sample(&repetition.sub).repeat(repetition.min.min(1000) as usize)
        }
        HirKind::Capture(capture) => sample(&capture.sub),
        HirKind::Concat(all) => all.iter().map(sample).collect(),
        HirKind::Alternation(all) => all.first().map(sample).unwrap_or_default(),
    }
}

/// A digit or letter where the class has one.
fn character(class: &Class) -> char {
    let has = |c: char| match class {
        Class::Unicode(class) => class.iter().any(|r| r.start() <= c && c <= r.end()),
        Class::Bytes(class) => class
            .iter()
            .any(|r| char::from(r.start()) <= c && c <= char::from(r.end())),
    };
    let first = || match class {
        Class::Unicode(class) => class.iter().next().map(ClassUnicodeRange::start),
        Class::Bytes(class) => class.iter().next().map(|range| char::from(range.start())),
    };
    ('0'..='9')
        .chain('a'..='z')
        .chain('A'..='Z')
        .find(|c| has(*c))
        .or_else(first)
        .unwrap_or('x')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alternative_has_a_text() {
        assert_eq!(samples("5..|429"), ["500", "429"]);
        assert_eq!(samples("(api|web)"), ["api", "web"]);
        assert_eq!(samples("a.+"), ["a0"]);
        assert_eq!(samples(".*"), ["", "0"]);
        assert_eq!(samples("("), Vec::<String>::new());
    }
}
