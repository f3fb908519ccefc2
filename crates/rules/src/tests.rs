//! What makes tests fast changes no result: all rules, step by step, say the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_promql::eval::notation;
use obsctl_promql::parse;

use crate::sight::Seen;
use crate::unit::{AlertCase, QueryCase, Test, What};
use crate::{Action, Alerting, Expression, Group, Place, Rule, RuleSet, Text};

const MINUTE: i64 = 60_000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const READ: &[&str] = &[
    "s0",
    "s1",
    "s2",
    "r0",
    "r1",
    "r2",
    "r3",
    "ALERTS",
    "{__name__=~\"r[01]\"}",
    "{x=\"1\"}",
    "missing",
    "ALERTS{alertname=\"A0\"}",
];

/// A metric that no later rule writes.
fn before(dice: &mut Dice, rule: usize) -> String {
    match dice.roll(2) {
        0 if rule > 0 => format!("r{}", dice.roll(rule)),
        _ => dice.pick(&["s0", "s1", "s2"]).to_owned(),
    }
}

fn expr(dice: &mut Dice, rule: usize, tame: bool) -> String {
    let mut metric = || {
        if tame {
            before(dice, rule)
        } else {
            dice.pick(READ).to_owned()
        }
    };
    let (a, b) = (metric(), metric());
    let number = dice.roll(40);
    match dice.roll(if tame { 9 } else { 16 }) {
        0 => format!("sum by (x) ({a})"),
        1 => format!("max_over_time({a}[5m])"),
        2 => format!("{a} > {number}"),
        3 => format!("sum by (x) ({a}) / on (x) sum by (x) ({b})"),
        4 => format!("{a} unless on (x) {b}"),
        5 => format!("rate({a}[4m])"),
        6 => format!("absent({a}) or {b}"),
        7 => format!("count by (alertname) ({a})"),
        8 => format!("avg_over_time({a}[3m:1m])"),
        9 => format!("{a} / {b}"),
        10 => format!("{a} * on (x) group_left () {b}"),
        11 => format!("{a} offset -2m"),
        12 => format!("label_replace({a}, \"x\", \"$1\", \"y\", \"(.*)\")"),
        13 => format!("topk(1, {a}) + ignoring (y) {b}"),
        14 => format!("max_over_time({a}[3m] @ 600)"),
        _ => format!("vector({number}) or {a}"),
    }
}

/// A query of lines, of which some cannot be parsed.
fn lines_expr(dice: &mut Dice, tame: bool) -> String {
    let range = dice.pick(&["2m", "90s", "5m"]);
    let stream = dice.pick(&["job=\"x\"", "job=~\".+\"", "job=\"x\", y=\"1\""]);
    match dice.roll(if tame { 5 } else { 7 }) {
        0 => format!("sum by (y) (count_over_time({{{stream}}} |= \"error\" [{range}])) > 1"),
        1 => format!("sum(count_over_time({{{stream}}} |= \"error\" | logfmt [{range}]))"),
        2 => format!(
            "max by (x) (max_over_time({{{stream}}} | logfmt | unwrap took | __error__=\"\" [{range}]))"
        ),
        3 => format!("absent_over_time({{{stream}}} [{range}])"),
        4 => "vector(1)".to_owned(),
        5 => format!("sum by (x) (count_over_time({{{stream}}} | json [{range}]))"),
        _ => format!("sum by (x) (sum_over_time({{{stream}}} | logfmt | unwrap took [{range}]))"),
    }
}

fn query(dice: &mut Dice, number: usize, tame: bool) -> Expression {
    if dice.roll(6) == 0 {
        let text = lines_expr(dice, tame);
        let parsed = obsctl_logql::parse(&text);
        assert!(parsed.errors.is_empty(), "{text}");
        return Expression::Logql(parsed.expr);
    }
    let text = expr(dice, number, tame);
    let parsed = parse(&text);
    assert!(parsed.errors.is_empty(), "{text}");
    Expression::Promql(parsed.expr)
}

fn lines(dice: &mut Dice) -> obsctl_logql::eval::Storage {
    let mut storage = obsctl_logql::eval::Storage::new();
    for (y, job) in [("1", "x"), ("2", "x"), ("1", "z")] {
        let labels = [("job", job), ("y", y)].into_iter().collect();
        for time in 0..dice.roll(40) {
            let time = i64::try_from(time * 20 + dice.roll(20)).unwrap();
            let line = match dice.roll(6) {
                0 => "level=info took=soon".to_owned(),
                1 => "{\"x\": \"1\"}".to_owned(),
                number => format!("level=error took={number} x={}", number % 2),
            };
            storage.push(&labels, time * 1_000_000_000, line);
        }
    }
    storage
}

