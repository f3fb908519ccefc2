//! Objects of OpenSLO.

use insta::assert_snapshot;

use super::{OPENSLO, changed, said};

#[test]
fn openslo_objects_become_slos() {
    assert_snapshot!(said(&[OPENSLO]), @r#"
        36:1 mail/mail-delivery 99.5% in 28d by [] owner mail labels {"team": "mail"}
          Good { good: promql("mail_sent_total{result=\"delivered\"}"), total: promql("mail_sent_total") }
        55:1 mail/mail-queue 99% in 30d by [] owner mail labels {"team": "mail"}
          TimeSlices { good: promql("avg_over_time((max(mail_queue_length) <= bool 100)[5m:1m]) >= bool 0.9") }
        left out 53:7 alert policies `wake-somebody`: alerts are a page and a ticket, made from the window and the objective
        "#);
}

#[test]
fn openslo_objects_are_found_in_other_files() {
    let (first, second) = OPENSLO.split_at(
        OPENSLO
            .find("---\napiVersion: openslo/v1\nkind: SLO\n")
            .unwrap(),
    );
    let order = |files: &[&str]| {
        let said = said(files);
        said.lines()
            .filter(|line| line.starts_with("  "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let whole = order(&[OPENSLO]);
    assert_eq!(whole.len(), 2);
    assert_eq!(order(&[first, second]), whole);
    assert_eq!(order(&[second, first]), whole);
    assert_snapshot!(said(&[&second.replace("max(mail_queue_length)", "max(")]), @r#"
        left out 19:7 alert policies `wake-somebody`: alerts are a page and a ticket, made from the window and the objective
        error 11:17 no `SLI` is named `mail-delivered` (read the file that has it together with this one)
        error 38:20 not a query: `(` is never closed
        "#);
}

fn openslo(metric: &str, method: &str, objective: &str) -> String {
    let text = format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: x, labels: {{team: t}}}}\nspec:\n  service: s\n  indicator:\n    metadata: {{name: i}}\n    spec: {metric}\n  timeWindow: [{{duration: 30d, isRolling: true}}]\n  budgetingMethod: {method}\n  objectives: [{{target: 0.99{objective}}}]\n"
    );
    let said = said(&[&text]);
    match said.split_once('\n') {
        Some((first, rest)) if first.starts_with("1:1 s/x 99%") => rest.to_owned(),
        _ => said,
    }
}

#[test]
fn openslo_measures_in_many_ways() {
    let query =
        |text: &str| format!("{{metricSource: {{type: Prometheus, spec: {{query: '{text}'}}}}}}");
    let ratio = |counter: bool, part: &str, some: &str, all: &str| {
        format!(
            "{{ratioMetric: {{counter: {counter}, {part}: {}, total: {}}}}}",
            query(some),
            query(all)
        )
    };
    let raw =
        |of: &str, text: &str| format!("{{ratioMetric: {{rawType: {of}, raw: {}}}}}", query(text));
    let threshold = |text: &str| format!("{{thresholdMetric: {}}}", query(text));
    let mut out = String::new();
    for (metric, method, objective) in [
        (ratio(true, "good", "a{x=\"1\"}", "a"), "Occurrences", ""),
        (
            ratio(true, "bad", "sum by (z) (a{x=\"1\"})", "sum by (z) (a)"),
            "Occurrences",
            "",
        ),
        (
            ratio(
                true,
                "good",
                "sum(rate(a_bucket{le=\"0.5\"}[5m]))",
                "sum(rate(a_count[5m]))",
            ),
            "Occurrences",
            "",
        ),
        (
            ratio(true, "good", "sum(a) + sum(b)", "sum(a)"),
            "Occurrences",
            "",
        ),
        (
            ratio(
                false,
                "good",
                "sum(rate(a{x=\"1\"}[5m]))",
                "sum(rate(a[5m]))",
            ),
            "Occurrences",
            "",
        ),
        (
            ratio(false, "good", "pods{ready=\"yes\"}", "count(pods)"),
            "Occurrences",
            "",
        ),
        (
            ratio(true, "bad", "avg(a[$window])", "b"),
            "Occurrences",
            "",
        ),
        (
            ratio(true, "good", "a{x=\"1\"}", "a"),
            "Timeslices",
            ", timeSliceTarget: 0.95, timeSliceWindow: 5m",
        ),
        (ratio(true, "bad", "a{x=\"1\"}", "a"), "Timeslices", ""),
        (
            ratio(true, "bad", "a{x=\"1\"}", "a"),
            "RatioTimeslices",
            ", timeSliceWindow: 5",
        ),
        (raw("success", "slo:good:ratio"), "Occurrences", ""),
        (
            raw("failure", "slo:bad:ratio"),
            "RatioTimeslices",
            ", timeSliceWindow: 1m",
        ),
        (
            raw("success", "histogram_fraction(-Inf, 0.5, sum(rate(h[5m])))"),
            "Occurrences",
            "",
        ),
        (threshold("age"), "Occurrences", ", op: lt, value: 5"),
        (
            threshold("age"),
            "Timeslices",
            ", op: lt, value: 5, timeSliceTarget: 1, timeSliceWindow: 1m",
        ),
        (threshold("age"), "Occurrences", ""),
        (
            threshold("age").replace("Prometheus", "Datadog"),
            "Occurrences",
            ", op: lt, value: 5",
        ),
        (
            threshold("age").replace("type: Prometheus", "metricSourceRef: nowhere"),
            "Occurrences",
            ", op: lt, value: 5",
        ),
    ] {
        out.push_str(&openslo(&metric, method, objective));
    }
    assert_snapshot!(out, @r#"
          Good { good: promql("a{x=\"1\"}"), total: promql("a") }
          Bad { bad: promql("a{x=\"1\"}"), total: promql("a") }
          Latency { histogram: promql("a_bucket"), threshold: 0.5 }
        note 8:95 its queries are no counters that are added up: `sum(counter{…})` or `sum(rate(counter{…}[5m]))` (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
          Good { good: promql("a{x=\"1\"}"), total: promql("a") }
          Raw { error_ratio: promql("1 - sum(sum_over_time(pods{ready=\"yes\"}[$window])) / sum(sum_over_time(count(pods)[$window:1m]))") }
        error 8:94 not a query: what `avg` aggregates must be an instant vector, found a range vector
          TimeSlices { good: promql("sum(rate(a{x=\"1\"}[5m])) / (sum(rate(a[5m])) > 0) >= bool 0.95") }
        error 11:16 `Timeslices` needs `timeSliceWindow` and `timeSliceTarget`
          Raw { error_ratio: promql("sum(rate(a{x=\"1\"}[5m])) / (sum(rate(a[5m])) > 0)") }
          Raw { error_ratio: promql("1 - slo:good:ratio") }
          Raw { error_ratio: promql("slo:bad:ratio") }
          NativeLatency { histogram: promql("h"), threshold: 0.5 }
          TimeSlices { good: promql("age < bool 5") }
          TimeSlices { good: promql("age < bool 5") }
        error 11:16 an objective of a `thresholdMetric` needs `op` and `value`
        note 8:74 its queries are for `Datadog`: only those for Prometheus are read (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        error 8:62 no `DataSource` is named `nowhere` (read the file that has it together with this one)
        "#);
}

#[test]
fn openslo_counts_lines_of_loki() {
    let asked = |part: &str, some: &str, all: &str| {
        let source = |spec: &str| format!("{{metricSource: {{type: Loki, spec: {{{spec}}}}}}}");
        let (some, all) = (source(some), source(all));
        let metric = format!("{{ratioMetric: {{counter: false, {part}: {some}, total: {all}}}}}");
        openslo(&metric, "Occurrences", "")
    };
    let rate = "query: 'sum by (x) (rate({a=\"b\"} |= \"c\" [5m]))'";
    let all = "query: 'sum by (x) (count_over_time({a=\"b\"}[1h]))'";
    let read = asked("bad", rate, all);
    assert!(
        read.starts_with("  Logs { bad:") && read.contains("|= "),
        "{read}"
    );
    for (said, expected) in [
        (asked("good", rate, all), "it counts good log lines"),
        (
            asked("bad", "query: 'sum(rate({a=\"b\"}[5m] offset 1h))'", all),
            "its queries for Loki do not count lines",
        ),
        (
            asked("bad", "query: 'rate({a=\"b\"}[5m])'", all),
            "its queries for Loki do not count lines",
        ),
        (
            asked("bad", "query: 'sum(rate({a=\"b\"))'", all),
            "not a query of Loki",
        ),
        (
            asked("bad", "path: a", all),
            "a `metricSource` of Prometheus or Loki needs `spec` with a `query`",
        ),
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

/// Another source has its own words for what it is asked.
#[test]
fn openslo_of_other_sources_is_left_out() {
    let metric = "{ratioMetric: {bad: {metricSource: {type: AppDynamics, spec: {metricPath: a|b}}}, total: {metricSource: {type: AppDynamics, spec: {metricPath: a|c}}}}}";
    let said = openslo(metric, "Occurrences", "");
    assert!(said.starts_with("note "), "{said}");
    assert!(said.contains("its queries are for `AppDynamics`"), "{said}");
    let nowhere = metric.replace("type: AppDynamics", "type: Prometheus");
    let said = openslo(&nowhere, "Occurrences", "");
    assert!(said.starts_with("error 8:"), "{said}");
    assert!(said.contains("needs `spec` with a `query`"), "{said}");
}

#[test]
fn what_is_wrong_in_objects_of_openslo_is_found() {
    let found = changed(
        OPENSLO,
        &[
            ("openslo/v1\nkind: SLO", "openslo/v1alpha\nkind: SLO"),
            ("kind: SLO", "kind: SLOs"),
            (
                "indicatorRef: mail-delivered",
                "indicatorRef: mail-deliverd",
            ),
            (
                "indicatorRef: mail-delivered",
                "indicator_ref: mail-delivered",
            ),
            ("metricSourceRef: metrics", "metricSourceRef: metric"),
            ("type: Prometheus", "type: Graphite"),
            ("alertPolicyRef: wake-somebody", "alertPolicyRef: wake"),
            ("duration: 4w", "duration: 1M"),
            ("duration: 4w", "duration: 4 weeks"),
            (
                "duration: 4w\n      isRolling: true",
                "duration: 1M\n      calendar: {startTime: 2020-01-01 00:00:00, timeZone: Europe/Berlin}",
            ),
            (
                "budgetingMethod: Occurrences",
                "budgetingMethod: Occurences",
            ),
            (
                "    - targetPercent: 99.5",
                "    - targetPercent: 99.5\n    - targetPercent: 99",
            ),
            (
                "    - targetPercent: 99.5",
                "    - targetPercent: 99.5\n      indicatorRef: mail-delivered",
            ),
            ("    - targetPercent: 99.5", "    - targetPercent: 100"),
            ("op: lte", "op: eq"),
            ("op: lte\n", "displayName: x\n"),
            ("good:", "bad: {}\n    good:"),
            ("name: mail-queue", "name: mail-delivery"),
            ("target: pager", "to: pager"),
        ],
    );
    assert_snapshot!(found, @r#"
        # openslo/v1alpha
        error 36:13 only `openslo/v1` is read, not `openslo/v1alpha`
        # kind: SLOs
        error 37:7 OpenSLO has no kind `SLOs` (did you mean `SLO`?)
        # indicatorRef: mail-deliverd
        error 45:17 no `SLI` is named `mail-deliverd` (did you mean `mail-delivered`?) (read the file that has it together with this one)
        # indicator_ref: mail-delivered
        error 45:3 an `SLO` has no key `indicator_ref` (did you mean `indicatorRef`?) (its keys are `description`, `service`, `indicator`, `indicatorRef`, `timeWindow`, `budgetingMethod`, `objectives`, `alertPolicies`)
        error 44:3 an `SLO` needs `indicator` or `indicatorRef`
        # metricSourceRef: metric
        error 27:26 no `DataSource` is named `metric` (did you mean `metrics`?) (read the file that has it together with this one)
        # type: Graphite
        note 29:18 its queries are for `Graphite`: only those for Prometheus are read (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # alertPolicyRef: wake
        error 53:23 no `AlertPolicy` is named `wake` (read the file that has it together with this one)
        # duration: 1M
        note 47:17 `1M` is longer at one time than at another: say it in days (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # duration: 4 weeks
        error 47:17 `4 weeks` is no length of time: write a number and one of `m h d w M Q Y`
        # duration: 1M
        note 48:17 its period is no month or quarter of the calendar in UTC (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # budgetingMethod: Occurences
        error 49:20 OpenSLO has no budgeting method `Occurences` (did you mean `Occurrences`?)
        # - targetPercent: 99
        note 52:7 it has several objectives: an SLO for each has words (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # indicatorRef: mail-delivered
        note 51:7 it is put together of several objectives (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # - targetPercent: 100
        error 51:22 an objective of 100 percent cannot be kept: write one above 0 and below 100, with at most 6 decimals
        # op: eq
        error 78:11 `op: eq` is none of `lte`, `gte`, `lt`, `gt`
        # displayName: x
        error 78:7 an objective of a `thresholdMetric` needs `op` and `value`
        # bad: {}
        error 24:5 `ratioMetric` has `total` with `good` or `bad`, or else `raw`
        # name: mail-delivery
        error 55:1 another `SLO` is named `mail-delivery` too
        # to: pager
        error 107:9 an `AlertNotificationTarget` needs `target`
        error 107:9 an `AlertNotificationTarget` has no key `to` (its keys are `target`, `description`)
        "#);
}

#[test]
fn what_definitions_were_written_out_as_says_nothing_beside_them() {
    let list = "slos: [{name: mail-queue, service: mail, description: '', owner: mail, objective: 99, window: 30d, indicator: {time_slices: {good: up}}}]";
    let generated = format!("# Generated by obsctl.\n{OPENSLO}");
    let count = |files: &[&str]| said(files).matches("mail/mail-queue").count();
    assert_eq!(count(&[&generated]), 1);
    assert_eq!(count(&[list, &generated]), 1);
    assert_eq!(count(&[list, OPENSLO]), 2);
}
