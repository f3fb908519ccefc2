//! SLOs.

use obsctl_model::{Indicator, Slo, SloAlerts, SloWindow};

use super::literal::{call, chain, indented, list, text, time};
use super::rules::{logql, promql};

pub(super) fn declare(slos: &[Slo], out: &mut String, notes: &mut Vec<String>) {
    if slos.is_empty() {
        return;
    }
    let all: Vec<_> = slos.iter().map(|slo| self::slo(slo, notes)).collect();
    let all = indented(&format!("vec!{}", list(&all)));
    out.push_str(&format!(
        "\n/// SLOs as they were.\npub fn slos() -> Vec<Slo> {{\n    {all}\n}}\n"
    ));
}

fn slo(slo: &Slo, notes: &mut Vec<String>) -> String {
    let name = call("Slug::from_static", &[text(slo.name.as_str())]);
    let percent = format!("{:?}", slo.objective.as_percent());
    let parts = [name, text(&slo.service), percent, indicator(&slo.indicator)];
    let mut begun = call("Slo::new", &parts);
    if !slo.by.is_empty() {
        // Labels that no metric declares have no handles.
        let by = slo.by.iter();
        let by = by.map(|label| {
            format!(
                "obsctl::model::LabelName::from_static({})",
                text(label.as_str())
            )
        });
        let by: Vec<_> = by.collect();
        begun = format!(
            "Slo {{\n    by: vec!{},\n    ..{}\n}}",
            indented(&list(&by)),
            indented(&begun)
        );
    }
    let mut methods = vec![];
    let mut with = |method: &str, arguments: &[String]| {
        methods.push(call(&format!(".{method}"), arguments));
    };
    if !slo.description.is_empty() {
        with("description", &[text(&slo.description)]);
    }
    match slo.window {
        SloWindow::Month => with("over_month", &[]),
        SloWindow::Quarter => with("over_quarter", &[]),
        SloWindow::Rolling(window) if window == obsctl_model::days(30) => {}
        SloWindow::Rolling(window) => with("over", &[time(window)]),
    }
    if !slo.owner.is_empty() {
        with("owner", &[text(&slo.owner)]);
    }
    if let Some(runbook) = &slo.runbook {
        with(
            "runbook",
            &[call("Slug::from_static", &[text(runbook.as_str())])],
        );
    }
    if let Some(least) = slo.min_bad_events {
        with("min_bad_events", &[least.to_string()]);
    }
    let alerts = match slo.alerts {
        SloAlerts::Both => None,
        SloAlerts::Page => Some("Page"),
        SloAlerts::Ticket => Some("Ticket"),
        SloAlerts::None => Some("None"),
    };
    if let Some(alerts) = alerts {
        with("alerts", &[format!("SloAlerts::{alerts}")]);
    }
    if let Some(lasting) = slo.absent_for {
        with("alert_when_absent", &[time(lasting)]);
    }
    for (name, value) in &slo.labels {
        with("label", &[text(name), text(value)]);
    }
    for allow in &slo.allow {
        with("allow", &[text(&allow.check), text(&allow.reason)]);
        if allow.until.is_some() {
            notes.push(format!(
                "SLO `{}`: until when `{}` is accepted is not said in Rust",
                slo.name, allow.check
            ));
        }
    }
    chain(begun, &methods)
}

fn indicator(indicator: &Indicator) -> String {
    let (name, arguments) = match indicator {
        Indicator::Bad { bad, total } => ("bad", vec![promql(bad), promql(total)]),
        Indicator::Good { good, total } => ("good", vec![promql(good), promql(total)]),
        Indicator::Latency {
            histogram,
            threshold,
        } => ("latency", vec![promql(histogram), number(*threshold)]),
        Indicator::NativeLatency {
            histogram,
            threshold,
        } => (
            "native_latency",
            vec![promql(histogram), number(*threshold)],
        ),
        Indicator::Logs { bad, total } => ("logs", vec![logql(bad), logql(total)]),
        Indicator::TimeSlices { good } => ("time_slices", vec![promql(good)]),
        Indicator::Freshness { age, at_most } => ("freshness", vec![promql(age), time(*at_most)]),
        Indicator::Raw { error_ratio } => ("raw", vec![promql(error_ratio)]),
    };
    call(&format!("Indicator::{name}"), &arguments)
}

fn number(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use obsctl_model::query::promql;
    use obsctl_model::{Slug, mins};

    use super::*;

    #[test]
    fn what_is_said_of_alerts_is_kept() {
        let slo = || {
            let name = Slug::from_static("a");
            Slo::new(name, "api", 99.9, Indicator::raw(promql("bad:ratio")))
        };
        let written = |slo: Slo| {
            let mut out = String::new();
            declare(&[slo], &mut out, &mut vec![]);
            out
        };
        let plain = written(slo());
        assert!(!plain.contains("alert"), "{plain}");
        let none = written(slo().alerts(SloAlerts::None).alert_when_absent(mins(15)));
        assert!(none.contains(".alerts(SloAlerts::None)"), "{none}");
        assert!(none.contains(".alert_when_absent(mins(15))"), "{none}");
    }
}
