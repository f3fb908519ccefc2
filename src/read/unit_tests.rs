//! Files of unit tests of rules, in the form of `promtool test rules`, to be run; and what they have besides for
//! lines and for routing.

use std::collections::BTreeMap;

use bumpalo::Bump;
use obsctl_promql::eval::notation::{self, WrittenSeries};
use obsctl_promql::eval::{Labels, Value as Sampled};
use obsctl_promql::histogram::NotationError;
use obsctl_rules::Place;
use obsctl_rules::unit::{AlertCase, ExpectedAlert, ExpectedSample, QueryCase, Test};

use super::fields::Fields;
use super::node::Node;
use super::rule_tests::KEYS;
use super::source::Source;
use super::{File, Keep, Queries, Reader, line_tests, route_tests, yaml};
use crate::diagnostic::Diagnostic;
use crate::routing::Case;

/// A file of unit tests.
#[derive(Clone, Debug, Default)]
pub struct UnitTests {
    /// The rule files it names, with wildcards, relative to its own folder.
    pub rule_files: Vec<(String, Place)>,
    /// Those of Loki.
    pub log_rule_files: Vec<(String, Place)>,
    /// Alertmanager's configuration.
    pub alertmanager_config: Option<(String, Place)>,
    /// The order in which groups are evaluated.
    pub group_order: Vec<String>,
    /// Its tests.
    pub tests: Vec<UnitTest>,
}

/// A test of a file.
#[derive(Clone, Debug, Default)]
pub struct UnitTest {
    /// What is asked of rules.
    pub rules: Test,
    /// What is asked of routing.
    pub routes: Vec<Case>,
}

/// Whether a text may be a file of unit tests: other files of a folder are left alone.
#[must_use]
pub fn has_unit_tests(text: &str) -> bool {
    let has = |key: &&str| text.contains(&format!("{key}:"));
    text.lines().any(|line| line.starts_with("tests:")) && KEYS.iter().any(has)
}

/// The interval where none is named: a minute.
const INTERVAL: i64 = 60_000;

/// Reads a file of unit tests, and says what promtool would refuse.
#[must_use]
pub fn unit_tests(file: File<'_>) -> (UnitTests, Vec<Diagnostic>) {
    let queries = Queries::default();
    let source = Source::new(file.path, file.text);
    let mut reader = Reader::new(source, Keep::Outline, &queries);
    let arena = Bump::new();
    let read = yaml::read(file.text, &arena);
    let mut tests = UnitTests::default();
    if let Some(trouble) = read.trouble {
        reader.refuse(trouble);
    } else if let Some(node) = reader.document(&read.documents) {
        tests = all(&mut reader, node).unwrap_or_default();
    }
    (tests, reader.found.problems)
}

