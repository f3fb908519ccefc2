//! promtool fills in templates of alerts; ours give the same.

use std::collections::BTreeMap;

use obsctl_gotemplate::prometheus::{Alert, Sample, Template};
use serde_json::{Map, Value, json};

use crate::promtool::{has_promtool, promtool};

/// Templates of every kind. promtool is Debian's 2.42, which has no `toDuration`, `urlQueryEscape`, `else with`
/// and no loops over numbers, breaks off at `externalURL`, begins another word for `title` after `'` and `.`, and tells other types
/// in the errors of fields and comparisons.
const TEMPLATES: &[&str] = &[
    "plain } { text",
    "{{ $labels.instance }} of {{ .Labels.job }}: {{ $value }} {{ .Value }}",
    "{{ $labels }} {{ $labels.none }} {{ $externalLabels.cluster }} {{ .ExternalLabels }}",
    "a {{- \" b \" -}} c {{- /* left out */ -}} d {{- 3 }} {{ 4 -}} e",
    "{{ $value | humanize }} {{ $value | humanize1024 }} {{ $value | humanizePercentage }}",
    "{{ $value | humanizeDuration }} {{ $value | humanizeTimestamp }}",
    "{{ humanize 0.0 }} {{ humanize 0.00123 }} {{ humanize -1234567.8 }} {{ humanize `1e30` }} {{ humanize `NaN` }}",
    "{{ humanize1024 1048576.0 }} {{ humanize1024 0.5 }} {{ humanize1024 `-1e12` }}",
    "{{ humanizeDuration 0.1 }} {{ humanizeDuration 59.9 }} {{ humanizeDuration 3600.0 }} {{ humanizeDuration -90061.0 }}",
    "{{ humanizeTimestamp 1435065584.128 }} {{ 1435065584.128 | toTime }}",
    "{{ (toTime 1435065584.128).Format `Mon, 02 Jan 2006 15:04:05.000 MST` }} {{ (toTime 0.0).Weekday }}",
    "{{ (toTime 86400.0).Format `_2.1.06 3:04PM Z07:00 -0700` }} {{ (toTime 951782400.0).YearDay }}",
    "{{ parseDuration `1h30m` }} {{ parseDuration `2w` | humanizeDuration }}",
    "{{ title `hello wORLD foo-bar foo_bar` }}",
    "{{ toUpper `aßé` }} {{ toLower `AÉ` }}",
    "{{ match `a.c` `xabcx` }} {{ match `^\\d+$` `٣` }} {{ match `[[]` `[` }}",
    "{{ reReplaceAll `(.*):.*` `$1` $labels.instance }} {{ reReplaceAll `(?P<n>a)` `<${n}>` `banana` }}",
    "{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }} {{ stripDomain `1.2.3.4:80` }}",
    "{{ graphLink `up{job=\"a b\"}` }} {{ tableLink `sum(up) > 1` }}",
    "{{ safeHtml `<b>` }} {{ html `<b>&'` 1 }} {{ js `it's <b> = \"x\"` }} {{ urlquery `a b&c/é` }}",
    "{{ args 1 `a` true }} {{ with args 1 `a` }}{{ .arg0 }}{{ .arg1 }}{{ .arg2 }}{{ end }}",
    "{{ query `up` | len }} {{ query `up == 5` | len }}",
    "{{ range query `up` | sortByLabel `job` }}{{ .Labels.job }}={{ .Value }} {{ end }}",
    "{{ query `up{job='b'}` | first | value }} {{ query `up{job='b'}` | first | label `job` }}",
    "{{ query `up{job='b'}` | first }} {{ strvalue (query `up` | first) }}",
    "{{ printf `up{job='%s'}` `a` | query | first | value | humanize }}",
    "{{ with query `up == 5` }}some{{ else }}none{{ end }} {{ with $labels.job }}{{ . }}{{ end }}",
    "{{ range $i, $s := query `up` | sortByLabel `job` }}{{ if $i }}, {{ end }}{{ $s.Labels.job }}{{ end }}",
    "{{ range $name, $value := $labels }}{{ $name }}:{{ $value }} {{ end }}",
    "{{ range query `up == 5` }}a{{ else }}none{{ end }}",
    "{{ range query `up` | sortByLabel `job` }}{{ if eq .Labels.job `a` }}{{ continue }}{{ end }}{{ .Labels.job }}{{ break }}{{ end }}",
    "{{ if gt $value 5.0 }}high{{ else if eq $value 5.0 }}five{{ else }}low{{ end }}",
    "{{ if and (gt $value 1.0) (ne $labels.job `x`) }}both{{ end }} {{ not true }} {{ or `` `x` }}",
    "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}",
    "{{ define `x` }}[{{ . }}]{{ end }}{{ template `x` 1 }}{{ template `x` $labels.job }}{{ template `x` }}",
    "{{ block `b` $labels.job }}<{{ $ }}>{{ end }}",
    "{{ eq `a` `b` `a` }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1.5 2.5 }} {{ ge `b` `a` }} {{ ne nil 1 }}",
    "{{ len $labels }} {{ index $labels `job` }} {{ index `abc` 1 }} {{ slice `abcdef` 1 3 }}",
    "{{ 1.0 }} {{ 100000.0 }} {{ 1000000.0 }} {{ 123456789.0 }} {{ 1e-5 }} {{ 0x1F }} {{ 1_000 }} {{ 'a' }}",
    "{{ print 1 2 `a` `b` 3 4.5 true nil }} {{ nil | print }}",
    r#"{{ printf "%d|%5d|%-5d|%05d|%+d|%x|%o|%b|%c|%q|%U" 42 42 42 42 42 255 8 5 65 65 65 }}"#,
    r#"{{ printf "%s|%5s|%-5s|%.2s|%q|%x|% x" "abc" "abc" "abc" "abc" "a\n" "abc" "abc" }}"#,
    r#"{{ printf "%.2f|%8.3f|%-8.1f|%08.2f|%+.1f|%e|%g|%.3g" 3.14159 3.14159 3.14159 -3.14159 3.14159 31415.9 1e21 1234.5678 }}"#,
    r#"{{ printf "%v|%+v|%#v|%T" $externalLabels $externalLabels $externalLabels 1.5 }}"#,
    r#"{{ printf "%*d|%.*f|%[2]d %[1]d" 5 42 1 2.55 }} {{ printf "%d" "x" }} {{ printf "a" 1 }} {{ printf "%d" }}"#,
    r#"{{ "a\"\\\x41\u00e9" }} {{ `raw }}` }} {{ "{{" }}"#,
    "{{ $labels.job | printf `%s-%s` `x` | toUpper }} {{ (print `a` | toUpper) }}",
    "line one\n{{ $labels.job }}\nline three",
    // What fails, fails in the same words.
    "{{ .Labels.job.a }}",
    "{{ $value.a }}",
    "{{ $value 1 }}",
    "{{ $value | toUpper }}",
    "{{ toUpper 1 }}",
    "{{ toUpper }}",
    "{{ printf }}",
    "{{ first (query `up == 5`) }}",
    "{{ humanize `one` }}",
    "{{ humanize true }}",
    "{{ index `abc` 5 }}",
    "{{ range $value }}{{ end }}",
    "{{ template `nothing` 1 }}",
    "{{ define `x` }}{{ .a.b }}{{ end }}{{ template `x` 5 }}",
    "one\n  {{ $labels.job.x }}",
];

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// What the series of the test answer to the queries of the templates, at the time of the alert.
fn query(text: &str) -> Result<Vec<Sample>, String> {
    let up = |job, value: f64| Sample {
        labels: labels(&[("__name__", "up"), ("job", job)]),
        value: value.into(),
    };
    Ok(match text {
        "up" => vec![up("b", 0.25), up("c", 1.0), up("a", 1234.5)],
        "up{job='a'}" => vec![up("a", 1234.5)],
        "up{job='b'}" => vec![up("b", 0.25)],
        "up == 5" => vec![],
        other => return Err(format!("the test does not know {other}")),
    })
}

