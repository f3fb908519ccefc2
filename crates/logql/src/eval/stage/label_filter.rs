//! Conditions on labels: `status >= 500 and method="GET"`.

use std::cmp::Ordering;

use obsctl_promql::eval::EvalError;

use super::error;
use super::ip::Addresses;
use super::text_test::{Text, TextTest};
use crate::ast::{CompareOp, LabelFilter, MatchOp, Quantity};
use crate::eval::LABEL_FILTER_ERROR;
use crate::eval::convert;
use crate::eval::record::Record;

#[derive(Debug)]
pub(in crate::eval) enum Condition {
    Match {
        label: String,
        test: TextTest,
    },
    Compare {
        label: String,
        op: CompareOp,
        value: Wanted,
    },
    Ip {
        label: String,
        negative: bool,
        addresses: Addresses,
    },
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// What a label is compared with.
#[derive(Clone, Copy, Debug)]
pub(in crate::eval) enum Wanted {
    Number(f64),
    /// Nanoseconds.
    Duration(i64),
    Bytes(u64),
}

pub(in crate::eval) fn compile(filter: &LabelFilter) -> Result<Condition, EvalError> {
    let all = |list: &[LabelFilter]| list.iter().map(compile).collect::<Result<Vec<_>, _>>();
    Ok(match filter {
        LabelFilter::Match(matcher) => {
            let value = &matcher.value.value;
            let regex = || {
                TextTest::regex(value, true).map_err(|reason| {
                    let message = format!("`{value}` is not a regular expression: {reason}");
                    error(matcher.value.span, message)
                })
            };
            let equal = || TextTest::Equal(Text::new(value));
            let test = match matcher.op {
                MatchOp::Equal => equal(),
                MatchOp::NotEqual => equal().negated(),
                MatchOp::Regex => regex()?,
                MatchOp::NotRegex => regex()?.negated(),
            };
            let label = matcher.name.text.clone();
            Condition::Match { label, test }
        }
        LabelFilter::Compare(node) => Condition::Compare {
            label: node.label.text.clone(),
            op: node.op,
            value: match &node.value {
                Quantity::Number(number) => Wanted::Number(number.value),
                Quantity::Duration(duration) => Wanted::Duration(duration.nanos),
                Quantity::Bytes(bytes) => Wanted::Bytes(bytes.count),
                Quantity::Variable(variable) => {
                    let message = "the variable has no value: put one in its place";
                    return Err(error(variable.span, message));
                }
                Quantity::Error(node) => return Err(error(node.span, "this is no quantity")),
            },
        },
        LabelFilter::Ip(node) => {
            let addresses = Addresses::parse(&node.value.value);
            let message = || format!("ip: invalid pattern: {:?}", node.value.value);
            Condition::Ip {
                label: node.label.text.clone(),
                negative: node.negative,
                addresses: addresses.ok_or_else(|| error(node.value.span, message()))?,
            }
        }
        LabelFilter::And(list, _) => Condition::And(all(list)?),
        LabelFilter::Or(list, _) => Condition::Or(all(list)?),
        LabelFilter::Variable(variable) => {
            return Err(error(
                variable.span,
                "the variable has no value: put one in its place",
            ));
        }
        LabelFilter::Error(node) => return Err(error(node.span, "this is no condition")),
    })
}

impl Condition {
    /// Whether it is made of others.
    pub fn is_compound(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_))
    }

    /// The label that it asks for; none where it always holds.
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Match {
                test: TextTest::Always,
                ..
            }
            | Self::And(_)
            | Self::Or(_) => None,
            Self::Match { label, .. } | Self::Compare { label, .. } | Self::Ip { label, .. } => {
                Some(label)
            }
        }
    }

    /// All labels that it asks for.
    pub fn labels(&self) -> Vec<String> {
        match self {
            Self::And(list) | Self::Or(list) => list.iter().flat_map(Self::labels).collect(),
            one => one.label().map(str::to_owned).into_iter().collect(),
        }
    }

    /// Whether a line stays. A value that cannot be compared marks the line with an error, and it stays.
    pub fn test(&self, record: &mut Record<'_>) -> bool {
        match self {
            Self::Match { label, test } => test.holds(record.matched_value(label)),
            Self::Compare { label, op, value } => {
                let Some(text) = record.get(label) else {
                    return false;
                };
                match value.compare(text) {
                    Ok(order) => op.holds(order),
                    Err(details) => {
                        record.fail_first(LABEL_FILTER_ERROR, details);
                        true
                    }
                }
            }
            Self::Ip {
                label,
                negative,
                addresses,
            } => {
                if !record.error.is_empty() {
                    return true;
                }
                record
                    .get(label)
                    .is_some_and(|text| addresses.are_in(text) != *negative)
            }
            // All are asked, since each may find an error.
            Self::And(list) => {
                let mut stays = true;
                for condition in list {
                    stays &= condition.test(record);
                }
                stays
            }
            Self::Or(list) => list.iter().any(|it| it.test(record)),
        }
    }
}

