//! Why a PromQL query has no data. An empty panel is wrong only where the metric itself is absent although the
//! target that exposes it is up; everything else that is empty is said, with the narrowest selector that is.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{MetricDef, library};
use obsctl_promql::ast::{Modifiers, Selector};
use obsctl_promql::{Expr, parse};

use super::Outcome;
use crate::project::{Project, Series};

/// What Prometheus knows, apart from queries.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The names of all series of the last time.
    pub names: BTreeSet<String>,
    /// The metrics that targets declare, with or without series.
    pub declared: BTreeSet<String>,
    /// Whether each job has a target that is up.
    pub up: BTreeMap<String, bool>,
    /// What it does itself.
    pub does: Does,
}

/// What a server does itself: what others do and do not send, it cannot have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "their own names")]
pub enum Does {
    #[default]
    Everything,
    /// As Mimir, with rules: it scrapes nothing.
    EvaluateAndStore,
    OnlyStore,
}

/// Whether any series matched a selector in the time shown.
pub type Matches<'a> = &'a dyn Fn(&Selector) -> Result<bool, String>;

/// How far rules that record what other rules recorded are followed.
const DEPTH: usize = 4;

/// Judges a query that has no data.
#[must_use]
pub fn judge(query: &str, project: &Project, known: &Known, matches: Matches<'_>) -> Outcome {
    let parsed = parse(query);
    let judge = Judge {
        project,
        known,
        matches,
    };
    judge.expression(&parsed.expr, 0).unwrap_or_else(|reason| {
        Outcome::not_run(format!("it is empty, and why could not be asked: {reason}"))
    })
}

struct Judge<'a> {
    project: &'a Project,
    known: &'a Known,
    matches: Matches<'a>,
}

