use std::fmt::Write as _;

use insta::assert_snapshot;
use obsctl_model::Indicator;

use crate::read::{self, File, Found};

/// What is found in files, in words.
fn said(files: &[&str]) -> String {
    let mut found = Found::default();
    for text in files {
        found.append(read::file(File {
            path: "slo.yml",
            text,
        }));
    }
    found.settle();
    let mut out = String::new();
    let place = |origin: obsctl_model::Origin| {
        let (_, line, column) = origin.location().unwrap_or_default();
        format!("{line}:{column}")
    };
    for slo in &found.slos {
        let by: Vec<_> = slo.by.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "{} {}/{} {}% in {} by {by:?} owner {} labels {:?}",
            place(slo.origin),
            slo.service,
            slo.name,
            slo.objective.as_percent(),
            slo.window,
            slo.owner,
            slo.labels
        );
        let _ = writeln!(out, "  {:?}", slo.indicator);
    }
    for one in &found.left_out {
        let _ = writeln!(out, "left out {} {}", place(one.at), one.what);
    }
    for problem in &found.problems {
        let help: String = problem
            .help
            .iter()
            .map(|help| format!(" ({help})"))
            .collect();
        let (severity, at) = (problem.severity.word(), place(problem.origin()));
        let _ = writeln!(out, "{severity} {at} {}{help}", problem.message);
    }
    if !found.others.is_empty() {
        out.push_str("none of ours\n");
    }
    out
}

const SLOTH: &str = include_str!("../../../examples/imported/sloth.yml");
const PYRRA: &str = include_str!("../../../examples/imported/pyrra.yml");
const OPENSLO: &str = include_str!("../../../examples/imported/openslo.yaml");

#[test]
fn sloth_files_become_slos() {
    assert_snapshot!(said(&[SLOTH]), @r#"
        8:5 shop/requests-availability 99.9% in 30d by [] owner checkout labels {"team": "checkout", "tier": "1"}
          Bad { bad: promql("http_requests_total{job=\"shop\", code=~\"5..\"}"), total: promql("http_requests_total{job=\"shop\"}") }
        24:5 shop/requests-latency 99% in 30d by [] owner checkout labels {"team": "checkout", "tier": "2"}
          Latency { histogram: promql("http_request_duration_seconds_bucket{job=\"shop\"}"), threshold: 0.4 }
        40:5 shop/carts 95% in 30d by [] owner checkout labels {"team": "checkout", "tier": "1"}
          Raw { error_ratio: promql("1 - avg(avg_over_time(shop_carts_in_stock_ratio[$window]))") }
        left out 16:7 `name: ShopErrors`, `annotations`, `page_alert.labels`, `ticket_alert.disable` of `alerting`: alerts are named after the SLO and carry its labels, severity and owner
        "#);
}

#[test]
fn sloth_resources_are_the_same_in_other_words() {
    let plain = said(&[SLOTH]);
    let body: String = SLOTH
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("version:"))
        .map(|line| format!("  {line}\n"))
        .collect();
    let mut resource = format!(
        "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata: {{name: shop}}\nspec:\n{body}"
    );
    for (snake, camel) in [
        ("error_query", "errorQuery"),
        ("total_query", "totalQuery"),
        ("error_ratio_query", "errorRatioQuery"),
        ("page_alert", "pageAlert"),
        ("ticket_alert", "ticketAlert"),
    ] {
        resource = resource.replace(snake, camel);
    }
    let without_places = |text: &str| -> Vec<String> {
        let lines = text
            .replace("pageAlert", "page_alert")
            .replace("ticketAlert", "ticket_alert");
        let lines = lines
            .lines()
            .map(|line| match line.strip_prefix("left out ") {
                Some(rest) => rest.split_once(' ').unwrap_or_default().1.to_owned(),
                None if line.starts_with(' ') => line.to_owned(),
                None => line.split_once(' ').unwrap_or_default().1.to_owned(),
            });
        lines.collect()
    };
    assert_eq!(without_places(&said(&[&resource])), without_places(&plain));
    // The keys of one form are unknown in the other.
    let mixed = said(&[&SLOTH.replace("page_alert:", "pageAlert:")]);
    assert!(
        mixed.contains("error 19:7 `alerting` has no key `pageAlert` (did you mean `page_alert`?)"),
        "{mixed}"
    );
}