impl Wanted {
    /// How the value of a label compares; nothing where one is no number.
    fn compare(self, text: &str) -> Result<Option<Ordering>, String> {
        Ok(match self {
            Self::Number(wanted) => convert::float(text)?.partial_cmp(&wanted),
            Self::Duration(wanted) => Some(convert::nanos(text)?.cmp(&wanted)),
            Self::Bytes(wanted) => Some(convert::bytes(text)?.cmp(&wanted)),
        })
    }
}

impl CompareOp {
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::check::{after, lines};

    #[test]
    fn conditions_compare_labels() {
        let line = "status=500 took=1.5s size=2KiB ip=10.0.0.7 path=/api/users";
        let cases = [
            ("status = 500", true),
            ("status != 500", false),
            ("status > 499.5", true),
            ("status <= 499", false),
            ("took >= 1500ms", true),
            ("took < 1s", false),
            ("size > 2KB", true),
            ("size == 2048B", true),
            ("none > 1", false),
            (r#"none = """#, true),
            (r#"none != "x""#, true),
            (r#"path =~ "/api/[a-z]+""#, true),
            (r#"path =~ "api/[a-z]+""#, false),
            (r#"path !~ "/api/[a-z]+""#, false),
            (r#"ip = ip("10.0.0.0/8")"#, true),
            (r#"ip != ip("10.0.0.0/8")"#, false),
            ("status > 1 and took > 2s", false),
            ("status > 1 , took > 1s", true),
            ("status < 1 or took > 1s", true),
            (r#"job = "test""#, true),
        ];
        for (condition, stays) in cases {
            let stage = format!("| logfmt | {condition}");
            assert_eq!(!lines(&stage, &[line]).is_empty(), stays, "{condition}");
        }
    }

    #[test]
    fn an_expression_that_is_simple_is_found_anywhere() {
        for (condition, stays) in [(r#"path=~"/api.*""#, true), (r#"path=~"api|apiv2""#, true)] {
            let stage = format!("| logfmt | {condition}");
            assert_eq!(
                !lines(&stage, &["path=/v1/api"]).is_empty(),
                stays,
                "{condition}"
            );
        }
    }

    #[test]
    fn a_value_that_cannot_be_compared_is_an_error() {
        let labels = after("| logfmt | took > 1s", "took=fast");
        assert_eq!(
            labels,
            r#"{__error__="LabelFilterErr", __error_details__="time: invalid duration \"fast\"", took="fast"}"#
        );
        assert!(lines(r#"| logfmt | took > 1s | __error__="""#, &["took=fast"]).is_empty());
        let labels = after("| logfmt | a > 1", "a=x");
        assert!(
            labels.contains(r#"strconv.ParseFloat: parsing \"x\": invalid syntax"#),
            "{labels}"
        );
        let labels = after("| logfmt | a > 1KB", "a=1zb");
        assert!(labels.contains("unhandled size name: zb"), "{labels}");
    }

    #[test]
    fn the_first_error_stays() {
        let labels = after("| json | a > 1", r#"{"a":"x" b}"#);
        assert!(labels.contains("JSONParserErr"), "{labels}");
    }
}