fn all(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<UnitTests> {
    let mut fields = Fields::of(reader, node, "a file of unit tests")?;
    let files = fields.list("rule_files");
    let log_files = fields.list("log_rule_files");
    let config = fields.text("alertmanager_config");
    let order = fields.list("group_eval_order");
    let fuzzy = fields.flag("fuzzy_compare");
    let evaluation = fields
        .millis("evaluation_interval")
        .filter(|millis| *millis != 0);
    let nodes = fields.list("tests");
    fields.end();
    let mut found = UnitTests::default();
    for (nodes, into) in [
        (files, &mut found.rule_files),
        (log_files, &mut found.log_rule_files),
    ] {
        for node in nodes {
            if let Some(file) = text(reader, node, "a rule file") {
                into.push((file.to_owned(), reader.place(node)));
            }
        }
    }
    found.alertmanager_config = config
        .zip(node.get("alertmanager_config"))
        .map(|(path, node)| (path.to_owned(), reader.place(node)));
    for node in order {
        let Some(name) = text(reader, node, "the name of a group") else {
            continue;
        };
        if found.group_order.iter().any(|known| known == name) {
            reader.trouble(node.at, format!("`group_eval_order` names `{name}` twice"));
        }
        found.group_order.push(name.to_owned());
    }
    for node in nodes {
        let evaluation_interval = evaluation.unwrap_or(INTERVAL);
        let defaults = Test {
            interval: evaluation_interval,
            evaluation_interval,
            fuzzy,
            place: reader.place(node),
            ..Test::default()
        };
        found.tests.extend(test(reader, node, defaults));
    }
    let mut routes = found.tests.iter().flat_map(|test| &test.routes);
    if found.alertmanager_config.is_none() && routes.next().is_some() {
        let message =
            "tests of routing need `alertmanager_config`: the path of Alertmanager's configuration";
        reader.trouble(node.at, message);
    }
    Some(found)
}

fn test(reader: &mut Reader<'_>, node: &Node<'_>, defaults: Test) -> Option<UnitTest> {
    let mut fields = Fields::of(reader, node, "a test")?;
    let name = fields.text("name").unwrap_or_default();
    let interval = fields.millis("interval").filter(|millis| *millis != 0);
    let series = fields.list("input_series");
    let streams = fields.list("input_streams");
    let alerts = fields.list("alert_rule_test");
    let queries = fields.list("promql_expr_test");
    let log_queries = fields.list("logql_expr_test");
    let routes = fields.list("route_test");
    let external_labels = fields.texts("external_labels");
    let external_url = fields.text("external_url").unwrap_or_default();
    let start = fields.get("start_timestamp");
    fields.end();
    let start = start.and_then(|node| {
        let time = node.as_text().and_then(timestamp);
        if time.is_none() {
            let message =
                "`start_timestamp` is a time as `2026-01-31T12:00:00Z`, or seconds since 1970";
            reader.trouble(node.at, message);
        }
        time
    });
    let mut cases: Vec<_> = routes
        .iter()
        .filter_map(|node| route_tests::case(reader, node))
        .collect();
    let alerts = alerts
        .iter()
        .filter_map(|node| alert(reader, node, &external_labels, &mut cases));
    let alerts = alerts.collect();
    let mut rules = Test {
        name: name.to_owned(),
        interval: interval.unwrap_or(defaults.interval),
        start: start.unwrap_or_default(),
        input: series
            .iter()
            .filter_map(|node| input(reader, node))
            .collect(),
        external_labels,
        external_url: external_url.to_owned(),
        alerts,
        queries: queries
            .iter()
            .filter_map(|node| query(reader, node))
            .collect(),
        log_queries: log_queries
            .iter()
            .filter_map(|node| line_tests::query(reader, node))
            .collect(),
        ..defaults
    };
    for node in streams {
        line_tests::stream(reader, node, &mut rules);
    }
    Some(UnitTest {
        rules,
        routes: cases,
    })
}

pub(super) fn text<'n>(reader: &mut Reader<'_>, node: &'n Node<'_>, what: &str) -> Option<&'n str> {
    let text = node.as_text();
    if text.is_none() {
        reader.trouble(node.at, format!("{what} is a text, not {}", node.kind()));
    }
    text
}

