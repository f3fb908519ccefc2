//! Random rules and series: what obsctl says is there is what promtool is told to expect.

use std::fmt::Write as _;

use super::promtool_fails;
use crate::common::CliTest;
use crate::promtool::has_promtool;

/// Numbers that look random and are the same in every run.
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// Rules that read series and each other, forwards and backwards.
fn random_rules(dice: &mut Dice) -> String {
    let mut text = String::new();
    for group in 0..2 {
        writeln!(text, "- name: g{group}\n  rules:").unwrap();
        for rule in 0..4 {
            let metric = ["s0", "s1", "s2", "r0", "r1", "r2", "r3"];
            let (a, b) = (dice.pick(&metric), dice.pick(&metric));
            let number = dice.roll(40);
            let expr = match dice.roll(9) {
                0 => format!("sum by (x) ({a})"),
                1 => format!("max_over_time({a}[5m30s])"),
                2 => format!("{a} > {number}"),
                3 => format!("sum by (x) ({a}) / sum by (x) ({b})"),
                4 => format!("{a} unless on (x) ({b} > {number})"),
                // Of a counter that begins inside of the range promtool 2.42 has another rate.
                5 => format!("delta({a}[4m30s]) * 60"),
                6 => format!("absent({a}) or {b}"),
                7 => format!(
                    "count by (alertname) (ALERTS{{alertstate=\"{}\"}})",
                    dice.pick(&["firing", "pending"])
                ),
                _ => format!("min_over_time({a}[3m30s:1m])"),
            };
            if dice.roll(2) == 0 {
                let name = 2 * group + rule % 2;
                writeln!(
                    text,
                    "  - {{record: r{name}, expr: '{expr}', labels: {{rule: \"{group}-{rule}\"}}}}"
                )
                .unwrap();
            } else {
                let hold = dice.pick(&["0m", "1m", "3m"]);
                let keep = dice.pick(&["0m", "2m"]);
                let label = dice.pick(&[
                    "plain",
                    "{{ $labels.x }}",
                    "{{ if gt $value 10.0 }}high{{ else }}low{{ end }}",
                ]);
                writeln!(
                    text,
                    "  - {{alert: A{}, expr: '{expr}', for: {hold}, keep_firing_for: {keep}, labels: {{l: '{label}', rule: \"{group}-{rule}\"}}, annotations: {{v: '{{{{ $value }}}}'}}}}",
                    rule % 2
                )
                .unwrap();
            }
        }
    }
    format!("groups:\n{text}")
}

/// A test of these rules that expects nothing yet.
fn random_test(dice: &mut Dice, name: &str) -> String {
    let mut text = format!("- name: {name}\n  interval: 1m\n  input_series:\n");
    for series in 0..3 {
        for x in 0..=dice.roll(2) {
            let first = dice.roll(30);
            let values = match dice.roll(4) {
                0 => format!("{first}x20"),
                1 => format!("{first}+{}x20", dice.roll(9)),
                // Without a mark of its end a series is there for five minutes: promtool 2.42 counts their end in.
                2 => format!("{first}x4 _x3 {}+1x12", dice.roll(30)),
                _ => format!("{first}x6 stale _x6 {}-2x6", dice.roll(60)),
            };
            writeln!(
                text,
                "  - {{series: 's{series}{{x=\"{x}\"}}', values: '{values}'}}"
            )
            .unwrap();
        }
    }
    let metric = ["r0", "r1", "r2", "r3", "ALERTS", "ALERTS_FOR_STATE"];
    text.push_str("  alert_rule_test:\n");
    for alert in 0..2 {
        writeln!(
            text,
            "  - {{eval_time: {}m, alertname: A{alert}}}",
            1 + dice.roll(20)
        )
        .unwrap();
    }
    text.push_str("  promql_expr_test:\n");
    for _ in 0..3 {
        writeln!(
            text,
            "  - {{eval_time: {}m, expr: {}}}",
            1 + dice.roll(20),
            dice.pick(&metric)
        )
        .unwrap();
    }
    text
}

/// What obsctl says is there, as expectations: promtool has to agree.
fn with_expectations(text: &str, report: &serde_json::Value) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let tests = report["files"][0]["tests"].as_array().unwrap();
    for failure in tests
        .iter()
        .flat_map(|test| test["failures"].as_array().unwrap())
    {
        let line = &mut lines[failure["line"].as_u64().unwrap() as usize - 1];
        if failure["got"].is_null() {
            continue;
        }
        let got: Vec<_> = failure["got"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        let alert = line.contains("alertname");
        let key = if alert { "exp_alerts" } else { "exp_samples" };
        let mut expected = String::new();
        if alert {
            for text in got {
                let (start, rest) = text.split_at(2);
                if start == "- " {
                    expected.push_str(if expected.is_empty() { "{" } else { "}}, {" });
                }
                match rest.trim() {
                    "labels:" => expected.push_str("exp_labels: {"),
                    "annotations:" => expected.push_str("}, exp_annotations: {"),
                    // The name is not repeated.
                    entry if entry.starts_with("alertname:") => {}
                    entry => write!(expected, "{entry}, ").unwrap(),
                }
            }
            expected.push_str("}}");
        } else {
            for text in got {
                let (labels, value) = text.rsplit_once(' ').unwrap();
                let value = value.replace("NaN", ".nan").replace("Inf", ".inf");
                write!(expected, "{{labels: '{labels}', value: {value}}}, ").unwrap();
            }
        }
        line.truncate(line.rfind('}').unwrap());
        write!(line, ", {key}: [{expected}]}}").unwrap();
    }
    lines.join("\n") + "\n"
}

#[test]
fn random_rules_do_what_they_do_in_promtool() {
    if !has_promtool() {
        return;
    }
    let folder = CliTest::new();
    let mut dice = Dice(7);
    let mut judged = 0;
    for round in 0..60 {
        folder.write("rules.yml", &random_rules(&mut dice));
        let name = format!("round{round}");
        let test = random_test(&mut dice, &name);
        let text = format!(
            "rule_files: [rules.yml]\nevaluation_interval: 1m\ngroup_eval_order: [g0, g1]\ntests:\n{test}"
        );
        folder.write("one.yml", &text);
        let output = folder
            .command(&["test", "--format", "json", "one.yml"])
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let failures = &report["files"][0]["tests"][0]["failures"];
        let nan = failures.to_string().contains(" NaN\"");
        let ended = failures
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["got"].is_null());
        let text = with_expectations(&text, &report);
        folder.write("one.yml", &text);
        let said = promtool_fails(&folder, "one.yml");
        let rules = std::fs::read_to_string(folder.path("rules.yml")).unwrap();
        // A sample that is NaN equals no expectation.
        assert_eq!(
            said.is_empty(),
            !ended && !nan,
            "{rules}\n{text}\n{said:#?}\n{report:#}"
        );
        judged += usize::from(!ended && !nan && text.contains("exp_"));
    }
    assert!(judged > 20, "only {judged} of the tests expected anything");
}
