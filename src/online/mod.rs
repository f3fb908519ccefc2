//! What running engines say of rules, dashboards and catalogs, and what is wrong about it. Nothing here opens a connection:
//! who asks is an argument ([`Metrics`]), and [`crate::live`] is one.

pub mod catalog;
pub mod cost;
pub mod history;
mod inventory;
pub mod links;
pub mod logs;
pub mod series;
pub mod traces;

use std::collections::BTreeMap;

use obsctl_model::{Duration, Promql};
use obsctl_promql::typecheck;

use crate::diagnostic::{Diagnostic, Severity, nearest};

pub use inventory::{Inventory, Kind};

/// So many questions are under way at once; who asks limits its own besides.
const THREADS: usize = 8;

/// A check of what runs: its name, how bad its findings are, and its page in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// The worst of its findings.
    pub severity: Severity,
    /// Its page.
    pub docs: &'static str,
}

/// All checks of what runs, by name.
pub static ALL: &[&Check] = &[
    &history::CHECK,
    &links::CHECK,
    &catalog::DIFFERS,
    &catalog::NOT_EXPOSED,
    &cost::CHECK,
    &series::CHECK,
    &logs::CHECK,
    &traces::CHECK,
    &catalog::UNDECLARED,
    &catalog::VALUES,
];

impl Check {
    /// The check of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|check| check.name == name)
    }

    /// Its page.
    #[must_use]
    pub fn page(&self) -> String {
        let (name, severity) = (self.name, self.severity.word());
        format!(
            "# `{name}`\n\nSeverity: {severity}. Asks running engines: `obsctl check --prometheus URL`.\n\n{}\n",
            self.docs.trim()
        )
    }

    fn finding(&self, severity: Severity, found: Diagnostic) -> Diagnostic {
        Diagnostic {
            check: self.name,
            severity,
            ..found
        }
    }
}

/// An answer, or why there is none.
pub type Answer<T> = Result<T, String>;

/// One series of a range query: seconds since 1970, and values.
pub type Points = Vec<(f64, f64)>;

/// A time that ends now, and how far apart its points are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How long it is.
    pub length: Duration,
    /// How far apart points are.
    pub step: Duration,
}

/// What a query touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Samples, where the engine says so.
    pub samples: Option<u64>,
    /// Series, where the engine says so.
    pub series: Option<u64>,
}

/// What a metric is, as the engine knows it from its targets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metadata {
    /// `counter`, `gauge`, …
    pub kind: String,
    /// What is measured.
    pub help: String,
    /// Its unit, where it is said.
    pub unit: String,
}

/// Who answers in PromQL: Prometheus, Mimir, Thanos, VictoriaMetrics.
pub trait Metrics: Sync {
    /// All names of series within the look-back. Like all of these it fails where there is no answer that can be used.
    fn names(&self, of: Option<&str>) -> Answer<Vec<String>>;
    /// What targets say of their metrics.
    fn metadata(&self) -> Answer<BTreeMap<String, Vec<Metadata>>>;
    /// The names of the labels of series that match, within the look-back.
    fn labels(&self, of: &str) -> Answer<Vec<String>>;
    /// The values of a label of series that match, within the look-back.
    fn values(&self, label: &str, of: &str) -> Answer<Vec<String>>;
    /// The first value of a query now, if it has any.
    fn value(&self, query: &str) -> Answer<Option<f64>>;
    /// The series of a query over a time.
    fn range(&self, query: &str, span: Span) -> Answer<Vec<Points>>;
    /// What a query touches.
    fn cost(&self, query: &str) -> Answer<Cost>;
    /// Seconds since 1970.
    fn now(&self) -> u64;
    /// How far back is looked.
    fn look_back(&self) -> Duration;
}

/// What was found, and what could not be.
#[derive(Debug, Default)]
pub struct Judged {
    /// Findings.
    pub findings: Vec<Diagnostic>,
    /// Why questions have no answer, with how many.
    pub unanswered: BTreeMap<String, usize>,
    /// How many questions of which kind were answered, in words.
    pub said: Vec<String>,
}

impl Judged {
    /// Adds what else was found.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.said.append(&mut other.said);
        for (why, count) in other.unanswered {
            *self.unanswered.entry(why).or_default() += count;
        }
    }

    fn unanswered(&mut self, why: String) {
        *self.unanswered.entry(why).or_default() += 1;
    }

    /// The answer, if there is one; else it is remembered that there is none.
    fn answered<T>(&mut self, answer: Answer<T>) -> Option<T> {
        answer.map_err(|why| self.unanswered(why)).ok()
    }
}

/// Adds "did you mean" and the values there are.
fn with_values(finding: Diagnostic, value: &str, values: &[String]) -> Diagnostic {
    with_known(finding, value, "values", values)
}

/// Adds "did you mean" and what there is.
fn with_known(finding: Diagnostic, value: &str, what: &str, values: &[String]) -> Diagnostic {
    const SHOWN: usize = 12;
    // Of numbers only the same one is meant (`1` is written `1.0`): `401` may come as `404` did.
    let mut all = values.iter().map(String::as_str);
    let near = match value.parse::<f64>() {
        Ok(number) => all.find(|one| one.parse() == Ok(number)),
        Err(_) => nearest(value, all),
    };
    let finding = match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    if values.is_empty() {
        return finding;
    }
    let shown: Vec<_> = values
        .iter()
        .take(SHOWN)
        .map(|one| format!("`{one}`"))
        .collect();
    let more = if values.len() > SHOWN { ", …" } else { "" };
    finding.help(format!("the {what} are {}{more}", shown.join(", ")))
}

/// Whether the engine can be asked for it: what is wrong with it is said by `syntax`.
fn is_sound(query: &Promql) -> bool {
    query.errors().is_empty() && typecheck(query.expr()).1.is_empty()
}

/// A length of time for people: its largest unit.
fn about(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The same in Prometheus' words.
fn seconds(time: Duration) -> u64 {
    time.as_millis() / 1000
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use obsctl_model::Origin;

    use crate::diagnostic::Diagnostic;

    #[test]
    fn definitions_can_accept_every_finding() {
        let names: Vec<_> = super::ALL.iter().map(|check| check.name).collect();
        assert_eq!(names, crate::check::ONLINE);
        assert!(names.is_sorted());
    }

    #[test]
    fn of_numbers_only_the_same_one_is_meant() {
        let values = ["GET", "404", "1.0"].map(str::to_owned);
        for (wanted, meant) in [("GTE", "GET"), ("401", ""), ("1", "1.0")] {
            let found = Diagnostic::new("x", Origin::none(), "missing");
            let help = &super::with_values(found, wanted, &values).help;
            let said = help
                .iter()
                .find_map(|help| help.strip_prefix("did you mean `"));
            assert_eq!(said.unwrap_or_default().trim_end_matches("`?"), meant);
        }
    }

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let told = [1, 119, 7_199, 7_200, 604_800].map(super::about);
        assert_eq!(
            told,
            [
                "1 second",
                "119 seconds",
                "119 minutes",
                "2 hours",
                "7 days"
            ]
        );
    }
}
