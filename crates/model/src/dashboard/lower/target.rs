//! Queries of panels.

use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, AggregateOp};

use super::datasource;
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
    let asks = if panel.wants_series() {
        Asks::SERIES
    } else {
        panel.visualization.asks()
    };
    let queries = panel.queries.iter().zip(panel.ref_ids());
    queries
        .map(|(query, ref_id)| match &query.expression {
            Expression::Promql(promql) => {
                Target::Prometheus(prometheus(panel, asks, query, promql, ref_id))
            }
            Expression::Logql(logql) => Target::Loki(loki(asks, query, logql, ref_id)),
            Expression::Traceql(traceql) => {
                Target::Tempo(tempo(panel, asks, query, traceql, ref_id))
            }
            Expression::ServiceMap { selector } => {
                Target::Tempo(service_map(query, selector, ref_id))
            }
        })
        .collect()
}

fn prometheus(
    panel: &Panel,
    asks: Asks,
    query: &Query,
    promql: &Promql,
    ref_id: String,
) -> PrometheusTarget {
    let evaluation = query.evaluation.unwrap_or(asks.evaluation);
    let exemplars = query
        .exemplars
        .unwrap_or_else(|| evaluation == Evaluation::Range && draws_distribution(panel, promql));
    PrometheusTarget {
        datasource: datasource(&query.source()),
        editor_mode: "code".to_owned(),
        exemplar: exemplars.then_some(true),
        expr: promql.as_str().to_owned(),
        format: match query.format.unwrap_or(asks.format) {
            Format::TimeSeries => PrometheusFormat::TimeSeries,
            Format::Table => PrometheusFormat::Table,
            Format::Heatmap => PrometheusFormat::Heatmap,
        },
        hide: query.hidden.then_some(true),
        instant: evaluation == Evaluation::Instant,
        interval: query.min_step.map(|step| step.to_string()),
        legend_format: query
            .legend
            .clone()
            .unwrap_or_else(|| legend(panel, promql)),
        range: evaluation == Evaluation::Range,
        ref_id,
    }
}

/// Grafana names a series by its labels; one without labels it would name by the whole query.
fn legend(panel: &Panel, promql: &Promql) -> String {
    if panel.queries.len() == 1 && has_no_labels(promql.expr()) {
        panel.title.clone()
    } else {
        "__auto".to_owned()
    }
}

/// Whether a query gives at most one series, without labels.
fn has_no_labels(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) => true,
        Expr::Paren(inner) => has_no_labels(&inner.expr),
        Expr::Unary(inner) => has_no_labels(&inner.expr),
        Expr::Binary(binary) => has_no_labels(&binary.lhs) && has_no_labels(&binary.rhs),
        Expr::Aggregate(aggregate) => !keeps_labels(aggregate, &[]),
        Expr::Call(call) if call.func.text == "histogram_quantile" => match call.args.get(1) {
            Some(Expr::Aggregate(buckets)) => !keeps_labels(buckets, &["le"]),
            _ => false,
        },
        Expr::Call(call) => !call.args.is_empty() && call.args.iter().all(has_no_labels),
        _ => false,
    }
}

/// Whether the result of an aggregation has labels other than these.
fn keeps_labels(aggregate: &Aggregate, except: &[&str]) -> bool {
    let selects = matches!(
        aggregate.op,
        AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::CountValues
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio
    );
    selects
        || aggregate.grouping.as_ref().is_some_and(|grouping| {
            let mut labels = grouping.labels.iter();
            grouping.without || labels.any(|label| !except.contains(&label.text.as_str()))
        })
}

/// Only time series and heatmaps draw exemplars, and only observations of a histogram have them.
fn draws_distribution(panel: &Panel, promql: &Promql) -> bool {
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

fn loki(asks: Asks, query: &Query, logql: &LogQl, ref_id: String) -> LokiTarget {
    let lines = selects_lines(logql);
    let evaluation = match query.evaluation {
        // Loki gives lines only over a range.
        _ if lines => Evaluation::Range,
        Some(evaluation) => evaluation,
        None => asks.evaluation,
    };
    LokiTarget {
        datasource: datasource(&query.source()),
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

/// Whether a query gives log lines: those begin with the selector, metric queries with a function.
fn selects_lines(logql: &LogQl) -> bool {
    logql.as_str().starts_with('{')
}

fn tempo(
    panel: &Panel,
    asks: Asks,
    query: &Query,
    traceql: &TraceQl,
    ref_id: String,
) -> TempoTarget {
    let metrics = computes_metrics(traceql);
    let lists = !metrics && !matches!(panel.visualization, Visualization::Traces(_));
    TempoTarget {
        metrics_query_type: metrics.then(|| match query.evaluation.unwrap_or(asks.evaluation) {
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

/// Whether a query gives numbers over time rather than traces: it ends in a metrics function.
fn computes_metrics(traceql: &TraceQl) -> bool {
    const FUNCTIONS: [&str; 3] = ["rate(", "compare(", "_over_time("];
    traceql.as_str().split('|').skip(1).any(|stage| {
        let stage = stage.trim_start();
        let name = stage.split_inclusive('(').next().unwrap_or_default();
        FUNCTIONS.iter().any(|function| name.ends_with(function))
    })
}

fn service_map(query: &Query, selector: &str, ref_id: String) -> TempoTarget {
    TempoTarget {
        service_map_query: Some(selector.to_owned()),
        ..tempo_target(query, TempoQueryType::ServiceMap, ref_id)
    }
}

fn tempo_target(query: &Query, query_type: TempoQueryType, ref_id: String) -> TempoTarget {
    TempoTarget {
        datasource: datasource(&query.source()),
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
    use crate::dashboard::panel::timeseries;
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
        assert!(exemplar(timeseries("x").query(p95).instant()).is_null());
        assert!(exemplar(timeseries("x").query(promql("up"))).is_null());
    }
}