#[test]
fn promtool_fills_in_templates_as_ours_are() {
    if !has_promtool() {
        return;
    }
    let url = "http://prom.example:9090/prom";
    let own = [("instance", "host-1.example.com:9100"), ("job", "node")];
    let alert = Alert {
        labels: labels(&[&[("__name__", "load")], &own[..]].concat()),
        external_labels: labels(&[("cluster", "eu")]),
        external_url: url.to_owned(),
        value: 1234.5678.into(),
        timestamp: 300_000,
        ..Alert::named("Load")
    };
    let named = |index: usize| format!("text_{index}");
    let texts: Map<String, Value> = TEMPLATES
        .iter()
        .enumerate()
        .map(|(index, text)| (named(index), json!(text)))
        .collect();
    let expected: Map<String, Value> = TEMPLATES
        .iter()
        .enumerate()
        .map(|(index, text)| {
            (
                named(index),
                json!(Template::parse(text).expand(&alert, &query)),
            )
        })
        .collect();
    // YAML takes JSON.
    let rules = json!({ "groups": [{ "name": "g", "rules": [
        { "alert": "Load", "expr": "load > 5", "annotations": texts }
    ] }] });
    let series =
        |name: &str, value: &str| json!({ "series": name, "values": format!("{value}x10") });
    let tests = json!({
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "external_labels": { "cluster": "eu" },
            "external_url": url,
            "input_series": [
                series(r#"load{instance="host-1.example.com:9100", job="node"}"#, "1234.5678+0"),
                series(r#"up{job="b"}"#, "0.25+0"),
                series(r#"up{job="c"}"#, "1+0"),
                series(r#"up{job="a"}"#, "1234.5+0"),
            ],
            "alert_rule_test": [{
                "eval_time": "5m",
                "alertname": "Load",
                "exp_alerts": [{ "exp_labels": labels(&own), "exp_annotations": expected }],
            }],
        }],
    });
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("rules.yml", rules), ("tests.yml", tests)] {
        std::fs::write(folder.path().join(name), content.to_string()).unwrap();
    }
    promtool(folder.path(), &["test", "rules", "tests.yml"]);
}
