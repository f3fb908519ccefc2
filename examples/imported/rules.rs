use obsctl::model::prelude::*;

/// Rules as they were.
pub fn rule_groups() -> Vec<RuleGroup> {
    vec![
        RuleGroup { labels: [("area".into(), "web".into())].into(), limit: Some(100), ..RuleGroup::new("http") }
            .every(secs(30))
            .record(
                RecordingRule::new(MetricName::from_static("method:http_requests:rate5m"), promql("sum by (method) (rate(http_requests_total[5m]))"))
                    .label("source", "import"),
            )
            .alert(
                Alert {
                    lasting: mins(10),
                    keep_firing: Some(mins(5)),
                    severity: Some(Severity::Critical),
                    owner: "web".into(),
                    summary: r#"{{ $value | humanizePercentage }} of requests to "{{ $labels.job }}" fail"#.into(),
                    description: Some(r"First line.
  Second line.
".into()),
                    ..imported("HttpErrors", promql(r#"sum(rate(http_requests_total{code=~"5..", type!="a\\b"}[5m]))
  /
sum(rate(http_requests_total[5m])) > 0.05"#))
                }
                .label("page", "yes")
                .annotation("runbook_url", "https://runbooks.example.com/http#errors"),
            )
            .alert(
                imported("NoSeverity", promql("http_requests_total offset 1d unless http_requests_total")),
            ),
        RuleGroup::new("plain")
            .alert(
                Alert {
                    lasting: secs(90),
                    ..imported("Custom", promql("process_resident_memory_bytes > 1e+09"))
                }
                .label("severity", "page"),
            ),
    ]
}

/// An alert as it was: what is not said does not exist. `Alert::new(…)` asks for severity, owner, summary and runbook.
fn imported(name: &str, query: impl Into<obsctl::model::RuleQuery>) -> Alert {
    let alert = Alert::new(name).when(query).severity(Severity::Info).owner("");
    Alert { severity: None, runbook: None, ..alert.summary("").runbook(Slug::from_static("none")) }
}
