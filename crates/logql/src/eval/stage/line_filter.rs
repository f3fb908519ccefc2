//! Line filters: `|= "a" or "b"`.

use obsctl_promql::eval::EvalError;

use super::error;
use super::ip::Addresses;
use super::pattern::Pattern;
use super::text_test::TextTest;
use crate::ast::{LineFilter, LineFilterOp, LineMatch};

/// A line filter, ready to ask.
#[derive(Debug)]
pub(in crate::eval) struct LineTest {
    /// Lines that match are left out.
    negative: bool,
    texts: TextTest,
    patterns: Vec<Pattern>,
    addresses: Vec<Addresses>,
}

pub(super) fn compile(filter: &LineFilter) -> Result<LineTest, EvalError> {
    let negative = filter.op.is_negative();
    let mut texts = Vec::new();
    let (mut patterns, mut addresses) = (Vec::new(), Vec::new());
    for wanted in &filter.any {
        match wanted {
            // Among alternatives, Loki takes an address for a text.
            LineMatch::Ip(text, _) if negative || filter.any.len() == 1 => {
                let parsed = Addresses::parse(&text.value);
                let no_address =
                    || error(text.span, format!("ip: invalid pattern: {:?}", text.value));
                addresses.push(parsed.ok_or_else(no_address)?);
            }
            LineMatch::Ip(text, _) | LineMatch::Text(text) => match filter.op {
                LineFilterOp::Contains | LineFilterOp::NotContains => {
                    texts.push(TextTest::contains(&text.value));
                }
                LineFilterOp::Regex | LineFilterOp::NotRegex => {
                    let test = TextTest::regex(&text.value, false);
                    texts.push(test.map_err(|reason| {
                        let message =
                            format!("`{}` is not a regular expression: {reason}", text.value);
                        error(text.span, message)
                    })?);
                }
                LineFilterOp::Pattern | LineFilterOp::NotPattern => {
                    patterns.push(Pattern::compile(&text.value));
                }
            },
            LineMatch::Variable(variable) => {
                return Err(error(
                    variable.span,
                    "the variable has no value: put one in its place",
                ));
            }
            LineMatch::Error(node) => return Err(error(node.span, "this is nothing to look for")),
        }
    }
    let none = texts.is_empty();
    let texts = match (none, negative) {
        (true, _) => TextTest::Always.negated(),
        (false, false) => TextTest::any(texts),
        // None of them may match, the one that always does included.
        (false, true) => TextTest::Any(texts),
    };
    Ok(LineTest {
        negative,
        texts,
        patterns,
        addresses,
    })
}

impl LineTest {
    pub fn matches(&self, line: &str) -> bool {
        let found = self.texts.holds(line)
            || self.patterns.iter().any(|pattern| pattern.matches(line))
            || self
                .addresses
                .iter()
                .any(|addresses| addresses.are_in(line));
        found != self.negative
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::check::lines;

    #[test]
    fn every_operator_filters_lines() {
        let all = ["error: a", "warn: b", "10.0.0.7 x", ""];
        let cases: [(&str, &[usize]); 14] = [
            (r#"|= "error""#, &[0]),
            (r#"!= "error""#, &[1, 2, 3]),
            (r#"|~ "e.*: |w""#, &[0, 1]),
            (r#"!~ "[a-z]: ""#, &[2, 3]),
            (r#"|> "<_>: b""#, &[1]),
            (r#"!> "<_>: <_>""#, &[2, 3]),
            (r#"|= "a" or "b""#, &[0, 1]),
            (r#"!= "a" or "b""#, &[2, 3]),
            (r#"|= ip("10.0.0.0/8")"#, &[2]),
            (r#"!= ip("10.0.0.0/8")"#, &[0, 1, 3]),
            (r#"|= """#, &[0, 1, 2, 3]),
            (r#"!= """#, &[]),
            (r#"|= "error" |= "a""#, &[0]),
            (r#"|> "<_> x" or "<_> a""#, &[0, 2]),
        ];
        for (stage, left) in cases {
            let left: Vec<_> = left.iter().map(|at| all[*at]).collect();
            assert_eq!(lines(stage, &all), left, "{stage}");
        }
    }

    #[test]
    fn an_alternative_that_always_holds_does_not_count() {
        assert_eq!(lines(r#"|= "" or "a""#, &["a", "b"]), ["a"]);
    }
}
