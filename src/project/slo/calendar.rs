//! SLOs over a month or quarter of the calendar, in UTC.
//!
//! PromQL has no range that begins with the month. The stored rates (or time slices) are therefore recorded once
//! more with the month or quarter in which they were, as a label; the sum over the longest such period that has the present
//! one's label is that of the period so far. Nothing is kept but those samples: restarts and gaps lose no more than what
//! they did not measure, and the boundary is as sharp as a stored rate, five minutes.
//!
//! What a period may waste is a part of all its events, most of which are yet to come. The budget spent is therefore the error
//! ratio so far, over the budget, times the part of the period that is gone: as much as it will be at the end, if traffic
//! goes on and nothing else fails. It begins with nothing spent, and at the end it is exact.

use obsctl_model::{Duration, SloWindow};
use obsctl_promql::ast::{AggregateOp, BinaryOp};
use obsctl_promql::{Expr, parse};

use super::measure::some;
use super::tree;

/// The label that says in which month or quarter it was.
pub(super) const PERIOD: &str = "slo_period";

/// A day more in February: 1 or 0.
const LEAP: &str = "((year() % 4 == bool 0) - (year() % 100 == bool 0) + (year() % 400 == bool 0))";

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    Month,
    Quarter,
}

impl Calendar {
    /// The period of a window that has one.
    pub(super) const fn of(window: SloWindow) -> Option<Self> {
        match window {
            SloWindow::Rolling(_) => None,
            SloWindow::Month => Some(Self::Month),
            SloWindow::Quarter => Some(Self::Quarter),
        }
    }

    /// A series with the number of the present period as label.
    fn present(self) -> Expr {
        match self {
            Self::Month => read("count_values(\"slo_period\", month())"),
            Self::Quarter => read("count_values(\"slo_period\", ceil(month() / 3))"),
        }
    }

    /// What is counted now, with the period it belongs to.
    pub(super) fn stamped(self, counted: Expr) -> Expr {
        tree::joined(BinaryOp::Mul, counted, &[], &[PERIOD], self.present())
    }

    /// The error ratio of the period so far, from what was stamped.
    pub(super) fn ratio(
        self,
        bad: &obsctl_promql::ast::Selector,
        total: &obsctl_promql::ast::Selector,
        longest: Duration,
    ) -> Expr {
        let sum = |selector| tree::over("sum_over_time", selector, longest);
        let each = tree::binary(BinaryOp::Div, sum(bad), some(sum(total)));
        let now = tree::matching(BinaryOp::And, each, &[PERIOD], self.present());
        tree::without(AggregateOp::Sum, PERIOD, now)
    }

    /// How many days the present period has.
    pub(super) fn days(self) -> Expr {
        match self {
            Self::Month => read("days_in_month()"),
            Self::Quarter => read(&format!(
                "90 + {LEAP} * (month() <= bool 3) + (month() > bool 3) + (month() > bool 6)"
            )),
        }
    }

    /// The part of the present period that is gone: 0 to 1.
    pub(super) fn elapsed(self) -> Expr {
        let today = "time() % 86400 / 86400";
        match self {
            Self::Month => read(&format!("(day_of_month() - 1 + {today}) / days_in_month()")),
            Self::Quarter => tree::binary(
                BinaryOp::Div,
                read(&format!(
                    "(day_of_year() - 1 + {today} - (month() > bool 3) * (90 + {LEAP}) - (month() > bool 6) * 91 - (month() > bool 9) * 92)"
                )),
                read(&format!(
                    "(90 + {LEAP} * (month() <= bool 3) + (month() > bool 3) + (month() > bool 6))"
                )),
            ),
        }
    }
}

/// A query without parts that differ.
fn read(text: &str) -> Expr {
    parse(text).expr
}

#[cfg(test)]
mod tests {
    use obsctl_promql::eval::{Data, Engine, Options, Storage, Value};

    use super::*;

    /// What an expression gives at a moment, in seconds since 1970.
    fn at(expr: &Expr, seconds: i64) -> f64 {
        let engine = Engine::new(Options::default());
        let output = engine.instant(&Storage::default(), expr, seconds * 1000);
        let Ok(Data::Vector(samples)) = output.map(|output| output.data) else {
            panic!("`{expr}` gives series");
        };
        match &samples[..] {
            [one] => match one.value {
                Value::Float(value) => value,
                ref other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// Days since 1970 of the first of a month.
    fn first(year: i64, month: i64) -> i64 {
        let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let years: i64 = (1970..year).map(|y| 365 + i64::from(leap(y))).sum();
        let february = 28 + i64::from(leap(year));
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30];
        years + months.iter().take((month - 1) as usize).sum::<i64>()
    }

    #[test]
    fn quarters_begin_and_end_where_the_calendar_says() {
        for year in [2024, 2025, 2026, 2027, 2028, 2100] {
            for quarter in 0..4 {
                let begin = first(year, quarter * 3 + 1);
                let end = match quarter {
                    3 => first(year + 1, 1),
                    _ => first(year, quarter * 3 + 4),
                };
                let day = 86_400;
                for moment in [begin * day, end * day - 1] {
                    assert_eq!(
                        at(&Calendar::Quarter.days(), moment),
                        (end - begin) as f64,
                        "{year} Q{}",
                        quarter + 1
                    );
                }
                let elapsed = |moment| at(&Calendar::Quarter.elapsed(), moment);
                assert!(elapsed(begin * day).abs() < 1e-12);
                let middle = (begin * day).midpoint(end * day);
                assert!((elapsed(middle) - 0.5).abs() < 1e-12);
                assert!((elapsed(end * day - 1) - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn months_begin_and_end_where_the_calendar_says() {
        for (year, month) in [(2027, 2), (2028, 2), (2028, 12), (2100, 2)] {
            let begin = first(year, month) * 86_400;
            let elapsed = |moment| at(&Calendar::Month.elapsed(), moment);
            assert!(elapsed(begin).abs() < 1e-12);
            let length = at(&Calendar::Month.days(), begin) as i64 * 86_400;
            assert!((elapsed(begin + length - 1) - 1.0).abs() < 1e-6);
            assert!(elapsed(begin + length).abs() < 1e-12);
        }
    }
}
