//! From an [`Indicator`] to a [`Measure`]: its queries are read and held against the catalog.

use obsctl_logql::ast::LogQuery;
use obsctl_model::{Indicator, LogQl, MetricDef, MetricKind, Promql, Slo};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, Modifiers, Selector};

use super::measure::{Measure, bucket, exposition};
use super::tree;
use crate::diagnostic::Diagnostic;
use crate::project::{Catalog, Part, Series};

/// What the indicator counts, or why it cannot be.
pub(super) fn measure(slo: &Slo, catalog: &Catalog) -> Result<Measure, Box<Diagnostic>> {
    let reader = Reader { slo, catalog };
    match &slo.indicator {
        Indicator::Bad { bad, total } => Ok(Measure::Bad {
            bad: reader.events(bad, "bad events")?,
            total: reader.events(total, "total")?,
        }),
        Indicator::Good { good, total } => Ok(Measure::Good {
            good: reader.events(good, "good events")?,
            total: reader.events(total, "total")?,
        }),
        Indicator::Latency {
            histogram,
            threshold,
        } => reader.latency(histogram, *threshold),
        Indicator::NativeLatency {
            histogram,
            threshold,
        } => reader.native_latency(histogram, *threshold),
        Indicator::Logs { bad, total } => Ok(Measure::Logs {
            bad: reader.lines(bad, "bad log lines")?,
            total: reader.lines(total, "log lines")?,
        }),
        Indicator::TimeSlices { good } => reader.slices(good),
        Indicator::Freshness { age, at_most } => {
            reader.gauge(age, "age")?;
            Ok(Measure::Freshness {
                age: age.expr().clone(),
                at_most: at_most.as_secs_f64(),
            })
        }
        Indicator::Raw { error_ratio } => {
            reader.read(error_ratio, "error ratio")?;
            Ok(Measure::Raw {
                error_ratio: error_ratio.expr().clone(),
            })
        }
    }
}

struct Reader<'a> {
    slo: &'a Slo,
    catalog: &'a Catalog,
}

