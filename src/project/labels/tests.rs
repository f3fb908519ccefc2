//! What is known of labels after each construct of the language.

use obsctl_model::prelude::*;
use obsctl_model::{Rule, ScrapeJob};

use super::Flows;
use crate::project::Project;

labels! {
    pub enum Method { Get = "GET", Post = "POST" }
    pub unbounded Tenant, budget 100, like "acme";
}

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests.
    pub counter Requests("requests_total") { method: Method, tenant: Tenant }
    /// Latency.
    pub histogram Latency("latency_seconds", Seconds, [0.1, 1.0]) { method: Method }
    /// Limits.
    pub gauge Limit("limit_bytes", Bytes) { method: Method }
}

/// A recording rule: name, query, labels.
type Recorded<'a> = (&'static str, &'a str, &'a [(&'a str, &'a str)]);

fn project(rules: &[Recorded<'_>]) -> Project {
    let exposer = Exposer::Service("api".to_owned());
    let mut group = RuleGroup::new("g");
    for (name, query, labels) in rules {
        let mut rule = RecordingRule::new(MetricName::from_static(name), promql(query));
        for (label, value) in *labels {
            rule = rule.label(*label, *value);
        }
        group.rules.push(Rule::Record(rule));
    }
    Project::link(
        Stack::new(Slug::from_static("test"))
            .metric_family(family())
            .scrape_job(ScrapeJob::new("api", exposer, "api", 80).label("zone", "a"))
            .rule_group(group),
    )
}

/// The known labels of a result, those that not every series has in brackets, and `…` where others can be.
fn labels(project: &Project, query: &str) -> String {
    let query = promql(query);
    let flow = Flows::new(project).of(query.expr());
    let known = flow
        .labels
        .known()
        .map(|(label, known)| match known.always {
            true => label.to_owned(),
            false => format!("[{label}]"),
        });
    let open = flow.labels.is_open().then(|| "…".to_owned());
    known.chain(open).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_construct() {
    let project = project(&[]);
    for (query, expected) in [
        ("requests_total", "instance job method tenant [zone]"),
        ("latency_seconds_bucket", "instance job le method [zone]"),
        ("rate(limit_bytes[5m])", "instance job method [zone]"),
        ("unknown_metric", "…"),
        ("{job=\"api\"}", "job …"),
        ("ALERTS{severity=~\"a|b\"}", "[severity] …"),
        ("up{zone=\"a\"}", "instance job zone"),
        ("sum(limit_bytes)", ""),
        ("sum by (method, nothing) (limit_bytes)", "method"),
        ("sum without (method, zone) (limit_bytes)", "instance job"),
        ("topk(5, limit_bytes)", "instance job method [zone]"),
        (
            "topk by (job) (5, limit_bytes)",
            "instance job method [zone]",
        ),
        ("count_values(\"v\", limit_bytes)", "v"),
        ("sum by (a) (unknown_metric)", "a"),
        ("sum without (a) (unknown_metric)", "…"),
        (
            "histogram_quantile(0.9, sum by (le, method) (rate(latency_seconds_bucket[5m])))",
            "method",
        ),
        ("absent(up{job=\"api\", zone=~\"a\"})", "job"),
        ("label_replace(sum(up), \"a\", \"b\", \"\", \"\")", "[a]"),
        (
            "label_join(up, \"a\", \"-\", \"job\")",
            "[a] instance job [zone]",
        ),
        ("vector(1)", ""),
        ("time()", ""),
        ("1 - sum by (job) (up)", "job"),
        ("scalar(sum(up)) * up", "instance job [zone]"),
        ("limit_bytes > 5", "instance job method [zone]"),
        ("requests_total + limit_bytes", "instance job method [zone]"),
        ("requests_total * on (method) limit_bytes", "method"),
        (
            "requests_total * ignoring (tenant) limit_bytes",
            "instance job method [zone]",
        ),
        (
            "up * on (job) group_left (method) limit_bytes",
            "instance job method [zone]",
        ),
        (
            "sum by (job) (up) * on (job) group_right up",
            "instance job [zone]",
        ),
        (
            "sum by (job) (up) or sum by (method) (limit_bytes)",
            "[job] [method]",
        ),
        ("sum by (job) (up) unless up", "job"),
        ("sum by (job) (up)[1h:5m]", "job"),
        ("nosuchfunction(up)", "…"),
        ("day_of_week()", ""),
    ] {
        assert_eq!(labels(&project, query), expected, "{query}");
    }
}

#[test]
fn recorded_series_have_the_labels_of_their_queries_and_rules() {
    let project = project(&[
        ("a:x", "sum by (method) (requests_total)", &[("kind", "a")]),
        (
            "a:x",
            "sum by (method, tenant) (requests_total)",
            &[("kind", "b")],
        ),
        ("b:x", "sum by (kind) (a:x)", &[]),
        ("c:x", "c:x + 1", &[]),
    ]);
    for (query, expected) in [
        ("a:x", "kind method [tenant]"),
        ("b:x", "kind"),
        ("c:x", "…"),
    ] {
        assert_eq!(labels(&project, query), expected, "{query}");
    }
}

#[test]
fn a_lost_label_remembers_what_took_it() {
    let project = project(&[("a:x", "sum by (method) (requests_total)", &[])]);
    for (query, loss) in [
        ("sum(requests_total)", "Some(Here(0..19))"),
        ("1 + sum by (job) (requests_total)", "Some(Here(4..33))"),
        ("a:x", "Some(Recorded(\"a:x\"))"),
        ("sum(limit_bytes)", "None"),
        ("requests_total", "None"),
        ("sum(unknown_metric)", "Some(Here(0..19))"),
    ] {
        let query = promql(query);
        let flow = Flows::new(&project).of(query.expr());
        let found = flow.labels.loss("tenant").map(|loss| match loss {
            super::Loss::Here(span) => format!("Here({:?})", span.range()),
            super::Loss::Recorded(name) => format!("Recorded({name:?})"),
        });
        let found = found.map_or("None".to_owned(), |loss| format!("Some({loss})"));
        assert_eq!(found, loss, "{query}");
    }
}

#[test]
fn unbounded_labels_are_narrowed_by_matchers_and_ranks() {
    let project = project(&[]);
    for (query, expected) in [
        ("requests_total", true),
        ("sum by (tenant) (requests_total)", true),
        ("requests_total{tenant=~\"a|b\"}", false),
        ("requests_total{tenant!=\"a\"}", true),
        ("topk(3, requests_total)", false),
    ] {
        let query = promql(query);
        let flow = Flows::new(&project).of(query.expr());
        let unbounded = flow.labels.known().any(|(_, known)| known.unbounded);
        assert_eq!(unbounded, expected, "{query}");
    }
}
