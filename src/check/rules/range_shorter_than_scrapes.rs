//! `range-shorter-than-scrapes`

use std::collections::BTreeMap;

use obsctl_model::Duration;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::project::Series;
use crate::project::expression::series_name;

/// A range that holds too few samples.
pub static CHECK: Check = Check {
    name: "range-shorter-than-scrapes",
    severity: Severity::Error,
    docs: "\
A range is so short that it does not hold the samples its function needs: two for `rate` and its siblings, one for
`avg_over_time` and its.

## Why it matters

Samples come once per scrape (recorded series: once per evaluation), and a range leaves out its left end: one as long
as the interval holds a single sample. `rate` of a single sample is nothing; the query is empty all the time or now and
then.

## How to fix it

Take four times the interval, so that a missed scrape does not matter. In panels, `$__rate_interval` does that.
",
    run: Run::Once(run),
    fires: || example::alert(promql("rate(api_requests_total[15s]) > 1")),
    silent: || example::alert(promql("rate(api_requests_total[1m]) > 1")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let intervals = Intervals::new(input);
    for query in &input.queries {
        for call in &query.calls {
            let over_range = |arg: &Expr| matches!(arg.without_parens(), Expr::Range(_));
            if !call.args.iter().any(over_range) {
                continue;
            }
            let function = call.func.text.as_str();
            let samples = match function {
                "rate"
                | "irate"
                | "increase"
                | "delta"
                | "idelta"
                | "deriv"
                | "predict_linear"
                | "double_exponential_smoothing" => 2,
                name if name.ends_with("_over_time") => 1,
                _ => continue,
            };
            for arg in &call.args {
                let Expr::Range(range) = arg.without_parens() else {
                    continue;
                };
                let (Some((name, _)), DurationExpr::Literal(literal)) =
                    (series_name(&range.selector), &range.range)
                else {
                    continue;
                };
                let Some((interval, what)) = intervals.of(input, name) else {
                    continue;
                };
                let needed = interval * samples;
                if u64::try_from(literal.millis).is_ok_and(|millis| millis < needed) {
                    let shown = |millis| obsctl_model::millis(millis);
                    let text = &query.at.query.as_str()[literal.span.range()];
                    let message = if samples == 2 {
                        format!("`{function}` needs two samples, and `{text}` can hold fewer")
                    } else {
                        format!("`{function}` needs a sample, and `{text}` can hold none")
                    };
                    let note = format!("{what} every {}", shown(interval));
                    findings.push(
                        query
                            .at
                            .finding(literal.span, message, note)
                            .help(format!("take at least `{}`", shown(interval * 4))),
                    );
                }
            }
        }
    }
}

/// How often samples come, in milliseconds.
struct Intervals<'a> {
    jobs: BTreeMap<&'a str, u64>,
    groups: BTreeMap<&'a str, u64>,
}

impl<'a> Intervals<'a> {
    fn new(input: &Input<'a>) -> Self {
        let (project, stack) = (input.project, input.project.stack());
        let scrapes = scrape_interval(input).unwrap_or(stack.scrape_interval);
        let mut jobs = BTreeMap::new();
        for job in &stack.scrape_jobs {
            let interval = job.interval.unwrap_or(scrapes).as_millis();
            // Of several jobs the most frequent: what is too short for it is too short for all.
            jobs.entry(job.exposes.name())
                .and_modify(|known: &mut u64| *known = interval.min(*known))
                .or_insert(interval);
        }
        let usual = project
            .knows()
            .intervals
            .then_some(stack.evaluation_interval);
        let groups = project.groups().iter();
        let groups = groups.filter_map(|group| {
            let interval = group.interval.or(usual)?;
            Some((group.name.as_str(), interval.as_millis()))
        });
        Self {
            jobs,
            groups: groups.collect(),
        }
    }

    fn of(&self, input: &Input<'_>, name: &str) -> Option<(u64, &'static str)> {
        let Some(series) = input.project.catalog().get(name) else {
            // What nobody declares is scraped like the rest. A rule elsewhere can record what has a colon.
            let usual = scrape_interval(input).filter(|_| !name.contains(':'))?;
            return Some((usual.as_millis(), "scraped"));
        };
        match series {
            Series::Exposed { metric, .. } => {
                let own = self.jobs.get(metric.exposed_by.name()).copied();
                let usual = || Some(scrape_interval(input)?.as_millis());
                Some((own.or_else(usual)?, "scraped"))
            }
            Series::Recorded { group, .. } => {
                Some((self.groups.get(group.as_str()).copied()?, "recorded"))
            }
            Series::Synthetic(_) => None,
        }
    }
}

/// How often targets are scraped whose job does not say so, where that is known.
fn scrape_interval(input: &Input<'_>) -> Option<Duration> {
    let project = input.project;
    let own = project
        .knows()
        .intervals
        .then_some(project.stack().scrape_interval);
    input.policy.check.scrape_interval.or(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};
    use obsctl_model::secs;

    #[test]
    fn says_how_often_samples_come() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[range-shorter-than-scrapes]: `rate` needs two samples, and `15s` can hold fewer
         --> definitions.rs:1:25
          |
        1 | rate(api_requests_total[15s]) > 1
          |                         ^^^ scraped every 15s
          |
          = in: alert `HighLatency` of group `api`
          = help: take at least `1m`
        ");
    }

    #[test]
    fn the_interval_of_the_job_counts() {
        for (query, every, found) in [
            ("rate(api_requests_total[1m]) > 1", 60, vec!["1m"]),
            ("rate(api_requests_total[2m]) > 1", 60, vec![]),
            ("max_over_time(connections[1m]) > 1", 60, vec![]),
            ("max_over_time(connections[30s]) > 1", 60, vec!["30s"]),
            // The stack's own interval, 15s, is that of all others.
            ("rate(theirs_total[20s]) > 1", 60, vec!["20s"]),
            ("rate(theirs_total[30s]) > 1", 60, vec![]),
            ("max_over_time(theirs:ratio[10s]) > 1", 60, vec![]),
        ] {
            let mut stack = example::alert(promql(query));
            stack.scrape_jobs[0].interval = Some(secs(every));
            assert_eq!(underlined(&CHECK, stack), found, "{query}");
        }
    }
}
