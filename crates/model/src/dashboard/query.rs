//! The queries of a panel.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Datasource, DatasourceKind, Patch};
use crate::query::{Selector, Vector};
use crate::{Duration, LogQl, Metric, Origin, Promql, TraceQl};

/// A query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expression {
    /// Metrics, from Prometheus.
    Promql(Promql),
    /// Logs, from Loki.
    Logql(LogQl),
    /// Traces, from Tempo: a TraceQL query or a trace id.
    Traceql(TraceQl),
    /// Which service calls which, from Tempo; the selector narrows it: `{client="api"}`.
    ServiceMap {
        /// A PromQL selector over the service graph, or nothing.
        #[serde(default)]
        selector: String,
    },
    /// Of any other datasource, as its plugin takes it. Most are none of these, and need no room for one.
    Other(Box<OtherQuery>),
}

/// A query that only its datasource's plugin can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherQuery {
    /// The datasource's plugin: `cloudwatch`, `mysql`, `__expr__`.
    pub plugin: String,
    /// The datasource's uid.
    pub uid: String,
    /// All of Grafana's query but the datasource and the ref id.
    #[serde(default)]
    pub json: Map<String, Value>,
}

impl Expression {
    /// What has to answer; nothing that obsctl knows, of another datasource.
    #[must_use]
    pub const fn kind(&self) -> Option<DatasourceKind> {
        match self {
            Self::Promql(_) => Some(DatasourceKind::Prometheus),
            Self::Logql(_) => Some(DatasourceKind::Loki),
            Self::Traceql(_) | Self::ServiceMap { .. } => Some(DatasourceKind::Tempo),
            Self::Other(_) => None,
        }
    }

    /// Plugin and uid of the datasource that answers: the stack's own of its kind.
    pub(super) fn datasource(&self) -> (&str, &str) {
        match (self, self.kind()) {
            (Self::Other(other), _) => (&other.plugin, &other.uid),
            (_, kind) => {
                let own = kind.map_or("", DatasourceKind::plugin);
                (own, own)
            }
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Promql(query) => query.as_str(),
            Self::Logql(query) => query.as_str(),
            Self::Traceql(query) => query.as_str(),
            Self::ServiceMap { selector } => selector,
            Self::Other(_) => "",
        }
    }

    /// Where it was written.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Self::Promql(query) => query.origin(),
            Self::Logql(query) => query.origin(),
            Self::Traceql(query) => query.origin(),
            Self::ServiceMap { .. } | Self::Other(_) => Origin::none(),
        }
    }
}

/// Which service calls which: for a node graph.
#[must_use]
pub fn service_map() -> Query {
    Expression::ServiceMap {
        selector: String::new(),
    }
    .into()
}

/// A query of a datasource that has no language here, as Grafana's JSON: the datasource's plugin and uid, and the rest.
///
/// # Panics
/// When `json` is no JSON object.
#[track_caller]
#[must_use]
pub fn other_query(plugin: impl Into<String>, uid: impl Into<String>, json: Value) -> Expression {
    let Value::Object(json) = json else {
        panic!("a query is an object, such as json!({{ \"rawSql\": \"select 1\" }})");
    };
    let (plugin, uid) = (plugin.into(), uid.into());
    OtherQuery { plugin, uid, json }.into()
}

impl From<OtherQuery> for Expression {
    fn from(query: OtherQuery) -> Self {
        Self::Other(Box::new(query))
    }
}

macro_rules! expressions {
    ($($type:ty => $variant:ident;)+) => { $(
        impl From<$type> for Expression {
            fn from(query: $type) -> Self {
                Self::$variant(query)
            }
        }

        impl From<$type> for Query {
            fn from(query: $type) -> Self {
                Expression::from(query).into()
            }
        }
    )+ };
}

expressions! { Promql => Promql; LogQl => Logql; TraceQl => Traceql; }

impl<M> From<Vector<M>> for Expression {
    fn from(vector: Vector<M>) -> Self {
        Self::Promql(vector.into())
    }
}

impl<M: Metric, S> From<Selector<M, S>> for Expression {
    fn from(selector: Selector<M, S>) -> Self {
        Self::Promql(selector.into())
    }
}

impl<M> From<Vector<M>> for Query {
    fn from(vector: Vector<M>) -> Self {
        Expression::from(vector).into()
    }
}

impl<M: Metric, S> From<Selector<M, S>> for Query {
    fn from(selector: Selector<M, S>) -> Self {
        Expression::from(selector).into()
    }
}

/// One query of a panel and how its answer is taken. What is not said follows from the panel's type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What is asked.
    pub expression: Expression,
    /// The id other parts of the panel refer to it by; `A`, `B`, `C`… by position without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// The name of each series: `{{path}}` stands for the value of its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legend: Option<String>,
    /// Over the time shown, or at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluation>,
    /// How the answer is shaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Whether exemplars are fetched; without it, where a histogram's quantile is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemplars: Option<bool>,
    /// Whether it is asked but not drawn.
    #[serde(default)]
    pub hidden: bool,
    /// The shortest step between two points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_step: Option<Duration>,
    /// How many log lines or traces at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// A datasource other than the stack's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datasource: Option<Datasource>,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
}

impl From<Expression> for Query {
    fn from(expression: Expression) -> Self {
        Self {
            expression,
            ref_id: None,
            legend: None,
            evaluation: None,
            format: None,
            exemplars: None,
            hidden: false,
            min_step: None,
            limit: None,
            datasource: None,
            json: Patch::default(),
        }
    }
}

/// When a query is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evaluation {
    /// At every step of the time shown.
    Range,
    /// Once, at its end.
    Instant,
}

/// How an answer is shaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One field per series.
    TimeSeries,
    /// One row per series, labels as columns.
    Table,
    /// One row of cells per bucket.
    Heatmap,
}

/// The ref id of the query at `index`: `A` to `Z`, then `AA`…
pub(crate) fn letters(index: usize) -> Cow<'static, str> {
    const ALL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let (rest, last) = (index / ALL.len(), index % ALL.len());
    let letter = &ALL[last..=last];
    if rest == 0 {
        Cow::Borrowed(letter)
    } else {
        Cow::Owned(format!("{}{letter}", letters(rest - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ref_ids_go_on_after_z() {
        let ids: Vec<_> = [0, 25, 26, 27, 51, 52, 701, 702]
            .into_iter()
            .map(letters)
            .collect();
        assert_eq!(ids, ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
