//! Rules of Loki: what they make of lines, and what rules of Prometheus make of that.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_logql::eval::Storage;
use obsctl_promql::eval::Labels;

use crate::unit::{AlertCase, ExpectedAlert, LogAnswer, LogQueryCase, QueryCase, Test, What};
use crate::{Action, Alerting, Expression, Group, Place, Rule, RuleSet, Text};

const MINUTE: i64 = 60_000;

fn logql(text: &str) -> Expression {
    let parsed = obsctl_logql::parse(text);
    assert!(parsed.errors.is_empty(), "{text}");
    Expression::Logql(parsed.expr)
}

fn promql(text: &str) -> Expression {
    Expression::Promql(obsctl_promql::parse(text).expr)
}

fn rule(name: &str, expr: Expression, action: Action) -> Rule {
    Rule {
        name: name.to_owned(),
        action,
        expr,
        labels: BTreeMap::new(),
        place: Place { line: 7, column: 3 },
    }
}

fn alert(name: &str, expr: Expression, summary: &str) -> Rule {
    let alerting = Alerting {
        hold: 2 * MINUTE,
        keep_firing: 0,
        annotations: BTreeMap::from([("summary".to_owned(), Text::template(summary))]),
    };
    rule(name, expr, Action::Alert(alerting))
}

fn set(rules: Vec<Rule>) -> RuleSet {
    let group = Group {
        name: "g".to_owned(),
        file: "rules.yml".into(),
        query_offset: 0,
        limit: 0,
        rules,
    };
    RuleSet::new(vec![Arc::new(group)], &[])
}

/// A line every 10 seconds from the third minute to the eighth.
fn lines(line: &str) -> Storage {
    let mut storage = Storage::new();
    let labels: Labels = [("job", "api")].into_iter().collect();
    for second in (180..480).step_by(10) {
        storage.push(&labels, second * 1_000_000_000, line);
    }
    storage
}

fn test(lines: Storage, alerts: &[(i64, &str, Option<&str>)]) -> Test {
    let expected = |summary: &str| ExpectedAlert {
        labels: BTreeMap::from([("job".to_owned(), "api".to_owned())]),
        annotations: BTreeMap::from([("summary".to_owned(), summary.to_owned())]),
    };
    let alerts = alerts.iter().map(|(minute, alert, summary)| AlertCase {
        time: minute * MINUTE,
        alert: (*alert).to_owned(),
        expected: summary.iter().copied().map(expected).collect(),
        place: Place::default(),
    });
    Test {
        interval: MINUTE,
        evaluation_interval: MINUTE,
        lines,
        alerts: alerts.collect(),
        ..Test::default()
    }
}

const ERRORS: &str =
    "sum by (job) (count_over_time({job=\"api\"} | logfmt | level=\"error\" [1m])) > 3";

#[test]
fn an_alert_of_lines_waits_fires_and_ends() {
    let rules = set(vec![alert(
        "Errors",
        logql(ERRORS),
        "{{ $labels.job }}: {{ $value }}",
    )]);
    let six = Some("api: 6");
    let cases = [
        (5, "Errors", None),
        (6, "Errors", six),
        (8, "Errors", Some("api: 5")),
        (10, "Errors", None),
    ];
    let outcome = test(lines("level=error"), &cases).run(&rules);
    assert!(outcome.passed(), "{outcome:#?}");
    let outcome = test(lines("level=info"), &[(6, "Errors", None)]).run(&rules);
    assert!(outcome.passed(), "{outcome:#?}");
    let outcome = test(lines("level=error"), &[(6, "Errors", None)]).run(&rules);
    assert!(!outcome.passed());
}

#[test]
fn templates_of_loki_ask_loki() {
    let summary = "{{ query \"sum(count_over_time({job=\\\"api\\\"}[5m]))\" | first | value }}";
    let rules = set(vec![alert("Errors", logql(ERRORS), summary)]);
    let outcome = test(lines("level=error"), &[(7, "Errors", Some("25"))]).run(&rules);
    assert!(outcome.passed(), "{outcome:#?}");
}

#[test]
fn prometheus_reads_what_loki_records() {
    let recorded = rule("job:errors:count1m", logql(ERRORS), Action::Record);
    let rules = set(vec![
        recorded,
        alert("Errors", promql("job:errors:count1m > 5"), "{{ $value }}"),
    ]);
    let mut test = test(lines("level=error"), &[(6, "Errors", Some("6"))]);
    test.queries.push(QueryCase {
        time: 7 * MINUTE,
        text: "job:errors:count1m".to_owned(),
        expr: obsctl_promql::parse("job:errors:count1m").expr,
        expected: Vec::new(),
        place: Place::default(),
    });
    let outcome = test.run(&rules);
    let [failure] = outcome.failures.as_slice() else {
        panic!("{outcome:#?}");
    };
    let What::Answer { got, .. } = &failure.what else {
        panic!("{failure:#?}");
    };
    assert_eq!(got, &["{__name__=\"job:errors:count1m\", job=\"api\"} 6"]);
}

#[test]
fn a_line_that_cannot_be_parsed_ends_the_test() {
    let query = "sum by (level) (count_over_time({job=\"api\"} | json [1m])) > 0";
    let rules = set(vec![alert("Errors", logql(query), "")]);
    let outcome = test(lines("no JSON"), &[(6, "Errors", None)]).run(&rules);
    let [failure] = outcome.failures.as_slice() else {
        panic!("{outcome:#?}");
    };
    let What::Rule(failure) = &failure.what else {
        panic!("{failure:#?}");
    };
    assert_eq!(
        (failure.rule.as_str(), failure.time),
        ("Errors", 3 * MINUTE)
    );
    assert!(
        failure.message.contains("JSONParserErr"),
        "{}",
        failure.message
    );
}

#[test]
fn queries_give_lines_and_series() {
    let case = |text: &str, expected| LogQueryCase {
        time: 4 * MINUTE,
        text: text.to_owned(),
        expr: obsctl_logql::parse(text).expr,
        expected,
        place: Place::default(),
    };
    let mut test = test(lines("level=error id=1"), &[]);
    let line = "error 1".to_owned();
    let written = "{job=\"api\"} | logfmt | line_format `{{.level}} {{.id}}`";
    test.log_queries = vec![
        case(written, LogAnswer::Lines(vec![line.clone(); 7])),
        case(written, LogAnswer::Lines(vec![line; 2])),
        case(
            "count_over_time({job=\"api\"}[30s])",
            LogAnswer::Samples(Vec::new()),
        ),
        case("{job=\"api\"}", LogAnswer::Samples(Vec::new())),
    ];
    let outcome = test.run(&set(Vec::new()));
    let shown = outcome.failures.iter().map(|failure| match &failure.what {
        What::Answer { expected, got, .. } => (expected.len(), got.len(), got[0].as_str()),
        What::Query { message, .. } => (0, 0, message.as_str()),
        other => panic!("{other:#?}"),
    });
    let shown: Vec<_> = shown.collect();
    let refused = "log queries are not supported as an instant query type, please change your \
                   query to a range query type";
    assert_eq!(
        shown,
        [
            (2, 7, "error 1"),
            (0, 1, "{job=\"api\"} 3"),
            (0, 0, refused)
        ]
    );
}
