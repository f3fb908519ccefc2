//! Functions: what their argument has to do so that they give a number.

use std::collections::BTreeSet;

use obsctl_promql::Expr;
use obsctl_promql::ast::{Call, DurationExpr};
use obsctl_promql::eval::{Data, Engine, Storage};

use super::{Bucket, Need, Solved, Solver, met};
use crate::interval::{Interval, tidy};
use crate::plan::Mode;
use crate::scene::text;
use crate::{Obstacle, constant, metric_name};

/// The argument that is a vector or a range.
pub(super) fn series_argument<'a>(name: &str, args: &'a [Expr]) -> &'a Expr {
    let at = match name {
        "quantile_over_time" | "histogram_quantile" => 1,
        "histogram_fraction" => 2,
        _ => 0,
    };
    args.get(at).unwrap_or(&args[0])
}

impl Solver<'_> {
    pub(super) fn call(&mut self, expr: &Expr, call: &Call, want: Interval, need: &Need) -> Solved {
        let name = call.func.text.as_str();
        if expr.selectors().next().is_none() {
            return met(
                expr,
                self.without_series(expr)
                    .is_some_and(|it| want.contains(it)),
            );
        }
        let Some(_) = call.args.first() else {
            return Err(Obstacle::new(expr, "the call has no argument"));
        };
        let series = series_argument(name, &call.args);
        let step = self.seconds();
        match name {
            "rate" | "irate" | "increase" | "delta" | "idelta" | "deriv" => {
                if need.mode != Mode::Level {
                    return Err(Obstacle::new(expr, "a rate of a rate is not derived"));
                }
                let unit = match name {
                    "rate" | "irate" | "deriv" => 1.0 / step,
                    "idelta" => 1.0,
                    _ => range(series).unwrap_or(step) / step,
                };
                let counts = matches!(name, "rate" | "irate" | "increase");
                let possible = if counts {
                    Interval::POSITIVE
                } else {
                    Interval::ANY
                };
                let each = want.and(possible).rising(|it| tidy(it / unit));
                self.solve(series, each, &need.mode(Mode::Growth))
            }
            "predict_linear" => {
                let later = call.args.get(1).and_then(constant);
                let Some(later) = later.filter(|it| *it > 0.0) else {
                    return Err(Obstacle::new(expr, "when is not known"));
                };
                self.solve(series, want, &need.mode(Mode::Trend(later / step)))
            }
            "sum_over_time" => {
                let samples = self.samples(series);
                let each = want.divided(samples).unwrap_or(want);
                self.solve(series, each, need)
            }
            "count_over_time" => {
                let samples = self.samples(series);
                met(expr, want.contains(samples))?;
                self.solve(series, Interval::ANY, need)
            }
            "changes" | "resets" => {
                let steady = want.contains(0.0);
                let mode = if steady { Mode::Level } else { Mode::Flip };
                self.solve(series, Interval::exactly(1.0), &need.mode(mode))
            }
            "stddev_over_time" | "stdvar_over_time" => {
                let root = |value: f64| {
                    if name == "stdvar_over_time" {
                        value.max(0.0).sqrt()
                    } else {
                        value
                    }
                };
                let jump = want.and(Interval::POSITIVE).rising(|it| 2.0 * root(it));
                self.solve(series, jump, &need.mode(Mode::Flip))
            }
            "present_over_time" => {
                met(expr, want.contains(1.0))?;
                self.solve(series, Interval::ANY, need)
            }
            "absent" | "absent_over_time" => {
                met(expr, want.contains(1.0))?;
                self.silence(series, &Need::new(&BTreeSet::new()))
            }
            "histogram_quantile" => self.quantile(expr, call, want, need),
            "abs" => {
                let positive = want.and(Interval::POSITIVE);
                self.solve(series, positive, need)
            }
            "sgn" if want.contains(1.0) => {
                self.solve(series, Interval::new(1.0, f64::INFINITY), need)
            }
            "sqrt" => {
                let square = want.and(Interval::POSITIVE).rising(|it| it * it);
                self.solve(series, square, need)
            }
            "exp" => self.solve(series, want.and(Interval::POSITIVE).rising(f64::ln), need),
            "ln" => self.solve(series, want.rising(f64::exp), need),
            "log2" => self.solve(series, want.rising(f64::exp2), need),
            "log10" => self.solve(series, want.rising(|it| 10_f64.powf(it)), need),
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time"
            | "first_over_time" | "quantile_over_time" | "scalar" | "vector" | "sort"
            | "sort_desc" | "sort_by_label" | "label_join" | "ceil" | "floor" | "round"
            | "clamp" | "clamp_min" | "clamp_max" => self.solve(series, want, need),
            "label_replace" => {
                let to = call.args.get(1).and_then(text);
                let from = call.args.get(3).and_then(text);
                let mut inner = need.clone();
                if let (Some(to), Some(from)) = (to, from)
                    && to != from
                    && inner.names.remove(to)
                {
                    inner.fixed.remove(to);
                    inner.names.insert(from.to_owned());
                }
                self.solve(series, want, &inner)
            }
            _ => {
                let message = format!("what `{name}()` needs is not derived");
                Err(Obstacle::new(expr, message))
            }
        }
    }

    /// Puts all observations into one bucket, whose quantile is what is asked for.
    fn quantile(&mut self, expr: &Expr, call: &Call, want: Interval, need: &Need) -> Solved {
        let [quantile, series] = call.args.as_slice() else {
            return Err(Obstacle::new(
                expr,
                "`histogram_quantile()` has two arguments",
            ));
        };
        let Some(part) = constant(quantile).filter(|it| *it > 0.0 && *it < 1.0) else {
            return Err(Obstacle::new(quantile, "the quantile is not known"));
        };
        let names = series.selectors().filter_map(|it| metric_name(it.selector));
        let mut known = names.map(|name| self.scene.facts.buckets(name));
        let mut bounds = known.find(|it| !it.is_empty()).unwrap_or_default();
        if bounds.is_empty() {
            let Some(value) = want.and(Interval::POSITIVE).pick(self.attempt) else {
                return Err(Obstacle::new(expr, "no quantile is what is asked for"));
            };
            let lower = tidy(value / 2.0);
            bounds = vec![lower, tidy(lower + (value - lower) / part)];
        }
        let mut lower = 0.0;
        let mut fitting = vec![];
        for upper in &bounds {
            let value = lower + (upper - lower) * part;
            if want.contains(value) {
                fitting.push(*upper);
            }
            lower = *upper;
        }
        let Some(upper) = fitting.get(fitting.len() / 2).copied() else {
            let message = "no bucket has the quantile that is asked for";
            return Err(Obstacle::new(expr, message));
        };
        let mut inner = need.clone();
        inner.bucket = Some(Bucket { bounds, upper });
        inner.names.remove("le");
        self.solve(series, Interval::new(1.0, 1.0), &inner)
    }

    /// The value of an expression without series at the first evaluation that matters.
    fn without_series(&self, expr: &Expr) -> Option<f64> {
        match Engine::default()
            .instant(&Storage::new(), expr, 0)
            .ok()?
            .data
        {
            Data::Scalar(value) => Some(value),
            Data::Vector(samples) => samples.first()?.value.float(),
            _ => None,
        }
    }

    /// The time between two samples, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "steps stay far below 2^53")]
    pub(super) fn seconds(&self) -> f64 {
        self.step as f64 / 1000.0
    }

    /// How many samples a range has.
    fn samples(&self, expr: &Expr) -> f64 {
        let step = match expr {
            Expr::Subquery(node) => node.step.as_ref().and_then(DurationExpr::constant_seconds),
            _ => None,
        };
        let step = step.unwrap_or_else(|| self.seconds());
        (range(expr).unwrap_or(step) / step).floor().max(1.0)
    }
}

/// The seconds of a range.
fn range(expr: &Expr) -> Option<f64> {
    match expr.without_parens() {
        Expr::Range(node) => node.range.constant_seconds(),
        Expr::Subquery(node) => node.range.constant_seconds(),
        _ => None,
    }
}
