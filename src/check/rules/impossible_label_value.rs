//! `impossible-label-value`

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use obsctl_model::query::promql;
use obsctl_model::{Alert, Domain, MetricDef, MetricKind, RecordingRule, Rule, ScrapeJob};
use obsctl_promql::ast::{MatchOp, Matcher};

use super::unknown_reference::letters;
use crate::check::{Check, Findings, Input, Patterns, Query, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;
use crate::project::{Part, Project, Series};

/// A value that a label never has.
pub static CHECK: Check = Check {
    name: "impossible-label-value",
    severity: Severity::Error,
    docs: "\
A matcher asks for a value that the label never has, or for a pattern that none of its values matches.

## Why it matters

It selects nothing, for ever (or, negated, leaves nothing out). Mostly a slip: the wrong case, an old name, `5XX`
instead of `5..`. Prometheus writes bucket bounds as floating point numbers: `le=\"1.0\"`, never `le=\"1\"`.

## How to fix it

Write one of the values the label has, or declare the value with the label.

Of files alone nobody knows all alerts: of `alertname` only what differs from one of the files in case and separators is reported.
",
    run: Run::Once(run),
    fires: || example::alert(promql(r#"rate(api_requests_total{method="PSOT"}[5m]) > 1"#)),
    silent: || example::alert(promql(r#"rate(api_requests_total{method="POST"}[5m]) > 1"#)),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let mut known = Known::new(input.project);
    for query in &input.queries {
        for named in &query.named {
            let Some(series) = named.series else {
                continue;
            };
            let name = named.name;
            for matcher in &named.used.selector.matchers {
                let value = matcher.value.value.as_str();
                if value.is_empty() || has_variable(value) {
                    continue;
                }
                if let Some(values) = known.values(name, series, &matcher.name.text)
                    && !possible(&input.patterns, matcher, &values)
                    && (known.is_complete(series, &matcher.name.text) || values.resemble(value))
                {
                    findings.push(finding(query, matcher, &values, series));
                }
            }
        }
    }
}

/// What the values of a label can be.
#[derive(Clone, Debug)]
enum Values<'a> {
    Exactly(Rc<BTreeSet<Cow<'a, str>>>),
    Matching(&'a str),
}

impl<'a> Values<'a> {
    fn exactly<T: Into<Cow<'a, str>>>(values: impl IntoIterator<Item = T>) -> Option<Self> {
        let values: BTreeSet<_> = values.into_iter().map(Into::into).collect();
        (!values.is_empty()).then(|| Self::Exactly(Rc::new(values)))
    }

    /// Whether one of them differs from a value in case and separators alone.
    fn resemble(&self, value: &str) -> bool {
        let Self::Exactly(values) = self else {
            return false;
        };
        values.iter().any(|one| letters(one) == letters(value))
    }
}

/// What is known of the values of labels, looked up once for every label of a series.
struct Known<'a> {
    project: &'a Project,
    alerts: Vec<&'a Alert>,
    recorded: BTreeMap<&'a str, Vec<&'a RecordingRule>>,
    looked_up: BTreeMap<(&'a str, &'a str), Option<Values<'a>>>,
}

impl<'a> Known<'a> {
    fn new(project: &'a Project) -> Self {
        let mut known = Self {
            project,
            alerts: vec![],
            recorded: BTreeMap::new(),
            looked_up: BTreeMap::new(),
        };
        for rule in project.groups().iter().flat_map(|group| &group.rules) {
            match rule {
                Rule::Alert(alert) => known.alerts.push(alert),
                Rule::Record(rule) => {
                    let rules = known.recorded.entry(rule.record.as_str()).or_default();
                    rules.push(rule);
                }
            }
        }
        known
    }

    /// What the values of a label of a series can be; nothing where that is not known.
    fn values(&mut self, name: &'a str, series: &'a Series, label: &'a str) -> Option<Values<'a>> {
        if let Some(values) = self.looked_up.get(&(name, label)) {
            return values.clone();
        }
        let values = match series {
            Series::Exposed { metric, part } => self.exposed(metric, *part, label),
            Series::Synthetic(synthetic) => self.synthetic(synthetic.labels.is_none(), label),
            // A label that comes from a query can have any value.
            Series::Recorded { .. } => self
                .recorded
                .get(name)
                .and_then(|rules| {
                    let values = rules.iter().map(|rule| rule.labels.get(label));
                    values.collect::<Option<Vec<_>>>()
                })
                .and_then(Values::exactly),
        };
        self.looked_up.insert((name, label), values.clone());
        values
    }

    /// Whether there are no values but those that are known. Of files alone nobody knows all alerts.
    fn is_complete(&self, series: &Series, label: &str) -> bool {
        let of_alerts = matches!(series, Series::Synthetic(one) if one.labels.is_none());
        self.project.knows().ours || !of_alerts || label == "alertstate"
    }

    /// Bounds and quantiles as Prometheus 3 keeps them; whose version nobody knows can have `1` for `1.0`.
    fn floats(&self, values: &[f64]) -> Vec<String> {
        let kept = values.iter().map(|value| float(*value));
        if self.project.knows().ours {
            return kept.collect();
        }
        kept.flat_map(|text| match text.strip_suffix(".0") {
            Some(whole) => vec![whole.to_owned(), text.clone()],
            None => vec![text],
        })
        .collect()
    }

    fn exposed(&self, metric: &'a MetricDef, part: Part, label: &str) -> Option<Values<'a>> {
        match (&metric.kind, part, label) {
            (MetricKind::Histogram { buckets, .. }, Part::Bucket, "le") => {
                return Values::exactly(
                    self.floats(buckets).into_iter().chain(["+Inf".to_owned()]),
                );
            }
            (MetricKind::Summary { quantiles }, Part::Whole, "quantile") => {
                return Values::exactly(self.floats(quantiles));
            }
            _ => {}
        }
        match metric.label(label).map(|label| &label.domain) {
            Some(Domain::Values(values)) => Values::exactly(values),
            Some(Domain::Pattern { regex, .. }) => Some(Values::Matching(regex)),
            Some(Domain::Bounded { .. } | Domain::Unbounded { .. } | Domain::Unknown) => None,
            None if label == "job" => self.jobs(|job| job.exposes == metric.exposed_by),
            None => None,
        }
    }

    fn synthetic(&self, of_alerts: bool, label: &str) -> Option<Values<'a>> {
        match (label, of_alerts) {
            ("job", false) => self.jobs(|_| true),
            ("alertname", true) => Values::exactly(self.alerts.iter().map(|one| &one.name)),
            ("severity", true) => Values::exactly(self.alerts.iter().filter_map(|one| {
                let own = one.severity.map(obsctl_model::Severity::word);
                own.or_else(|| one.labels.get("severity").map(String::as_str))
            })),
            ("alertstate", true) => Values::exactly(["pending", "firing"]),
            _ => None,
        }
    }

    fn jobs(&self, of: impl Fn(&ScrapeJob) -> bool) -> Option<Values<'a>> {
        let jobs = self.project.stack().scrape_jobs.iter();
        Values::exactly(jobs.filter(|job| of(job)).map(|job| &job.job))
    }
}

/// A bucket's bound or a quantile as Prometheus normalizes it.
fn float(number: f64) -> String {
    if number.is_infinite() {
        "+Inf".to_owned()
    } else if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.1}")
    } else {
        number.to_string()
    }
}

/// Whether some value can match. A pattern of alternatives is wrong as soon as one of them is.
fn possible(patterns: &Patterns, matcher: &Matcher, values: &Values<'_>) -> bool {
    let value = matcher.value.value.as_str();
    let matches = |regex: &str| match values {
        Values::Exactly(values) => values
            .iter()
            .any(|one| patterns.matches(regex, one) != Some(false)),
        Values::Matching(domain) => patterns.overlap(regex, domain) != Some(false),
    };
    match (matcher.op, values) {
        (MatchOp::Equal | MatchOp::NotEqual, Values::Exactly(values)) => values.contains(value),
        (MatchOp::Equal | MatchOp::NotEqual, Values::Matching(domain)) => {
            patterns.matches(domain, value) != Some(false)
        }
        // What matches the empty text may be meant for series without the label.
        (MatchOp::Regex | MatchOp::NotRegex, _) if patterns.matches(value, "") == Some(true) => {
            true
        }
        (MatchOp::Regex | MatchOp::NotRegex, _) => match alternatives(value) {
            Some(mut all) => all.all(matches),
            None => matches(value),
        },
    }
}

/// The alternatives of `a|b|c`, where there is nothing more to the pattern.
fn alternatives(regex: &str) -> Option<impl Iterator<Item = &str>> {
    let plain = !regex.contains(['(', ')', '[', ']', '{', '}', '\\', '^', '$']);
    plain.then(|| regex.split('|').filter(|part| !part.is_empty()))
}

fn finding(
    query: &Query<'_>,
    matcher: &Matcher,
    values: &Values<'_>,
    series: &Series,
) -> Diagnostic {
    let (label, value) = (&matcher.name.text, &matcher.value.value);
    let what = if matcher.op.is_regex() {
        format!("no value of label `{label}` matches `{value}`")
    } else {
        format!("label `{label}` never has the value `{value}`")
    };
    let what = match alternatives(value).map(Iterator::count) {
        Some(2..) if matcher.op.is_regex() => {
            format!("an alternative of `{value}` matches no value of label `{label}`")
        }
        _ => what,
    };
    let note = if matcher.op.is_negative() {
        "leaves nothing out"
    } else {
        "selects nothing"
    };
    let finding = query.at.finding(matcher.value.span, what, note);
    let finding = match series {
        Series::Exposed { metric, .. } => finding.also(metric.origin, "declared here"),
        _ => finding,
    };
    match values {
        Values::Exactly(values) => {
            let shown: Vec<_> = values
                .iter()
                .take(12)
                .map(|one| format!("`{one}`"))
                .collect();
            let more = if values.len() > shown.len() {
                ", …"
            } else {
                ""
            };
            let finding = if matcher.op.is_regex() {
                finding
            } else {
                finding.did_you_mean(value, values.iter().map(AsRef::as_ref))
            };
            finding.help(format!("the values are {}{more}", shown.join(", ")))
        }
        Values::Matching(domain) => finding.help(format!("the values match `{domain}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn names_the_values_there_are() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[impossible-label-value]: label `method` never has the value `PSOT`
         --> definitions.rs:1:32
          |
        1 | rate(api_requests_total{method="PSOT"}[5m]) > 1
          |                                ^^^^^^ selects nothing
          |
         ::: metrics.rs:1:1
          |
        1 | "api_requests_total"
          | -------------------- declared here
          |
          = in: alert `HighLatency` of group `api`
          = help: did you mean `POST`?
          = help: the values are `DELETE`, `GET`, `POST`
        "#);
    }

    #[test]
    fn patterns_are_compared_with_what_the_values_match() {
        let query = r#"rate(api_requests_total{status_code=~"5XX"}[5m]) > 1"#;
        insta::assert_snapshot!(report(&CHECK, example::alert(promql(query))), @r#"
        error[impossible-label-value]: no value of label `status_code` matches `5XX`
         --> definitions.rs:1:38
          |
        1 | rate(api_requests_total{status_code=~"5XX"}[5m]) > 1
          |                                      ^^^^^ selects nothing
          |
         ::: metrics.rs:1:1
          |
        1 | "api_requests_total"
          | -------------------- declared here
          |
          = in: alert `HighLatency` of group `api`
          = help: the values match `[1-5][0-9][0-9]`
        "#);
    }

    #[test]
    fn of_files_alone_other_alerts_are_possible() {
        use crate::check::run;
        use crate::policy::Policy;
        use crate::project::Knowledge;
        for (matcher, found) in [
            ("alertname=\"Other\"", 0),
            ("alertname=\"high_latency\"", 1),
            ("alertname=\"HighLatency\"", 0),
            ("severity=\"page\"", 0),
            ("alertstate=\"fired\"", 1),
        ] {
            let query = promql(&format!("count(ALERTS{{{matcher}}}) > 1"));
            let project = Project::link(example::alert(query)).knowing(Knowledge::FILES);
            let all = run(&project, &Policy::default(), None);
            let own = all.iter().filter(|one| one.check == CHECK.name);
            assert_eq!(own.count(), found, "{matcher}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_found() {
        for (selector, found) in [
            (r#"api_requests_total{method=~"GET|PSOT"}"#, r#""GET|PSOT""#),
            (r#"api_requests_total{method!="get"}"#, r#""get""#),
            (r#"api_requests_total{status_code="600"}"#, r#""600""#),
            (r#"api_requests_total{job="apj"}"#, r#""apj""#),
            (r#"api_request_duration_seconds_bucket{le="1"}"#, r#""1""#),
            (r#"up{job="apj"}"#, r#""apj""#),
            (r#"ALERTS{alertname="Nothing"}"#, r#""Nothing""#),
            (r#"ALERTS{severity="page"}"#, r#""page""#),
        ] {
            let query = promql(&format!("count({selector}) > 1"));
            assert_eq!(
                underlined(&CHECK, example::alert(query)),
                [found],
                "{selector}"
            );
        }
    }

    #[test]
    fn labels_of_recording_rules_have_the_values_they_are_given() {
        let mut stack = example::record(promql("sum by (path) (connections)"));
        for rule in stack
            .rule_groups
            .iter_mut()
            .flat_map(|group| &mut group.rules)
        {
            if let Rule::Record(rule) = rule {
                rule.labels.insert("window".to_owned(), "5m".to_owned());
            }
        }
        let query = promql(r#"job:api_requests:rate5m{window="5min", path="/x"} > 1"#);
        let alerts = obsctl_model::RuleGroup::new("alerts").alert(example::high_latency(query));
        assert_eq!(underlined(&CHECK, stack.rule_group(alerts)), [r#""5min""#]);
    }

    #[test]
    fn values_that_can_be_are_silent() {
        for selector in [
            r#"api_requests_total{method=~"GET|POST|"}"#,
            r#"api_requests_total{method=~"P.*"}"#,
            r#"api_requests_total{status_code=~"5..|4.."}"#,
            r#"api_requests_total{path="/anything"}"#,
            r#"api_requests_total{method="$method"}"#,
            r#"api_request_duration_seconds_bucket{le="1.0"}"#,
            r#"api_request_duration_seconds_bucket{le="+Inf"}"#,
            r#"ALERTS{alertname="HighLatency", alertstate="firing"}"#,
        ] {
            let query = promql(&format!("count({selector}) > 1"));
            assert_eq!(
                underlined(&CHECK, example::alert(query)),
                [""; 0],
                "{selector}"
            );
        }
    }
}
