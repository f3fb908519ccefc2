//! What a dashboard asks when it is opened: each query of its panels, as its datasource is asked.

use obsctl_model::Duration;
use obsctl_model::dashboard::DatasourceKind;
use obsctl_model::dashboard::grafana::{
    self, Element, LokiQueryType, MetricsQueryType, Target, TempoQueryType,
};

use serde_json::Value;

use super::variables::{Chosen, put_in, without_value};
use super::window::{self, Window};

/// A query of a panel, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// What answers.
    pub kind: DatasourceKind,
    /// Its uid in Grafana.
    pub uid: String,
    /// The query, with all variables put in.
    pub text: String,
    /// What is wanted.
    pub form: Form,
    /// The time and the steps.
    pub window: Window,
    /// Variables of the query that stand for nothing.
    pub unset: Vec<String>,
}

/// What is wanted of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Series over the time.
    Range,
    /// Values at its end.
    Instant,
    /// Log lines.
    Lines,
    /// Traces that match, or one by its id.
    Traces,
    /// Which service calls which.
    ServiceMap,
}

/// A query and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// `api-overview/Request rate/A`
    pub id: String,
    /// The query, or why it cannot be asked.
    pub ask: Result<Ask, String>,
}

/// The time a dashboard shows when it is opened.
///
/// # Errors
/// When it is not one that ends now.
pub fn shown(dashboard: &grafana::Dashboard, scrape: Duration) -> Result<Window, String> {
    let time = &dashboard.time;
    match window::length(&time.from) {
        Some(length) if time.to == "now" => Ok(Window::new(length, None, scrape)),
        _ => Err(format!(
            "the time it shows, `{}` to `{}`, is not one that ends now",
            time.from, time.to
        )),
    }
}

/// All panels, those of closed rows included.
pub fn panels(dashboard: &grafana::Dashboard) -> impl Iterator<Item = &grafana::Panel> {
    dashboard.panels.iter().flat_map(|element| match element {
        Element::Row(row) => row.panels.iter().collect::<Vec<_>>(),
        Element::Panel(panel) => vec![&**panel],
    })
}

/// All queries of all panels.
#[must_use]
pub fn of(dashboard: &grafana::Dashboard, chosen: &Chosen, scrape: Duration) -> Vec<Placed> {
    let mut found: Vec<Placed> = vec![];
    for panel in panels(dashboard) {
        for target in &panel.targets {
            let (ref_id, ask) = ask(dashboard, panel, target, chosen, scrape);
            let id = |title: &str| format!("{}/{title}/{ref_id}", dashboard.uid);
            // Panels of one title are told apart by their number.
            let more = (2..).map(|nth| id(&format!("{} ({nth})", panel.title)));
            let mut ids = std::iter::once(id(&panel.title)).chain(more);
            let free = ids.find(|id| found.iter().all(|placed| placed.id != *id));
            found.push(Placed {
                id: free.unwrap_or_default(),
                ask,
            });
        }
    }
    found
}

