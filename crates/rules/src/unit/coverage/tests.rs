//! What tests exercise of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_promql::eval::notation;
use obsctl_promql::parse;

use crate::unit::{AlertCase, QueryCase, Test};
use crate::{Action, Alerting, Group, Item, Place, Rule, RuleSet};

const MINUTE: i64 = 60_000;

fn rule(name: &str, action: Action, expr: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        action,
        expr: parse(expr).expr.into(),
        labels: BTreeMap::new(),
        place: Place::default(),
    }
}

fn rules() -> RuleSet {
    let alert = || Action::Alert(Alerting::default());
    let rules = vec![
        rule("errors", Action::Record, r#"requests{code=~"4..|5.."}"#),
        rule("Errors", alert(), "errors > 5 unless on () quiet"),
        rule("Either", alert(), "a or b"),
        rule("Both", alert(), "a and on (x) c"),
    ];
    let group = Group {
        name: "group".to_owned(),
        file: "rules.yml".into(),
        query_offset: 0,
        limit: 0,
        rules,
    };
    RuleSet::new(vec![Arc::new(group)], &[])
}

/// What a test with these series exercises, that asks for alerts at minutes: an item a line, with its rule.
fn covered(input: &[&str], alerts: &[(&str, i64)], queries: &[&str]) -> Vec<String> {
    let rules = rules();
    let test = Test {
        interval: MINUTE,
        evaluation_interval: MINUTE,
        input: input
            .iter()
            .map(|it| notation::series(it).unwrap())
            .collect(),
        alerts: alerts
            .iter()
            .map(|(alert, minutes)| AlertCase {
                time: minutes * MINUTE,
                alert: (*alert).to_owned(),
                expected: vec![],
                place: Place::default(),
            })
            .collect(),
        queries: queries
            .iter()
            .map(|text| QueryCase {
                time: 3 * MINUTE,
                text: (*text).to_owned(),
                expr: parse(text).expr,
                expected: vec![],
                place: Place::default(),
            })
            .collect(),
        ..Test::default()
    };
    let all = rules.coverable();
    let covered = test.covers(&rules).into_iter();
    let covered = covered.map(|(rule, item)| {
        assert!(all[rule].items.contains(&item), "{item:?}");
        let what = match item {
            Item::Gives => "gives".to_owned(),
            Item::Fires => "fires".to_owned(),
            Item::Silent => "silent".to_owned(),
            Item::Branch { expr, branch } => format!("{branch:?} of {expr}"),
            Item::Value { label, value, .. } => format!("{label}={value}"),
        };
        format!("{}: {what}", all[rule].name)
    });
    covered.collect()
}

#[test]
fn what_nobody_asks_for_is_not_covered() {
    let input = ["a 1x5", r#"requests{code="500"} 9x5"#];
    assert_eq!(covered(&input, &[], &["a"]), Vec::<String>::new());
}

#[test]
fn rules_are_seen_through_others() {
    let input = [r#"requests{code="500"} 0 9 9 9"#];
    let both = [("Errors", 0), ("Errors", 3)];
    assert_eq!(
        covered(&input, &both, &[]),
        [
            "errors: gives",
            "errors: code=5..",
            "Errors: fires",
            "Errors: silent",
            "Errors: Kept of errors > 5 unless on () quiet",
        ]
    );
    let quiet = [r#"requests{code="404"} 9 9 9 9"#, "quiet 1x5"];
    assert_eq!(
        covered(&quiet, &[("Errors", 3)], &[]),
        [
            "errors: gives",
            "errors: code=4..",
            "Errors: silent",
            "Errors: Dropped of errors > 5 unless on () quiet",
        ]
    );
    assert_eq!(
        covered(&quiet, &[], &["errors"]),
        ["errors: gives", "errors: code=4.."]
    );
}

#[test]
fn sides_count_by_what_they_give() {
    let asked = [("Either", 3), ("Both", 3)];
    // `b` has nothing that `a` does not have.
    let input = [r#"a{x="1"} 1x5"#, r#"b{x="1"} 1x5"#];
    assert_eq!(
        covered(&input, &asked, &[]),
        [
            "Either: fires",
            "Either: Left of a or b",
            "Both: silent",
            "Both: Dropped of a and on (x) c",
        ]
    );
    let input = [r#"a{x="1"} 1x5"#, r#"b{x="2"} 1x5"#, r#"c{x="1"} 1x5"#];
    assert_eq!(
        covered(&input, &asked, &[]),
        [
            "Either: fires",
            "Either: Left of a or b",
            "Either: Right of a or b",
            "Both: fires",
            "Both: Kept of a and on (x) c",
        ]
    );
}

#[test]
fn a_rule_that_fails_covers_nothing() {
    // Both sides of the recording rule would write one series.
    let input = [r#"requests{code="500"} 9x5"#, "errors{code=\"500\"} 1x5"];
    assert_eq!(covered(&input, &[("Errors", 3)], &[]), Vec::<String>::new());
}