impl Judge<'_> {
    fn expression(&self, expr: &Expr, depth: usize) -> Result<Outcome, String> {
        let mut asked = BTreeSet::new();
        let mut empty = None;
        for used in expr.selectors() {
            let selector = plain(used.selector);
            if !asked.insert(Expr::from(selector.clone()).to_string()) || (self.matches)(&selector)?
            {
                continue;
            }
            let outcome = self.selector(&selector, depth)?;
            // A metric that is absent explains more than a filter that nothing passes.
            if matches!(outcome, Outcome::Failed { .. }) {
                return Ok(outcome);
            }
            empty.get_or_insert(outcome);
        }
        Ok(empty.unwrap_or_else(|| {
            Outcome::empty(
                "every selector of it has series, and its comparisons and matchings leave none",
            )
        }))
    }

    fn selector(&self, selector: &Selector, depth: usize) -> Result<Outcome, String> {
        let shown = Expr::from(selector.clone()).to_string();
        let Some(name) = selector.name.as_ref().map(|name| name.text.as_str()) else {
            return Ok(Outcome::empty(format!("nothing matches `{shown}`")));
        };
        if self.known.names.contains(name) {
            return self.filtered(selector, name, &shown);
        }
        match self.project.catalog().get(name) {
            Some(Series::Exposed { metric, .. }) => Ok(self.exposed(metric, name)),
            Some(Series::Recorded { group, .. }) if self.known.does == Does::OnlyStore => {
                Ok(unsent(
                    name,
                    &format!("recorded by group `{group}`"),
                    "evaluates that",
                ))
            }
            Some(Series::Recorded { query, group, .. }) => {
                let Some(source) = query.promql().filter(|_| depth < DEPTH) else {
                    let reason = format!("group `{group}` recorded no `{name}` yet");
                    return Ok(Outcome::empty(reason));
                };
                let found = self.expression(source.expr(), depth + 1)?;
                // Where rules record what others recorded, the last cause is what matters.
                let told = |reason: String| match depth {
                    0 => format!("`{name}` is recorded by group `{group}`, and there {reason}"),
                    _ => reason,
                };
                Ok(match found {
                    Outcome::Empty { reason } => Outcome::empty(told(reason)),
                    Outcome::Failed { reason, fix } => Outcome::failed(told(reason), fix),
                    other => other,
                })
            }
            Some(Series::Synthetic(_)) if name.starts_with("ALERTS") => Ok(match self.known.does {
                Does::OnlyStore => unsent(
                    name,
                    "made with the alerts that are pending or firing",
                    "evaluates them",
                ),
                _ => Outcome::empty("no alert is pending or firing"),
            }),
            Some(Series::Synthetic(_)) if self.known.does != Does::Everything => {
                Ok(unsent(name, "made with each scrape", "scrapes"))
            }
            Some(Series::Synthetic(_)) => Ok(Outcome::failed(
                format!("`{name}` has no series: Prometheus scrapes nothing"),
                "deploy the generated configuration of Prometheus",
            )),
            None => Ok(Outcome::failed(
                format!("`{name}` is neither in the catalog nor in Prometheus"),
                "correct the name, or declare the metric",
            )),
        }
    }

    /// The metric is there; which of the matchers leave nothing of it?
    fn filtered(&self, selector: &Selector, name: &str, shown: &str) -> Result<Outcome, String> {
        for (index, matcher) in selector.matchers.iter().enumerate() {
            let mut without = selector.clone();
            without.matchers.remove(index);
            if (self.matches)(&without)? {
                let only = Selector {
                    matchers: vec![matcher.clone()],
                    ..Selector::default()
                };
                return Ok(Outcome::empty(format!(
                    "`{name}` has series, and none of them has `{}`",
                    Expr::from(only).to_string().trim_matches(['{', '}'])
                )));
            }
        }
        Ok(Outcome::empty(format!(
            "`{name}` has series, and none matches `{shown}`"
        )))
    }

    /// The metric of the catalog has no series.
    fn exposed(&self, metric: &MetricDef, name: &str) -> Outcome {
        let exposer = metric.exposed_by.name();
        // OpenMetrics declares a counter without `_total`.
        let family = metric.name.as_str();
        let short = family.strip_suffix("_total").unwrap_or(family);
        if self.known.declared.contains(family) || self.known.declared.contains(short) {
            return Outcome::empty(format!(
                "`{exposer}` declares `{family}` and has not recorded it yet"
            ));
        }
        if library::exposes(&metric.exposed_by) {
            return Outcome::empty(format!(
                "`{name}` has no series: services expose it as soon as there is something to tell"
            ));
        }
        let jobs = self.project.stack().scrape_jobs.iter();
        let jobs: Vec<_> = jobs
            .filter(|job| job.exposes == metric.exposed_by)
            .map(|job| job.job.as_str())
            .collect();
        let Some(first) = jobs.first() else {
            return Outcome::failed(
                format!("`{name}` has no series, and no job scrapes `{exposer}`, which exposes it"),
                "add a scrape job",
            );
        };
        match jobs
            .iter()
            .find(|job| self.known.up.get(**job) == Some(&true))
        {
            Some(_) if metric.comes_with_its_first_event() => Outcome::empty(format!(
                "`{exposer}` has not recorded `{name}` yet: it exposes it with its first event"
            )),
            None if self.known.does != Does::Everything && self.known.up.is_empty() => {
                Outcome::empty(format!(
                    "nobody sends `{name}` here, nor whether job `{first}`, which exposes it, is up"
                ))
            }
            Some(job) => Outcome::failed(
                format!("`{name}` has no series, although job `{job}`, which exposes it, is up"),
                format!("record it in `{exposer}`, or take it out of the catalog and the query"),
            ),
            None => Outcome::empty(format!("job `{first}`, which exposes `{name}`, is not up")),
        }
    }
}

/// What is said of a series that a server which only stores would have to be sent: how it comes about, and who has it.
fn unsent(name: &str, made: &str, who: &str) -> Outcome {
    Outcome::empty(format!(
        "`{name}` is {made}, and this server does not do that: it has what others send, so let whoever {who} send it here"
    ))
}

