//! Queries of panels.

use std::borrow::Cow;

use obsctl_promql::Expr;
use obsctl_traceql::{ValueType, typecheck};
use serde_json::json;

use super::{legend, source};
use crate::dashboard::grafana::{
    LokiQueryType, LokiTarget, MetricsQueryType, PrometheusFormat, PrometheusTarget, Target,
    TempoQueryType, TempoTarget,
};
use crate::dashboard::panel::Asks;
use crate::dashboard::{Evaluation, Expression, Format, Panel, Query, Visualization};
use crate::{LogQl, Promql, TraceQl};

/// How many traces a search shows.
const TRACES: u32 = 20;

pub(super) fn lower(panel: &Panel) -> Vec<Target> {
    let exemplars = panel.queries.iter().rposition(|query| {
        evaluation(panel, query) == Evaluation::Range && draws_distribution(panel, query)
    });
    panel
        .queries
        .iter()
        .zip(panel.ref_ids().map(Cow::into_owned))
        .enumerate()
        .map(|(index, (query, ref_id))| match &query.expression {
            Expression::Promql(promql) => {
                // Quantiles of one histogram have the same exemplars: once is enough.
                let exemplars = query.exemplars.unwrap_or(exemplars == Some(index));
                Target::Prometheus(prometheus(panel, query, promql, ref_id, exemplars))
            }
            Expression::Logql(logql) => Target::Loki(loki(panel, query, logql, ref_id)),
            Expression::Traceql(traceql) => Target::Tempo(tempo(panel, query, traceql, ref_id)),
            Expression::ServiceMap { selector } => {
                Target::Tempo(service_map(query, selector, ref_id))
            }
            Expression::Other(other) => {
                let mut json = other.json.clone();
                json.insert(
                    "datasource".to_owned(),
                    json!({ "type": other.plugin, "uid": other.uid }),
                );
                json.insert("refId".to_owned(), ref_id.into());
                Target::Other(json.into())
            }
        })
        .collect()
}

fn asks(panel: &Panel) -> Asks {
    if panel.wants_series() {
        Asks::SERIES
    } else {
        panel.visualization.asks()
    }
}

fn evaluation(panel: &Panel, query: &Query) -> Evaluation {
    if let Some(evaluation) = query.evaluation {
        return evaluation;
    }
    // One value that looks back over all the time shown is the same, and dear, at every step of it.
    let looks_back = query.expression.as_str().contains("$__range")
        && matches!(panel.visualization, Visualization::Stat(_));
    if looks_back {
        Evaluation::Instant
    } else {
        asks(panel).evaluation
    }
}

fn prometheus(
    panel: &Panel,
    query: &Query,
    promql: &Promql,
    ref_id: String,
    exemplars: bool,
) -> PrometheusTarget {
    let evaluation = evaluation(panel, query);
    let format = query.format.unwrap_or(asks(panel).format);
    let legend = || legend::of(panel, promql, format);
    PrometheusTarget {
        datasource: source(&query.expression, query.datasource.as_ref()),
        editor_mode: "code".to_owned(),
        exemplar: exemplars.then_some(true),
        expr: promql.as_str().to_owned(),
        format: match format {
            Format::TimeSeries => PrometheusFormat::TimeSeries,
            Format::Table => PrometheusFormat::Table,
            Format::Heatmap => PrometheusFormat::Heatmap,
        },
        hide: query.hidden.then_some(true),
        instant: evaluation == Evaluation::Instant,
        interval: query.min_step.map(|step| step.to_string()),
        legend_format: query.legend.clone().unwrap_or_else(legend),
        range: evaluation == Evaluation::Range,
        ref_id,
    }
}

/// Only time series and heatmaps draw exemplars, and only observations of a histogram have them.
fn draws_distribution(panel: &Panel, query: &Query) -> bool {
    let Expression::Promql(promql) = &query.expression else {
        return false;
    };
    match &panel.visualization {
        Visualization::Heatmap(heatmap) => !heatmap.calculate,
        Visualization::Timeseries(_) => {
            let mut found = false;
            promql.expr().walk(|expr| {
                found |= matches!(expr, Expr::Call(call) if call.func.text == "histogram_quantile");
            });
            found
        }
        _ => false,
    }
}

