//! An engine that is played, and how reports look.

use std::collections::BTreeMap;

use obsctl_model::prelude::*;
use obsctl_model::{Duration, ScrapeJob};

use super::{Answer, Cost, Judged, Metadata, Metrics, Points, Span};
use crate::project::{Knowledge, Project};

labels! {
    pub enum Method { Get = "GET", Put = "PUT" }
    pub bounded Tenant, at_most 1, like "a";
}

metrics! {
    family "Test", owner "me", exposed_by Exposer::Service("api".into());

    /// Requests.
    pub counter Requests("requests_total") { method: Method, tenant: Tenant }
    /// Those that left.
    pub counter Left("left") {}
    /// Never recorded.
    pub gauge Never("never") {}
}

/// A small catalog.
pub(crate) fn stack() -> Stack {
    Stack::new(Slug::from_static("test"))
        .metric_family(family())
        .scrape_job(ScrapeJob::new(
            "api",
            Exposer::Service("api".into()),
            "api",
            80,
        ))
}

/// One alert of this query, which knows nothing of a catalog.
pub(crate) fn project(query: &str) -> Project {
    let alert = Alert::new("A")
        .when(promql(query))
        .severity(Severity::Info)
        .owner("me")
        .summary("x")
        .runbook(Slug::from_static("x"));
    let stack = Stack::new(Slug::from_static("t")).rule_group(RuleGroup::new("g").alert(alert));
    Project::link(stack).knowing(Knowledge::FILES)
}

/// `requests_total` with `GET` and `POST` is there; `left` left three hours ago.
pub(crate) struct Played;

impl Played {
    pub(crate) fn new() -> Self {
        Self
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

impl Metrics for Played {
    fn names(&self, _: Option<&str>) -> Answer<Vec<String>> {
        Ok(texts(&["requests_total", "left", "surprise", "up"]))
    }

    fn metadata(&self) -> Answer<BTreeMap<String, Vec<Metadata>>> {
        let kind = |name: &str, kind: &str| {
            let metadata = Metadata {
                kind: kind.to_owned(),
                help: String::new(),
                unit: String::new(),
            };
            (name.to_owned(), vec![metadata])
        };
        Ok(BTreeMap::from([
            kind("requests_total", "counter"),
            kind("left", "gauge"),
        ]))
    }

    fn labels(&self, of: &str) -> Answer<Vec<String>> {
        Ok(match of.contains("requests_total") {
            true => texts(&["__gen", "__name__", "instance", "job", "method", "path"]),
            false => texts(&["__name__", "instance", "job"]),
        })
    }

    fn values(&self, label: &str, of: &str) -> Answer<Vec<String>> {
        Ok(match (label, of.contains("job=\"worker\"")) {
            ("job", true) => vec![],
            ("job", false) => texts(&["api"]),
            _ => texts(&["GET", "POST"]),
        })
    }

    fn value(&self, query: &str) -> Answer<Option<f64>> {
        if query.contains("refused") {
            return Err("it will not".to_owned());
        }
        let there = query.contains("\"requests_total\"")
            && !["zone=\"a\"", "GTE", "DELETE"]
                .iter()
                .any(|gone| query.contains(gone));
        Ok(there.then_some(1.0))
    }

    fn range(&self, query: &str, _: Span) -> Answer<Vec<Points>> {
        Ok(match query.contains("left") {
            true => vec![vec![(1_000_000.0 - 3.0 * 3_600.0, 1.0)]],
            false => vec![],
        })
    }

    fn cost(&self, _: &str) -> Answer<Cost> {
        Ok(Cost::default())
    }

    fn now(&self) -> u64 {
        1_000_000
    }

    fn look_back(&self) -> Duration {
        days(7)
    }
}

/// One line for each finding.
pub(crate) fn report(judged: &Judged) -> String {
    let findings = judged.findings.iter().map(|found| {
        let note = match found.places.first() {
            Some(place) if !place.note.is_empty() => format!(" [{}]", place.note),
            _ => String::new(),
        };
        format!("{}: {}{note}", found.severity.word(), found.message)
    });
    let unanswered = judged
        .unanswered
        .iter()
        .map(|(why, count)| format!("not answered: {why} ({count})"));
    findings.chain(unanswered).collect::<Vec<_>>().join("\n")
}