fn rule(dice: &mut Dice, number: usize, tame: bool) -> Rule {
    let query = query(dice, number, tame);
    let record = dice.roll(2) == 0;
    let template = if record { Text::plain } else { Text::template };
    let mut labels = BTreeMap::new();
    match dice.roll(if tame { 20 } else { 5 }) {
        0 => drop(labels.insert("x".to_owned(), template("1"))),
        1 => drop(labels.insert("rule".to_owned(), template(&number.to_string()))),
        2 => drop(labels.insert("l".to_owned(), template("{{ if gt $value 9.0 }}a{{ end }}"))),
        3 => drop(labels.insert("q".to_owned(), template("{{ query \"count(s0)\" | len }}"))),
        _ => {}
    }
    let minutes = |count: usize| i64::try_from(count).unwrap() * MINUTE;
    let alerting = Alerting {
        hold: minutes(dice.roll(3)),
        keep_firing: minutes(dice.roll(3)),
        annotations: BTreeMap::from([("v".to_owned(), Text::template("{{ $value }} {{ now }}"))]),
    };
    Rule {
        name: match record {
            true if tame => format!("r{number}"),
            true => format!("r{}", dice.roll(4)),
            false => format!("A{}", dice.roll(2)),
        },
        action: if record {
            Action::Record
        } else {
            Action::Alert(alerting)
        },
        expr: query,
        labels,
        place: Place {
            line: u32::try_from(number).unwrap(),
            column: 1,
        },
    }
}

fn rules(dice: &mut Dice, tame: bool) -> RuleSet {
    let groups = (0..3).map(|group| {
        let rules: Vec<_> = (0..4)
            .map(|number| rule(dice, group * 4 + number, tame))
            .collect();
        Arc::new(Group {
            name: format!("g{group}"),
            file: "rules.yml".into(),
            query_offset: if dice.roll(4) == 0 { 2 * MINUTE } else { 0 },
            limit: if dice.roll(if tame { 20 } else { 4 }) == 0 {
                2
            } else {
                0
            },
            rules,
        })
    });
    RuleSet::new(groups.collect(), &[])
}

fn test(dice: &mut Dice) -> Test {
    let mut input = Vec::new();
    for series in 0..3 {
        for y in 0..dice.roll(3) {
            let first = dice.roll(30);
            let values = match dice.roll(4) {
                0 => format!("{first}x20"),
                1 => format!("{first}+{}x20", dice.roll(9)),
                2 => format!("{first}x4 _x7 {}+1x8", dice.roll(30)),
                _ => format!("{first}x6 stale _ {}-2x9", dice.roll(60)),
            };
            let labels = dice.pick(&["x=\"1\"", "x=\"2\"", "x=\"2\",rule=\"3\""]);
            let text = format!("s{series}{{{labels},y=\"{y}\"}} {values}");
            input.push(notation::series(&text).unwrap());
        }
    }
    if dice.roll(4) == 0 {
        input.push(notation::series("r1{x=\"1\"} 1x5 _x3 4x7").unwrap());
    }
    let times = (0..3).map(|_| i64::try_from(dice.roll(15)).unwrap() * MINUTE);
    let times: Vec<_> = times.collect();
    let text = dice
        .pick(&["r0", "r1 or r2", "ALERTS_FOR_STATE", "s1 offset -1m"])
        .to_owned();
    Test {
        interval: MINUTE,
        evaluation_interval: MINUTE,
        start: 0,
        input,
        lines: lines(dice),
        alerts: (0..2)
            .map(|number| AlertCase {
                time: times[number],
                alert: format!("A{number}"),
                expected: Vec::new(),
                place: Place { line: 1, column: 1 },
            })
            .collect(),
        queries: vec![QueryCase {
            time: times[2],
            expr: parse(&text).expr,
            text,
            expected: Vec::new(),
            place: Place { line: 2, column: 1 },
        }],
        ..Test::default()
    }
}

#[test]
fn what_is_left_out_changes_nothing() {
    let (mut left_out, mut by_rule, mut failed) = (0, 0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let (rules, test) = (rules(&mut dice, seed % 4 > 0), test(&mut dice));
        let all = rules.members().count();
        let slow = test.run_seeing(&rules, |_| Seen {
            rules: (0..all).map(|at| (at, true)).collect(),
            by_rule: false,
        });
        let fast = test.run_seeing(&rules, |question| {
            let seen = rules.sight.seen(question);
            left_out += usize::from(seen.rules.len() < all);
            by_rule += usize::from(seen.by_rule && !seen.rules.is_empty());
            seen
        });
        failed += usize::from(
            matches!(slow.failures.last(), Some(it) if matches!(it.what, What::Rule(_))),
        );
        let shown = |outcome: &crate::unit::Outcome| format!("{:#?}", outcome.failures);
        assert_eq!(
            shown(&fast),
            shown(&slow),
            "seed {seed}: {rules:#?} {test:#?}"
        );
    }
    // Otherwise it would prove little.
    let shown = format!("{left_out} with less, {by_rule} rule by rule, {failed} failed");
    assert!(
        left_out > 50 && by_rule > 100 && (50..350).contains(&failed),
        "{shown}"
    );
}