impl Reader<'_> {
    fn problem(&self, query: &Promql, message: String, note: &str) -> Diagnostic {
        Diagnostic::new(super::subject(self.slo), self.slo.origin, message).in_query(
            query,
            0..query.as_str().len(),
            note,
        )
    }

    fn read(&self, query: &Promql, role: &str) -> Result<(), Box<Diagnostic>> {
        match query.errors().first() {
            None => Ok(()),
            Some(error) => Err(Box::new(self.problem(
                query,
                format!("the query of its {role} does not parse: {}", error.message),
                "read as PromQL",
            ))),
        }
    }

    /// A plain selector: the name and its matchers, nothing around them.
    fn selector<'q>(
        &self,
        query: &'q Promql,
        role: &str,
    ) -> Result<(&'q Selector, &'q str), Box<Diagnostic>> {
        self.read(query, role)?;
        if let Expr::Selector(selector) = query.expr()
            && selector.modifiers == Modifiers::default()
            && let Some(name) = &selector.name
        {
            return Ok((selector, &name.text));
        }
        Err(Box::new(self
            .problem(
                query,
                format!("the query of its {role} is no plain selector"),
                "more than a metric and its matchers",
            )
            .help("write the metric and its matchers only: rates, windows and sums are put around them")))
    }

    /// A selection of log lines: no range, nothing counted.
    fn lines(&self, query: &LogQl, role: &str) -> Result<LogQuery, Box<Diagnostic>> {
        let problem = |message: String, note: &str| {
            Diagnostic::new(super::subject(self.slo), query.origin(), message).underline(
                query.as_str(),
                0..query.as_str().len(),
                note,
            )
        };
        if let Some(error) = query.errors().first() {
            return Err(Box::new(problem(
                format!("the query of its {role} does not parse: {}", error.message),
                "read as LogQL",
            )));
        }
        match query.expr() {
            obsctl_logql::Expr::Log(lines) => Ok((**lines).clone()),
            _ => Err(Box::new(
                problem(
                    format!("the query of its {role} selects no lines"),
                    "more than a stream selector and its pipeline",
                )
                .help("write the selector and its pipeline only: rates, windows and sums are put around them"),
            )),
        }
    }

    /// A series that counts events.
    fn events(&self, query: &Promql, role: &str) -> Result<Selector, Box<Diagnostic>> {
        let (selector, name) = self.selector(query, role)?;
        match self.catalog.get(name) {
            Some(Series::Exposed { metric, part }) => {
                let counts = match part {
                    Part::Count | Part::Bucket => true,
                    Part::Whole => matches!(metric.kind, MetricKind::Counter),
                    Part::Sum => false,
                };
                if !counts {
                    let problem = match part {
                        Part::Sum => self.problem(
                            query,
                            format!("`{name}` adds observed values up: it counts no events"),
                            "not a count",
                        ),
                        _ => self.wrong_kind(query, name, metric, "events are counted by counters"),
                    };
                    return Err(Box::new(problem.help(match metric.kind {
                        MetricKind::Gauge => {
                            "measure a gauge with `Indicator::time_slices` or `Indicator::freshness`".to_owned()
                        }
                        MetricKind::Histogram { .. } | MetricKind::Summary { .. } => {
                            format!("count observations with `{}_count`", metric.name)
                        }
                        MetricKind::Counter | MetricKind::Unknown => "select a counter".to_owned(),
                    })));
                }
            }
            Some(Series::Recorded { group, origin, .. }) => {
                return Err(Box::new(self
                    .problem(
                        query,
                        format!("`{name}` is recorded by group `{group}`: the events of a window cannot be told from it"),
                        "a recorded series",
                    )
                    .also(*origin, "recorded here")
                    .help("select the counters the rule reads")));
            }
            // Unknown names are found in the rules this becomes.
            Some(Series::Synthetic(_)) | None => {}
        }
        Ok(selector.clone())
    }

    fn latency(&self, query: &Promql, threshold: f64) -> Result<Measure, Box<Diagnostic>> {
        let (selector, name) = self.selector(query, "histogram")?;
        match self.catalog.get(name) {
            Some(Series::Exposed {
                metric,
                part: Part::Bucket,
            }) => self.bound(query, metric, threshold)?,
            Some(Series::Exposed { metric, part }) => {
                let problem = match (&metric.kind, part) {
                    (MetricKind::Histogram { buckets, .. }, _) if !buckets.is_empty() => self
                        .problem(
                            query,
                            format!("`{name}` is not the buckets of histogram `{}`", metric.name),
                            "selects no buckets",
                        )
                        .help(format!("select `{}_bucket`", metric.name)),
                    (MetricKind::Histogram { .. }, _) => self
                        .wrong_kind(query, name, metric, "it has no classic buckets")
                        .help("measure a native histogram with `Indicator::native_latency`"),
                    _ => self
                        .wrong_kind(query, name, metric, "a latency is measured by a histogram")
                        .help("select the `_bucket` series of a histogram"),
                };
                return Err(Box::new(problem));
            }
            Some(Series::Recorded { .. } | Series::Synthetic(_)) | None => {}
        }
        let Some(base) = name.strip_suffix("_bucket") else {
            return Err(Box::new(
                self.problem(
                    query,
                    format!("`{name}` is not the buckets of a histogram"),
                    "selects no buckets",
                )
                .help("select the `_bucket` series of a histogram"),
            ));
        };
        if selector.matchers.iter().any(|m| m.name.text == "le") {
            return Err(Box::new(
                self.problem(
                    query,
                    "the histogram of a latency is selected by `le`".to_owned(),
                    "`le` comes from the threshold",
                )
                .help("take the matcher on `le` out"),
            ));
        }
        let mut good = selector.clone();
        good.matchers.push(bucket(threshold));
        let mut total = selector.clone();
        total.name = Some(tree::name(format!("{base}_count")));
        Ok(Measure::Good { good, total })
    }

    /// The threshold must be the bound of a bucket: between bounds nothing is known.
    fn bound(
        &self,
        query: &Promql,
        metric: &MetricDef,
        threshold: f64,
    ) -> Result<(), Box<Diagnostic>> {
        let MetricKind::Histogram { buckets, .. } = &metric.kind else {
            return Ok(());
        };
        if buckets.contains(&threshold) {
            return Ok(());
        }
        let below = buckets.iter().rev().find(|bound| **bound < threshold);
        let above = buckets.iter().find(|bound| **bound > threshold);
        let nearest: Vec<_> = [below, above]
            .into_iter()
            .flatten()
            .map(|bound| format!("`{}`", exposition(*bound)))
            .collect();
        let nearest = nearest.join(" or ");
        let threshold = exposition(threshold);
        Err(Box::new(self
            .problem(
                query,
                format!("the threshold `{threshold}` is no bucket bound of histogram `{}`: the nearest is {nearest}", metric.name),
                "its buckets do not divide there",
            )
            .also(metric.origin, "declared with its buckets here")
            .help(format!("use {nearest} as threshold, or give the histogram a bucket at `{threshold}`"))))
    }

    fn native_latency(&self, query: &Promql, threshold: f64) -> Result<Measure, Box<Diagnostic>> {
        let (selector, name) = self.selector(query, "histogram")?;
        if let Some(Series::Exposed { metric, part }) = self.catalog.get(name) {
            match &metric.kind {
                MetricKind::Histogram { native: true, .. } if *part == Part::Whole => {}
                MetricKind::Histogram { native: true, .. } => {
                    return Err(Box::new(
                        self.problem(
                            query,
                            format!(
                                "`{name}` is the classic form of histogram `{}`",
                                metric.name
                            ),
                            "not the native histogram",
                        )
                        .help(format!("select `{}`", metric.name)),
                    ));
                }
                MetricKind::Histogram { .. } => {
                    return Err(Box::new(
                        self.wrong_kind(
                            query,
                            name,
                            metric,
                            "it is not exposed as a native histogram",
                        )
                        .help("measure classic buckets with `Indicator::latency`"),
                    ));
                }
                _ => {
                    return Err(Box::new(
                        self.wrong_kind(
                            query,
                            name,
                            metric,
                            "a latency is measured by a histogram",
                        )
                        .help("select a histogram"),
                    ));
                }
            }
        }
        Ok(Measure::Native {
            histogram: selector.clone(),
            threshold,
        })
    }

    fn slices(&self, query: &Promql) -> Result<Measure, Box<Diagnostic>> {
        self.gauge(query, "condition")?;
        if let Expr::Binary(binary) = query.expr()
            && is_comparison(binary.op)
            && !binary.bool_modifier
        {
            let range = binary.op_span.range();
            return Err(Box::new(Diagnostic::new(
                super::subject(self.slo),
                self.slo.origin,
                "its condition drops the bad time slices: a comparison without `bool` keeps only what is true",
            )
            .in_query(query, range, "without `bool`")
            .help("compare with `bool`, so that bad slices are 0")));
        }
        Ok(Measure::Slices {
            good: query.expr().clone(),
        })
    }

    /// A query of levels: where it is a plain selector, its metric must be one.
    fn gauge(&self, query: &Promql, role: &str) -> Result<(), Box<Diagnostic>> {
        self.read(query, role)?;
        if let Expr::Selector(selector) = query.expr()
            && let Some(name) = &selector.name
            && let Some(Series::Exposed { metric, .. }) = self.catalog.get(&name.text)
            && !matches!(metric.kind, MetricKind::Gauge)
        {
            return Err(Box::new(self
                .wrong_kind(query, &name.text, metric, "time slices look at a gauge")
                .help("measure counters with `Indicator::bad` or `Indicator::good`, histograms with `Indicator::latency`")));
        }
        Ok(())
    }

    fn wrong_kind(
        &self,
        query: &Promql,
        name: &str,
        metric: &MetricDef,
        reason: &str,
    ) -> Diagnostic {
        let kind = metric.kind.word();
        self.problem(
            query,
            format!("`{name}` is a {kind}: {reason}"),
            &format!("a {kind}"),
        )
        .also(
            metric.origin,
            format!("`{}` is declared as a {kind} here", metric.name),
        )
    }
}

const fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    )
}
