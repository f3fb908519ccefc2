//! What an SLO counts: bad and all events of a window, or bad and all time slices of an evaluation.

use obsctl_logql::ast::LogQuery;
use obsctl_model::{Duration, LabelName};
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp, MatchOp, Selector};

use super::lower::DIRECT;
use super::tree;

/// An indicator whose queries were read and found to fit its metrics.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// Bad events over all events.
    Bad {
        /// Counts bad events.
        bad: Selector,
        /// Counts all events.
        total: Selector,
    },
    /// Good events over all events. A latency is one: its good events are a bucket.
    Good {
        /// Counts good events.
        good: Selector,
        /// Counts all events.
        total: Selector,
    },
    /// Observations of a native histogram at or below a threshold.
    Native {
        /// The histogram.
        histogram: Selector,
        /// The threshold.
        threshold: f64,
    },
    /// Bad log lines over all of them: Loki counts them.
    Logs {
        /// Selects the bad lines.
        bad: LogQuery,
        /// Selects all lines.
        total: LogQuery,
    },
    /// A condition that gives 1 where good, 0 where bad: each of its series is a slice per evaluation.
    Slices {
        /// The condition.
        good: Expr,
    },
    /// An age that is good up to a limit: each of its series is a slice per evaluation.
    Freshness {
        /// The ages, in seconds.
        age: Expr,
        /// The highest good age in seconds.
        at_most: f64,
    },
    /// A bad part that a query gives: what it says at an evaluation is the bad part of that slice.
    Raw {
        /// Gives the bad part, over `$window` where it names one.
        error_ratio: Expr,
    },
}

impl Measure {
    /// Whether events are counted, over windows; otherwise slices are, at every evaluation.
    #[must_use]
    pub const fn counts_events(&self) -> bool {
        !matches!(
            self,
            Self::Slices { .. } | Self::Freshness { .. } | Self::Raw { .. }
        )
    }

    /// Up to which window ratios are measured on the events themselves; longer ones add stored rates up. None where
    /// Prometheus does not have the events, or where slices are counted.
    #[must_use]
    pub const fn direct(&self) -> Option<Duration> {
        match self {
            Self::Bad { .. } | Self::Good { .. } | Self::Native { .. } => Some(DIRECT),
            Self::Logs { .. } | Self::Slices { .. } | Self::Freshness { .. } | Self::Raw { .. } => {
                None
            }
        }
    }