#[test]
fn pyrra_resources_become_slos() {
    assert_snapshot!(said(&[PYRRA]), @r#"
        2:1 search/search-errors 99.5% in 28d by ["grpc_method"] owner search labels {"service": "search", "team": "search"}
          Bad { bad: promql("grpc_server_handled_total{job=\"search\", grpc_code=~\"Internal|Unavailable\"}"), total: promql("grpc_server_handled_total{job=\"search\"}") }
        25:1 search/search-latency 90% in 14d by [] owner search labels {"service": "search", "team": "search"}
          Latency { histogram: promql("search_duration_seconds_bucket{job=\"search\"}"), threshold: 1.0 }
        42:1 search/search-up 99% in 30d by [] owner search labels {"service": "search", "team": "search"}
          TimeSlices { good: promql("up{job=\"search\"}") }
        left out 23:5 `name` of `alerting`: alerts are a page and a ticket, named after the SLO
        left out 5:3 `prometheus` of the Kubernetes resource
        "#);
}

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
fn what_is_wrong_in_sloths_files_is_found() {
    let change = |from: &str, to: &str| {
        assert!(SLOTH.contains(from), "{from}");
        let said = said(&[&SLOTH.replacen(from, to, 1)]);
        let lines = said
            .lines()
            .filter(|line| line.starts_with("error") || line.starts_with("note"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut out = String::new();
    for (from, to) in [
        ("prometheus/v1", "prometheus/v2"),
        ("objective: 99.9", "objectve: 99.9"),
        ("objective: 99.9", "objective: 100"),
        ("objective: 99.9", "objective: most"),
        ("name: requests-availability", "name: Requests_Availability"),
        ("name: requests-availability", "name: '---'"),
        ("[{{.window}}]", "[5m]"),
        ("[{{.window}}]", "[{{.Window}}]"),
        ("sum(rate(http", "sum((http"),
        ("raw:", "plugin: {id: a/b}\n      raw:"),
        (
            "raw:\n        error_ratio_query: 1 - avg(avg_over_time(shop_carts_in_stock_ratio[{{.window}}]))",
            "plugin: {id: a/b, options: {x: y}}",
        ),
        ("slos:", "slo_plugins: {chain: []}\nslos:"),
        ("service: shop", "service: [shop]"),
        ("events:", "event:"),
    ] {
        let _ = writeln!(out, "# {}", to.lines().next().unwrap_or_default());
        out.push_str(&change(from, to));
    }
    assert_snapshot!(out, @r#"
        # prometheus/v2
        error 2:10 only `prometheus/v1` is read, not `prometheus/v2`
        # objectve: 99.9
        error 8:5 an SLO of Sloth needs `objective`
        error 9:5 an SLO of Sloth has no key `objectve` (did you mean `objective`?) (its keys are `name`, `description`, `objective`, `plugins`, `labels`, `sli`, `alerting`)
        # objective: 100
        error 9:16 an objective of 100 percent cannot be kept: write one above 0 and below 100, with at most 6 decimals
        # objective: most
        error 9:16 `objective` is a number, as `0.5`, `1e3`, `.inf` or `.nan`
        # name: Requests_Availability
        # name: '---'
        error 8:11 the name `---` has no letter or digit
        # [5m]
        error 13:22 `error_query` names no window: Sloth wants `{{.window}}` in it
        # [{{.Window}}]
        error 13:22 only `{{.window}}` is filled in, not `{{.Window}}`
        # sum((http
        error 13:22 not a query: what `sum` aggregates must be an instant vector, found a range vector
        # plugin: {id: a/b}
        error 44:7 `sli` has one of `events`, `raw` and `plugin`
        # plugin: {id: a/b, options: {x: y}}
        note 44:15 what plugin `a/b` measures is a program of Sloth's, not known here (this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read)
        # slo_plugins: {chain: []}
        # service: [shop]
        error 3:10 `service` is a text, not a list
        # event:
        error 12:7 `sli` has no key `event` (did you mean `events`?) (its keys are `events`, `raw`, `plugin`)
        error 12:7 `sli` has one of `events`, `raw` and `plugin`
        "#);
}

#[test]
fn what_is_wrong_in_pyrras_resources_is_found() {
    let change = |from: &str, to: &str| {
        assert!(PYRRA.contains(from), "{from}");
        let said = said(&[&PYRRA.replacen(from, to, 1)]);
        let lines = said
            .lines()
            .filter(|line| line.starts_with("error") || line.starts_with("note"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut out = String::new();
    for (from, to) in [
        ("window: 4w", "windows: 4w"),
        ("window: 4w", "window: long"),
        ("target: \"99.5\"", "target: most"),
        ("target: \"99.5\"", "target: \"0\""),
        ("name: search-errors", "title: x"),
        ("grouping: [grpc_method]", "groupings: [grpc_method]"),
        ("grouping: [grpc_method]", "grouping: [\"a-b\"]"),
        ("metric: up{job=\"search\"}", "metric: sum(up)"),
        ("metric: up{job=\"search\"}", "query: up"),
        ("latency:", "latencies:"),
        (
            "total:\n        metric: search",
            "all:\n        metric: search",
        ),
        (
            "    name: SearchErrors",
            "    severities: {fastBurn: page, fast: x}",
        ),
    ] {
        let _ = writeln!(out, "# {}", to.lines().next().unwrap_or_default());
        out.push_str(&change(from, to));
    }
    assert_snapshot!(out, @r#"
        # windows: 4w
        error 12:3 a `spec` needs `window`
        error 14:3 a `spec` has no key `windows` (did you mean `window`?) (its keys are `description`, `target`, `window`, `indicator`, `alerting`, `partial_response_strategy`, `performanceOverAccuracy`, `ruleOutput`)
        # window: long
        error 14:11 `window`: `long` is not a duration: write it as `30s`, `5m` or `1h30m`
        # target: most
        error 13:11 `target: most` is no number of percent
        # target: "0"
        error 13:11 an objective of 0 percent cannot be kept: write one above 0 and below 100, with at most 6 decimals
        # title: x
        error 5:3 `metadata` needs `name`
        # groupings: [grpc_method]
        error 21:7 an indicator has no key `groupings` (did you mean `grouping`?) (its keys are `grouping`, `errors`, `total`)
        # grouping: ["a-b"]
        error 21:18 an element of `grouping` is no label name
        # metric: sum(up)
        error 54:15 the query of its gauge is no plain selector
        # query: up
        error 54:7 an indicator needs `metric`
        error 54:7 an indicator has no key `query` (its keys are `grouping`, `metric`)
        # latencies:
        error 36:5 `indicator` has no key `latencies` (did you mean `latency`?) (its keys are `ratio`, `latency`, `latencyNative`, `bool_gauge`)
        error 36:5 `indicator` has one of `ratio`, `latency`, `latencyNative`, `bool_gauge`
        # all:
        error 39:7 an indicator has no key `all` (its keys are `grouping`, `success`, `total`)
        error 37:7 an indicator needs `total`
        #     severities: {fastBurn: page, fast: x}
        error 23:34 `severities` has no key `fast` (its keys are `absent`, `fastBurn`, `mediumBurn`, `slowBurn`, `longTermBurn`)
        "#);
}

#[test]
fn what_is_wrong_in_objects_of_openslo_is_found() {
    let change = |from: &str, to: &str| {
        assert!(OPENSLO.contains(from), "{from}");
        let said = said(&[&OPENSLO.replacen(from, to, 1)]);
        let lines = said
            .lines()
            .filter(|line| line.starts_with("error") || line.starts_with("note"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut out = String::new();
    for (from, to) in [
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
    ] {
        let _ = writeln!(
            out,
            "# {}",
            to.lines().next_back().unwrap_or_default().trim()
        );
        out.push_str(&change(from, to));
    }
    assert_snapshot!(out, @r#"
        # kind: SLO
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
        # calendar: {startTime: 2020-01-01 00:00:00, timeZone: Europe/Berlin}
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
        # good:
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

#[test]
fn broken_yaml_of_ours_is_found() {
    for text in [
        "version: prometheus/v1\nservice: [x\n",
        "apiVersion: openslo/v1\nkind: [SLO\n",
        "apiVersion: pyrra.dev/v1alpha1\nkind: [x\n",
    ] {
        let said = said(&[text]);
        assert!(
            said.starts_with("error 3:1 not YAML") || said.starts_with("error 2:"),
            "{said}"
        );
    }
}

/// Whatever is cut out of a file, reading it ends with what is there or what is wrong.
#[test]
fn nothing_that_is_missing_breaks_the_reader() {
    for text in [SLOTH, PYRRA, OPENSLO] {
        let lines: Vec<_> = text.lines().collect();
        for at in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(at);
            let mut found = read::file(File {
                path: "slo.yml",
                text: &rest.join("\n"),
            });
            found.settle();
            for slo in &found.slos {
                assert!(
                    !matches!(&slo.indicator, Indicator::Raw { error_ratio } if error_ratio.as_str().is_empty())
                );
            }
        }
    }
}