fn ask<'a>(
    dashboard: &grafana::Dashboard,
    panel: &grafana::Panel,
    target: &'a Target,
    chosen: &Chosen,
    scrape: Duration,
) -> (&'a str, Result<Ask, String>) {
    let (kind, ref_id, source, text, form, own_step) = match target {
        Target::Other(json) => {
            let text = |path| {
                json.pointer(path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let plugin = text("/datasource/type");
            return (
                text("/refId"),
                Err(format!("queries of `{plugin}` are not understood")),
            );
        }
        Target::Prometheus(one) => {
            let form = if one.instant {
                Form::Instant
            } else {
                Form::Range
            };
            (
                DatasourceKind::Prometheus,
                &one.ref_id,
                &one.datasource,
                one.expr.as_str(),
                form,
                &one.interval,
            )
        }
        Target::Loki(one) => {
            let form = match one.query_type {
                _ if one.expr.trim_start().starts_with('{') => Form::Lines,
                LokiQueryType::Range => Form::Range,
                LokiQueryType::Instant => Form::Instant,
            };
            (
                DatasourceKind::Loki,
                &one.ref_id,
                &one.datasource,
                one.expr.as_str(),
                form,
                &one.step,
            )
        }
        Target::Tempo(one) => {
            let form = match (one.query_type, one.metrics_query_type) {
                (TempoQueryType::ServiceMap, _) => Form::ServiceMap,
                (_, Some(MetricsQueryType::Range)) => Form::Range,
                (_, Some(MetricsQueryType::Instant)) => Form::Instant,
                (_, None) => Form::Traces,
            };
            let text = one.query.as_ref().or(one.service_map_query.as_ref());
            (
                DatasourceKind::Tempo,
                &one.ref_id,
                &one.datasource,
                text.map_or("", String::as_str),
                form,
                &one.step,
            )
        }
    };
    let window = shown(dashboard, scrape).and_then(|shown| {
        let length = match &panel.time_from {
            Some(time) => window::length(time)
                .ok_or_else(|| format!("the time it shows, `{time}`, is not understood"))?,
            None => shown.length,
        };
        let step = own_step.as_ref().or(panel.interval.as_ref());
        let step = step.map(|step| put_in(step, kind, chosen, shown));
        let step = step.and_then(|step| Duration::parse(step.trim_start_matches('>')).ok());
        Ok(Window::new(length, step, scrape))
    });
    let ask = window.map(|window| Ask {
        kind,
        uid: put_in(&source.uid, kind, chosen, window),
        text: put_in(text, kind, chosen, window),
        form,
        window,
        unset: without_value(text, chosen),
    });
    (ref_id, ask)
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::variable;
    use obsctl_model::prelude::*;

    use super::*;
    use crate::verify::variables::choose;

    fn asks(dashboard: Dashboard) -> Vec<Placed> {
        let dashboard = dashboard.to_grafana(&|_| None);
        let variables = dashboard.templating.list.iter();
        let chosen: Chosen = variables
            .map(|one| choose(one, &["api".to_owned()]))
            .collect();
        of(&dashboard, &chosen, secs(15))
    }

    #[test]
    fn every_query_is_asked_as_its_panel_asks_it() {
        let found = asks(
            Dashboard::new("d", "D")
                .last(hours(6))
                .variable(variable::query("job", series_label_values("job", promql("up"))).multi())
                .variable(variable::textbox("trace"))
                .row(
                    "R",
                    (
                        timeseries("Rate")
                            .query(promql(r#"rate(x_total{job=~"$job"}[$__rate_interval])"#)),
                        stat("All").query(promql("increase(x_total[$__range])")),
                        logs("Lines").query(logql(r#"{job="$job"}"#)),
                    ),
                )
                .collapsed_row(
                    "Closed",
                    (
                        timeseries("Spans").query(traceql("{} | rate()")),
                        traces("Trace").query(traceql("$trace")),
                        node_graph("Map").query(service_map()),
                    ),
                ),
        );
        let shown: Vec<_> = found
            .iter()
            .map(|placed| {
                let ask = placed.ask.as_ref().unwrap();
                (placed.id.as_str(), ask.form, ask.text.as_str())
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "d/Rate/A",
                    Form::Range,
                    r#"rate(x_total{job=~"api"}[1m27s])"#
                ),
                ("d/All/A", Form::Instant, "increase(x_total[21600s])"),
                ("d/Lines/A", Form::Lines, r#"{job="api"}"#),
                ("d/Spans/A", Form::Range, "{} | rate()"),
                ("d/Trace/A", Form::Traces, ""),
                ("d/Map/A", Form::ServiceMap, ""),
            ]
        );
        assert_eq!(found[4].ask.as_ref().unwrap().unset, ["trace"]);
        assert_eq!(found[0].ask.as_ref().unwrap().uid, "prometheus");
    }

    #[test]
    fn panels_of_one_title_have_ids_of_their_own() {
        let up = || stat("Up").query(promql("up")).query(promql("up"));
        let found = asks(Dashboard::new("d", "D").row("R", (up(), up())));
        let ids: Vec<_> = found.iter().map(|placed| placed.id.as_str()).collect();
        assert_eq!(ids, ["d/Up/A", "d/Up/B", "d/Up (2)/A", "d/Up (2)/B"]);
    }

    #[test]
    fn a_time_that_is_not_understood_is_said() {
        let mut dashboard = Dashboard::new("d", "D").row("R", stat("Up").query(promql("up")));
        dashboard.time.to = "now-1d".to_owned();
        let found = asks(dashboard);
        assert_eq!(
            found[0].ask,
            Err("the time it shows, `now-1h` to `now-1d`, is not one that ends now".to_owned())
        );
    }
}