    /// What is counted, in a person's words: "events", "log lines" or "time slices".
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Logs { .. } => "log lines",
            Self::Slices { .. } | Self::Freshness { .. } | Self::Raw { .. } => "time slices",
            Self::Bad { .. } | Self::Good { .. } | Self::Native { .. } => "events",
        }
    }

    /// All events per second over the window, or the slices of one evaluation. None for what Prometheus does not count.
    pub(super) fn total(&self, by: &[LabelName], window: Duration) -> Option<Expr> {
        Some(match self {
            Self::Bad { total, .. } | Self::Good { total, .. } => rate(total, by, window),
            Self::Native { histogram, .. } => {
                tree::call("histogram_count", vec![rate(histogram, by, window)])
            }
            Self::Slices { good } => tree::by(AggregateOp::Count, by, good.clone()),
            Self::Freshness { age, .. } => tree::by(AggregateOp::Count, by, age.clone()),
            Self::Raw { error_ratio } => tree::test(
                BinaryOp::GreaterEqual,
                tree::over_window(error_ratio, window),
                tree::number(f64::NEG_INFINITY),
            ),
            Self::Logs { .. } => return None,
        })
    }

    /// Bad events per second over the window, or the bad slices of one evaluation. Zero where only good ones
    /// were seen: a counter whose bad series was never incremented does not exist yet.
    pub(super) fn bad(&self, by: &[LabelName], window: Duration) -> Option<Expr> {
        let all = self.total(by, window)?;
        let total = || all.clone();
        let none = || tree::binary(BinaryOp::Mul, tree::number(0.0), total());
        let or_none = |expr| tree::binary(BinaryOp::Or, expr, none());
        Some(match self {
            Self::Logs { .. } => return None,
            Self::Bad { bad, .. } => or_none(rate(bad, by, window)),
            // Rates are extrapolated per series: good may come out a little above total.
            Self::Good { good, .. } => tree::call(
                "clamp_min",
                vec![
                    tree::binary(BinaryOp::Sub, total(), or_none(rate(good, by, window))),
                    tree::number(0.0),
                ],
            ),
            Self::Native {
                histogram,
                threshold,
            } => {
                let fraction = tree::call(
                    "histogram_fraction",
                    vec![
                        tree::number(f64::NEG_INFINITY),
                        tree::number(*threshold),
                        rate(histogram, by, window),
                    ],
                );
                let above = tree::binary(BinaryOp::Sub, tree::number(1.0), fraction);
                // The fraction of no observations is NaN: `total > 0` keeps it out.
                or_none(tree::binary(BinaryOp::Mul, above, some(total())))
            }
            Self::Slices { good } => tree::by(
                AggregateOp::Sum,
                by,
                tree::test(BinaryOp::Equal, good.clone(), tree::number(0.0)),
            ),
            Self::Freshness { age, at_most } => tree::by(
                AggregateOp::Sum,
                by,
                tree::test(BinaryOp::Greater, age.clone(), tree::number(*at_most)),
            ),
            Self::Raw { error_ratio } => known(tree::over_window(error_ratio, window)),
        })
    }

    /// The bad part over a window, where a query can be asked for it.
    pub(super) fn asked(&self, window: Duration) -> Option<Expr> {
        match self {
            Self::Raw { error_ratio } if tree::names_window(error_ratio) => {
                Some(known(tree::over_window(error_ratio, window)))
            }
            _ => None,
        }
    }
}

/// `expr >= -Inf`: nothing rather than NaN, which would stay in every sum it ever came into.
fn known(expr: Expr) -> Expr {
    tree::binary(
        BinaryOp::GreaterEqual,
        expr,
        tree::number(f64::NEG_INFINITY),
    )
}

/// `expr > 0`: nothing rather than a division by zero.
pub(super) fn some(expr: Expr) -> Expr {
    tree::binary(BinaryOp::Greater, expr, tree::number(0.0))
}

fn rate(selector: &Selector, by: &[LabelName], window: Duration) -> Expr {
    tree::by(AggregateOp::Sum, by, tree::over("rate", selector, window))
}

/// A matcher for the bucket of a bound as every version of Prometheus writes it: version 2 keeps the client's
/// text (`1` or `1.0`), version 3 writes whole numbers with a fraction (`1.0`).
pub(super) fn bucket(bound: f64) -> obsctl_promql::ast::Matcher {
    let text = exposition(bound);
    if bound.fract() != 0.0 || !bound.is_finite() {
        return tree::matcher("le", MatchOp::Equal, text);
    }
    let plain = format!("{bound:.0}");
    let regex = if text == plain {
        format!(r"{plain}(\.0)?")
    } else {
        format!(r"{}|{plain}(\.0)?", text.replace('+', r"\+"))
    };
    tree::matcher("le", MatchOp::Regex, regex)
}

/// A bound as exposition formats write it: with an exponent from a million up and below a ten-thousandth.
pub(super) fn exposition(bound: f64) -> String {
    if bound == 0.0 || (1e-4..1e6).contains(&bound.abs()) {
        return bound.to_string();
    }
    let text = format!("{bound:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (sign, digits) = exponent
                .strip_prefix('-')
                .map_or(("+", exponent), |digits| ("-", digits));
            format!("{mantissa}e{sign}{digits:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_however_it_is_written() {
        let value = |bound: f64| bucket(bound).value.value;
        assert_eq!(value(0.25), "0.25");
        assert_eq!(value(1.0), r"1(\.0)?");
        assert_eq!(value(10.0), r"10(\.0)?");
        assert_eq!(value(2e6), r"2e\+06|2000000(\.0)?");
        assert_eq!(value(0.000_05), "5e-05");
    }
}
