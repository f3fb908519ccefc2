//! SLOs.

use insta::assert_snapshot;
use serde_json::Value;

use super::{report, shown};
use crate::diff::render;

const SLOS: &str = r#"
slos:
- name: availability
  service: api
  description: Requests succeed.
  indicator: { bad: { bad: 'requests_total{code="500"}', total: requests_total } }
  objective: 99.9
  window: 30d
  owner: platform
"#;

/// What is generated of it, in short.
const SLO_RULES: &str = r#"
groups:
- name: sloth-slo-sli-recordings-api-availability
  rules:
  - record: slo:error_budget:ratio
    expr: vector(0.001)
    labels: { sloth_id: api-availability, sloth_slo: availability, sloth_service: api }
- name: sloth-slo-alerts-api-availability
  rules:
  - alert: BudgetBurn
    expr: slo:sli_error:ratio_rate1h > 0.0144
"#;

const SLO_TESTS: &str = "
tests:
- name: the budget burns
  alert_rule_test: [{ eval_time: 5m, alertname: BudgetBurn }]
";

const SLO_PANEL: &str = r#"
{ "title": "SLOs", "uid": "slos", "panels": [{ "title": "Budget", "type": "stat",
  "targets": [{ "expr": "slo:error_budget:ratio" }] }] }
"#;

/// An SLO and what was generated of it.
fn promised(slos: &'static str, rules: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("slos.yml", slos),
        ("rules.yml", rules),
        ("tests.yml", SLO_TESTS),
        ("slos.json", SLO_PANEL),
    ]
}

#[test]
fn an_slo_is_told_once_with_the_rules_it_became() {
    let slos = SLOS.replace("99.9", "99.5").replace("30d", "28d").leak();
    let rules = SLO_RULES
        .replace("0.0144", "0.072")
        .replace("0.001", "0.005")
        .leak();
    let (before, after) = (promised(SLOS, SLO_RULES), promised(slos, rules));
    let report = report(&before, &after);
    assert_snapshot!(shown(&report), @"
    behaviour: SLO `availability` of service `api`
      --> slos.yml:3
      objective `99.9 %` → `99.5 %`
      window `30d` → `28d`
      changes with it: 1 alert, 1 recording rule
      touches 1 panel, 1 test:
        panel `Budget` of dashboard `SLOs`  (slos.json:3)
        test `the budget burns`  (tests.yml:3)

    a side → a side: 1 change: 1 behaviour
    ");
    assert_snapshot!(render::markdown(&report), @"
    ### Observability: 1 change: 1 behaviour

    <sub>a side → a side</sub>

    | | Change | Touches |
    | --- | --- | --- |
    | 🟠 behaviour | **SLO `availability` of service `api`** objective `99.9 %` → `99.5 %`; window `30d` → `28d` | 1 panel, 1 test |

    <details><summary>Behaviour: 1</summary>

    - **SLO `availability` of service `api`** <sub>slos.yml:3</sub>
      - objective `99.9 %` → `99.5 %`
      - window `30d` → `28d`
      - changes with it: 1 alert, 1 recording rule
      - touches 1 panel, 1 test:
        - panel `Budget` of dashboard `SLOs`
        - test `the budget burns`

    </details>
    ");
    let json: Value = serde_json::from_str(&render::json(&report)).unwrap();
    assert_eq!(json["changes"][0]["follows"][0]["name"], "BudgetBurn");
}

#[test]
fn what_an_slo_measures_is_compared_as_queries() {
    let after = SLOS
        .replace(
            r#"'requests_total{code="500"}'"#,
            r#"'requests_total{ code=~"5.." }'"#,
        )
        .replace("total: requests_total", "total: '(requests_total)'")
        .replace("owner: platform", "owner: api\n  min_bad_events: 10");
    assert_snapshot!(shown(&report(&[("slos.yml", SLOS)], &[("slos.yml", &after)])), @r#"
    behaviour: SLO `availability` of service `api`
      --> slos.yml:3
      query `bad`: matcher `code="500"` → `code=~"5.."`
      fewest bad events that count `10` is new
      owner `platform` → `api`

    a side → a side: 1 change: 1 behaviour
    "#);
}

#[test]
fn an_slo_that_is_gone_breaks_what_shows_it() {
    let (before, after) = (
        promised(SLOS, SLO_RULES),
        promised("slos: []", "groups: []"),
    );
    assert_snapshot!(shown(&report(&before, &after)), @"
    breaking: SLO `availability` of service `api` is gone
      --> slos.yml:3
      changes with it: 1 alert, 1 recording rule
      touches 1 panel, 1 test:
        panel `Budget` of dashboard `SLOs`  (slos.json:3)
        test `the budget burns`  (tests.yml:3)

    a side → a side: 1 change: 1 breaking
    ");
}