fn loki(panel: &Panel, query: &Query, logql: &LogQl, ref_id: String) -> LokiTarget {
    let lines = selects_lines(logql);
    // Loki gives lines only over a range.
    let evaluation = if lines {
        Evaluation::Range
    } else {
        evaluation(panel, query)
    };
    LokiTarget {
        datasource: source(&query.expression, query.datasource.as_ref()),
        direction: lines.then(|| "backward".to_owned()),
        editor_mode: "code".to_owned(),
        expr: logql.as_str().to_owned(),
        hide: query.hidden.then_some(true),
        legend_format: query.legend.clone(),
        max_lines: query.limit,
        query_type: match evaluation {
            Evaluation::Range => LokiQueryType::Range,
            Evaluation::Instant => LokiQueryType::Instant,
        },
        ref_id,
        step: query.min_step.map(|step| step.to_string()),
    }
}

/// Whether a query gives log lines, and not numbers.
fn selects_lines(logql: &LogQl) -> bool {
    logql.expr().as_log_query().is_some()
}

fn tempo(panel: &Panel, query: &Query, traceql: &TraceQl, ref_id: String) -> TempoTarget {
    let metrics = computes_metrics(traceql);
    let lists = !metrics && !matches!(panel.visualization, Visualization::Traces(_));
    TempoTarget {
        metrics_query_type: metrics.then(|| match evaluation(panel, query) {
            Evaluation::Range => MetricsQueryType::Range,
            Evaluation::Instant => MetricsQueryType::Instant,
        }),
        limit: lists.then_some(query.limit.unwrap_or(TRACES)),
        spss: lists.then_some(3),
        step: query
            .min_step
            .filter(|_| metrics)
            .map(|step| step.to_string()),
        table_type: lists.then(|| "traces".to_owned()),
        query: Some(traceql.as_str().to_owned()),
        ..tempo_target(query, TempoQueryType::Traceql, ref_id)
    }
}

/// Whether a query gives numbers over time rather than traces.
fn computes_metrics(traceql: &TraceQl) -> bool {
    typecheck(traceql.expr()).0 == ValueType::Metrics
}

fn service_map(query: &Query, selector: &str, ref_id: String) -> TempoTarget {
    TempoTarget {
        service_map_query: Some(selector.to_owned()),
        ..tempo_target(query, TempoQueryType::ServiceMap, ref_id)
    }
}

fn tempo_target(query: &Query, query_type: TempoQueryType, ref_id: String) -> TempoTarget {
    TempoTarget {
        datasource: source(&query.expression, query.datasource.as_ref()),
        filters: vec![],
        hide: query.hidden.then_some(true),
        limit: None,
        metrics_query_type: None,
        query: None,
        query_type,
        ref_id,
        service_map_query: None,
        spss: None,
        step: None,
        table_type: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::dashboard::panel::{stat, timeseries};
    use crate::dashboard::tests::panel_json;
    use crate::query::promql;

    #[test]
    fn a_series_without_labels_is_named_by_the_panel() {
        let named = |query| {
            let json = panel_json(timeseries("Targets").query(promql(query)));
            json["targets"][0]["legendFormat"]
                .as_str()
                .map(str::to_owned)
        };
        for query in [
            "sum(up)",
            "(sum(up) or count(up) * 0) / count(up)",
            "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))",
        ] {
            assert_eq!(named(query).as_deref(), Some("Targets"), "{query}");
        }
        for query in [
            "up",
            "sum by (job) (up)",
            "topk(3, up)",
            "sum(up) / up",
            "histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))",
        ] {
            assert_eq!(named(query).as_deref(), Some("__auto"), "{query}");
        }
    }

    #[test]
    fn exemplars_are_fetched_where_a_quantile_is_drawn() {
        let exemplar = |panel| panel_json(panel)["targets"][0]["exemplar"].take();
        let p95 = promql("histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))");
        assert_eq!(exemplar(timeseries("x").query(p95.clone())), true);
        assert!(exemplar(timeseries("x").query(p95.clone()).exemplars(false)).is_null());
        assert!(exemplar(timeseries("x").query(p95.clone()).instant()).is_null());
        assert!(exemplar(timeseries("x").query(promql("up"))).is_null());
        let twice = timeseries("x").query(p95.clone()).query(p95);
        let json = panel_json(twice);
        assert!(json["targets"][0]["exemplar"].is_null());
        assert_eq!(json["targets"][1]["exemplar"], true);
    }

    #[test]
    fn one_value_over_all_the_time_shown_is_asked_for_once() {
        let instant = |panel| panel_json(panel)["targets"][0]["instant"].take();
        let all = || promql("sum(increase(x_total[$__range]))");
        assert_eq!(instant(stat("x").query(all())), true);
        assert_eq!(instant(stat("x").query(all()).over_time()), false);
        assert_eq!(
            instant(stat("x").query(promql("sum(rate(x_total[5m]))"))),
            false
        );
    }
}