/// What a notation says, or where it is wrong.
pub(super) fn notated<T>(
    reader: &mut Reader<'_>,
    node: Option<&Node<'_>>,
    text: &str,
    read: impl Fn(&str) -> Result<T, NotationError>,
) -> Option<T> {
    let error = match read(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let at = node.map_or(0, |node| node.at);
    let problem = reader.source.unreadable(at, error.message);
    let end = text[error.at..]
        .find(char::is_whitespace)
        .map_or(text.len(), |end| error.at + end);
    let problem = problem
        .underline(text, error.at..end, "here")
        .help(error.help);
    reader.found.problems.push(problem);
    None
}

fn input(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<WrittenSeries> {
    let mut fields = Fields::of(reader, node, "an input series")?;
    let series = fields.required("series");
    let values = fields.text("values").unwrap_or_default();
    fields.end();
    Some(WrittenSeries {
        labels: notated(reader, node.get("series"), series?, notation::metric)?,
        points: notated(reader, node.get("values"), values, notation::points)?,
    })
}

fn alert(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    external: &BTreeMap<String, String>,
    routes: &mut Vec<Case>,
) -> Option<AlertCase> {
    let mut fields = Fields::of(reader, node, "an alert test")?;
    let time = fields.millis("eval_time").unwrap_or_default();
    let alert = fields.required("alertname");
    let nodes = fields.list("exp_alerts");
    fields.end();
    let expected = nodes.iter().filter_map(|node| {
        let mut fields = Fields::of(reader, node, "an expected alert")?;
        let labels = fields.texts("exp_labels");
        let annotations = fields.texts("exp_annotations");
        fields.list("exp_receivers");
        fields.end();
        let name = alert.unwrap_or_default();
        routes.extend(route_tests::of_alert(reader, node, name, &labels, external));
        Some(ExpectedAlert {
            labels,
            annotations,
        })
    });
    Some(AlertCase {
        time,
        expected: expected.collect(),
        alert: alert?.to_owned(),
        place: reader.place(node),
    })
}

fn query(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<QueryCase> {
    let mut fields = Fields::of(reader, node, "a query test")?;
    let time = fields.millis("eval_time").unwrap_or_default();
    let text = fields.required("expr");
    let nodes = fields.list("exp_samples");
    fields.end();
    let expected = nodes
        .iter()
        .filter_map(|node| sample(reader, node))
        .collect();
    Some(QueryCase {
        time,
        expected,
        expr: reader.promql(node.get("expr")?, text?)?,
        text: text?.to_owned(),
        place: reader.place(node),
    })
}

pub(super) fn sample(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ExpectedSample> {
    let mut fields = Fields::of(reader, node, "an expected sample")?;
    let labels = fields.text("labels").unwrap_or_default();
    let number = fields.number("value");
    let histogram = fields.text("histogram").filter(|text| !text.is_empty());
    fields.end();
    let labels = match labels.trim() {
        "" => Labels::empty(),
        _ => notated(reader, node.get("labels"), labels, notation::metric)?,
    };
    let Some(text) = histogram else {
        return Some(ExpectedSample {
            labels,
            value: Sampled::Float(number),
        });
    };
    let value = notated(reader, node.get("histogram"), text, notation::histogram)?;
    if number != 0.0 {
        // promtool compares both, and a histogram has no such value.
        reader.trouble(
            node.at,
            "a sample has either `value` or `histogram`: this one can never be met",
        );
    }
    Some(ExpectedSample { labels, value })
}

/// Milliseconds since the epoch of a time as RFC 3339 writes it, or of seconds.
pub(super) fn timestamp(text: &str) -> Option<i64> {
    let millis = |seconds: f64| {
        let millis = (seconds * 1000.0).floor();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked: it is small enough"
        )]
        (millis.abs() < 1e15).then_some(millis as i64)
    };
    if let Ok(seconds) = text.parse::<f64>() {
        return millis(seconds);
    }
    let (date, time) = text.split_once('T')?;
    let zone = time.find(['Z', '+', '-'])?;
    let (time, zone) = time.split_at(zone);
    let parts = |text: &str, by| -> Option<Vec<f64>> {
        let parts = text.split(by).map(|part| {
            let digits = part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            part.parse().ok().filter(|_| digits)
        });
        parts.collect()
    };
    let [year, month, day] = parts(date, '-')?.try_into().ok()?;
    let [hour, minute, second] = parts(time, ':')?.try_into().ok()?;
    let offset = match zone {
        "Z" => 0.0,
        zone => {
            let [hours, minutes] = parts(&zone[1..], ':')?.try_into().ok()?;
            let sign = if zone.starts_with('-') { -1.0 } else { 1.0 };
            sign * (hours * 3600.0 + minutes * 60.0)
        }
    };
    let valid = (1.0..=12.0).contains(&month)
        && (1.0..=31.0).contains(&day)
        && hour < 24.0
        && minute < 60.0
        && second < 60.0;
    let seconds =
        days(year, month, day) * 86_400.0 + hour * 3600.0 + minute * 60.0 + second - offset;
    millis(seconds).filter(|_| valid)
}

/// The days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: f64, month: f64, day: f64) -> f64 {
    // Years begin in March, so that the day that may be missing is their last.
    let (year, month) = if month > 2.0 {
        (year, month - 3.0)
    } else {
        (year - 1.0, month + 9.0)
    };
    let leap = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    year * 365.0 + leap + ((153.0 * month + 2.0) / 5.0).floor() + day - 1.0 - 719_468.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_seconds_and_as_dates() {
        for (text, millis) in [
            ("0", Some(0)),
            ("1700000000.5", Some(1_700_000_000_500)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2023-11-14T22:13:20Z", Some(1_700_000_000_000)),
            ("2024-02-29T12:00:00.25+01:30", Some(1_709_202_600_250)),
            ("2000-03-01T00:00:00-00:00", Some(951_868_800_000)),
            ("2024-13-01T00:00:00Z", None),
            ("yesterday", None),
            ("2024-01-01", None),
        ] {
            assert_eq!(timestamp(text), millis, "{text}");
        }
    }
}