/// The selector at the end of the time shown, whatever the query makes of it. A name inside the braces stands
/// before them.
fn plain(selector: &Selector) -> Selector {
    let mut plain = selector.clone();
    plain.modifiers = Modifiers::default();
    plain.extended = None;
    if let Some((text, _)) = crate::project::expression::series_name(selector) {
        plain.name = Some(obsctl_promql::ast::Name {
            text: text.to_owned(),
            ..obsctl_promql::ast::Name::default()
        });
        plain
            .matchers
            .retain(|matcher| matcher.name.text != "__name__");
    }
    plain
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{MetricKind, ScrapeJob};

    use super::*;

    metrics! {
        family "API", owner "x", exposed_by Exposer::Service("api".into());
        /// Requests.
        pub counter Requests("requests_total") { code: Code }
        /// Errors.
        pub counter Errors("errors_total") { code: Code }
    }

    labels! {
        pub bounded Code, at_most 40, like "200";
    }

    fn project() -> Project {
        let group = RuleGroup::new("g").record(RecordingRule::new(
            MetricName::from_static("job:errors:rate5m"),
            promql("sum(rate(errors_total[5m]))"),
        ));
        let api = Exposer::Service("api".to_owned());
        Project::link(
            Stack::new(Slug::from_static("test"))
                .metric_family(family())
                .rule_group(group)
                .scrape_job(ScrapeJob::new("api", api, "api", 80)),
        )
    }

    /// Prometheus has `requests_total{code="200"}`, and `declared` besides.
    fn judged(query: &str, declared: &[&str], up: bool) -> Outcome {
        let known = Known {
            names: ["requests_total", "up"].map(str::to_owned).into(),
            declared: declared.iter().map(|name| (*name).to_owned()).collect(),
            up: BTreeMap::from([("api".to_owned(), up)]),
            does: Does::Everything,
        };
        let matches = |selector: &Selector| {
            let text = Expr::from(selector.clone()).to_string();
            Ok(matches!(
                text.as_str(),
                "requests_total" | r#"requests_total{code="200"}"# | "up"
            ))
        };
        judge(query, &project(), &known, &matches)
    }

    fn empty(query: &str) -> String {
        match judged(query, &[], true) {
            Outcome::Empty { reason } => reason,
            other => panic!("{query}: {other:?}"),
        }
    }

    fn failed(outcome: Outcome) -> String {
        match outcome {
            Outcome::Failed { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_matcher_that_leaves_nothing_is_named() {
        let reason = "`requests_total` has series, and none of them has `code=~\"5..\"`";
        assert_eq!(
            empty(r#"sum(rate(requests_total{code=~"5.."}[5m] offset 1h))"#),
            reason
        );
        assert_eq!(
            empty(r#"rate({__name__="requests_total", code=~"5.."}[5m])"#),
            reason
        );
        assert_eq!(
            empty(r#"requests_total{code="500", path="/"}"#),
            r#"`requests_total` has series, and none matches `requests_total{code="500", path="/"}`"#
        );
    }

    #[test]
    fn queries_that_filter_are_not_wrong() {
        assert_eq!(
            empty("up == 0 or requests_total > 100"),
            "every selector of it has series, and its comparisons and matchings leave none"
        );
        assert_eq!(
            empty(r#"ALERTS{alertstate="firing"}"#),
            "no alert is pending or firing"
        );
        assert_eq!(empty(r#"{job="x"}"#), r#"nothing matches `{job="x"}`"#);
    }

    #[test]
    fn an_absent_metric_is_wrong_only_while_its_target_is_up() {
        let query = "requests_total{code=\"500\"} / rate(errors_total[5m])";
        assert_eq!(
            failed(judged(query, &[], true)),
            "`errors_total` has no series, although job `api`, which exposes it, is up"
        );
        let down = judged("errors_total", &[], false);
        assert_eq!(
            down,
            Outcome::empty("job `api`, which exposes `errors_total`, is not up")
        );
        for declared in ["errors_total", "errors"] {
            assert_eq!(
                judged("errors_total", &[declared], true),
                Outcome::empty("`api` declares `errors_total` and has not recorded it yet")
            );
        }
        assert_eq!(
            failed(judged("nonsense_total", &[], true)),
            "`nonsense_total` is neither in the catalog nor in Prometheus"
        );
    }

    #[test]
    fn a_server_that_only_stores_is_not_asked_for_what_nobody_sends() {
        let doing = |query: &str, does: Does| {
            let known = Known {
                does,
                ..Known::default()
            };
            judge(query, &project(), &known, &|_| Ok(false))
        };
        let judged = |query: &str, only_stores: bool| match only_stores {
            true => doing(query, Does::OnlyStore),
            false => doing(query, Does::Everything),
        };
        for (query, made, who) in [
            ("scrape_samples_scraped", "made with each scrape", "scrapes"),
            ("up", "made with each scrape", "scrapes"),
            (
                "ALERTS",
                "made with the alerts that are pending or firing",
                "evaluates them",
            ),
            (
                "job:errors:rate5m",
                "recorded by group `g`",
                "evaluates that",
            ),
        ] {
            let said = format!(
                "`{query}` is {made}, and this server does not do that: it has what others send, so let whoever {who} send it here"
            );
            assert_eq!(judged(query, true), Outcome::empty(said));
            assert_ne!(judged(query, true), judged(query, false), "{query}");
        }
        assert_eq!(
            judged("errors_total", true),
            Outcome::empty(
                "nobody sends `errors_total` here, nor whether job `api`, which exposes it, is up"
            )
        );
        assert!(matches!(
            judged("scrape_samples_scraped", false),
            Outcome::Failed { .. }
        ));
        // One that evaluates rules lacks only what scrapes leave.
        for query in ["up", "errors_total"] {
            let found = doing(query, Does::EvaluateAndStore);
            assert_eq!(found, judged(query, true), "{query}");
        }
        for query in ["ALERTS", "job:errors:rate5m"] {
            let found = doing(query, Does::EvaluateAndStore);
            assert_ne!(found, judged(query, true), "{query}");
        }
        // A name that is nobody's is wrong everywhere.
        assert!(matches!(
            judged("nonsense_total", true),
            Outcome::Failed { .. }
        ));
    }

    #[test]
    fn an_engine_shows_what_it_counts_by_label_with_the_first_event() {
        let loki = Exposer::Exporter("loki".to_owned());
        let judged = |change: fn(&mut MetricDef)| {
            let mut family = family();
            for metric in &mut family.metrics {
                metric.exposed_by = loki.clone();
                change(metric);
            }
            let stack = Stack::new(Slug::from_static("test"))
                .metric_family(family)
                .scrape_job(ScrapeJob::new("loki", loki.clone(), "loki", 80));
            let known = Known {
                up: BTreeMap::from([("loki".to_owned(), true)]),
                ..Known::default()
            };
            judge("errors_total", &Project::link(stack), &known, &|_| {
                Ok(false)
            })
        };
        assert_eq!(
            judged(|_| {}),
            Outcome::empty(
                "`loki` has not recorded `errors_total` yet: it exposes it with its first event"
            )
        );
        let reason = "`errors_total` has no series, although job `loki`, which exposes it, is up";
        assert_eq!(failed(judged(|metric| metric.labels.clear())), reason);
        assert_eq!(
            failed(judged(|metric| metric.kind = MetricKind::Gauge)),
            reason
        );
    }

    #[test]
    fn what_libraries_expose_is_nobody_s_job() {
        let stack =
            Stack::new(Slug::from_static("test")).metric_family(library::telemetry::family());
        let project = Project::link(stack);
        let query = "telemetry_log_events_invalid_total";
        let outcome = judge(query, &project, &Known::default(), &|_| Ok(false));
        assert_eq!(
            outcome,
            Outcome::empty(format!(
                "`{query}` has no series: services expose it as soon as there is something to tell"
            ))
        );
    }

    #[test]
    fn recorded_series_are_followed_to_what_they_are_made_of() {
        assert_eq!(
            failed(judged("job:errors:rate5m", &[], true)),
            "`job:errors:rate5m` is recorded by group `g`, and there `errors_total` has no series, \
             although job `api`, which exposes it, is up"
        );
        let quiet = judged("job:errors:rate5m", &["errors_total"], true);
        assert!(matches!(quiet, Outcome::Empty { .. }), "{quiet:?}");
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        let outcome = judge("up", &project(), &Known::default(), &|_| {
            Err("timed out".to_owned())
        });
        assert_eq!(
            outcome,
            Outcome::not_run("it is empty, and why could not be asked: timed out")
        );
    }
}
