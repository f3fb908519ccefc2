//! Variables: what the reader of a dashboard can choose.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Datasource, DatasourceKind, Patch};
use crate::query::Instant;
use crate::{Allow, Duration, Label, LogQl, Metric, MetricKind, Origin, Promql};

/// A variable: queries name it as `$name`, and [`Label::chosen`] makes the matcher for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The name queries refer to it by.
    pub name: String,
    /// What stands beside it; the name without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Shown when the pointer rests on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the values come from.
    pub values: Values,
    /// Whether several can be chosen.
    #[serde(default)]
    pub multi: bool,
    /// Whether "All" can be chosen.
    #[serde(default)]
    pub include_all: bool,
    /// What "All" stands for; every known value joined by `|` without it. `.*` keeps queries short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_value: Option<String>,
    /// What is chosen first; "All" or the first value without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default: Vec<String>,
    /// Keeps the values that match, or the part of them in a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The order of values.
    #[serde(default)]
    pub sort: Sort,
    /// When values are asked for again.
    #[serde(default)]
    pub refresh: Refresh,
    /// Whether the reader does not see it: links set it.
    #[serde(default)]
    pub hidden: bool,
    /// Who is asked for the values: a datasource other than the stack's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datasource: Option<Datasource>,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl Variable {
    /// Whether Grafana puts it into queries without their naming it: filters for this purpose.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        let Values::Other(json) = &self.values else {
            return false;
        };
        let kind = json.get("type").or_else(|| json.get("kind"));
        let kind = kind.and_then(Value::as_str).unwrap_or_default();
        ["adhoc", "groupby", "AdhocVariable", "GroupByVariable"].contains(&kind)
    }
}

/// Where the values of a variable come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Values {
    /// The values of a metric's label.
    LabelValues {
        /// The label.
        label: String,
        /// The series it is a label of.
        of: Promql,
    },
    /// The values of a label in Loki.
    LogLabelValues {
        /// The label.
        label: String,
        /// The streams it is a label of; all without them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<LogQl>,
    },
    /// The values of a span or resource attribute in Tempo.
    TraceTagValues {
        /// The attribute: `resource.service.name`.
        tag: String,
    },
    /// These values, each with the text that is shown for it.
    Custom(Vec<CustomValue>),
    /// These lengths of time.
    Interval(Vec<Duration>),
    /// The datasources of one kind.
    Datasource(DatasourceKind),
    /// What the reader types.
    Textbox,
    /// One value that never changes.
    Constant(String),
    /// The series of a query, as text; `regex` takes the values out of it.
    QueryResult(Promql),
    /// What none of these can say, as Grafana's JSON.
    Other(Value),
}

/// A value and the text shown for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomValue {
    /// The value.
    pub value: String,
    /// The text; the value without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl From<&str> for CustomValue {
    fn from(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            text: None,
        }
    }
}

impl From<String> for CustomValue {
    fn from(value: String) -> Self {
        Self { value, text: None }
    }
}

/// Value and text.
impl From<(&str, &str)> for CustomValue {
    fn from((value, text): (&str, &str)) -> Self {
        Self {
            value: value.to_owned(),
            text: Some(text.to_owned()),
        }
    }
}

/// The order of a variable's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// As text, from a to z.
    #[default]
    Alphabetical,
    /// As numbers, the lowest first.
    Numerical,
    /// As the datasource gives them.
    Unsorted,
}

/// When the values of a variable are asked for again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refresh {
    /// When the time shown changes: values that exist then.
    #[default]
    OnTimeChange,
    /// When the dashboard is opened.
    OnOpen,
}

/// The values of a label of metric `M`: [`label_values`].
#[derive(Clone, Debug)]
pub struct LabelValues<M> {
    label: &'static str,
    of: Promql,
    metric: PhantomData<fn() -> M>,
}

/// The values of a metric's label.
#[track_caller]
#[must_use]
pub fn label_values<M: Metric, D>(label: Label<M, D>) -> LabelValues<M> {
    // A classic histogram has no series of its own name; every one has a count.
    let series = match M::definition().kind {
        MetricKind::Histogram { buckets, .. } if !buckets.is_empty() => {
            format!("{}_count", M::NAME)
        }
        _ => M::NAME.to_owned(),
    };
    LabelValues {
        label: label.name(),
        of: Promql::parse(&series, Origin::here()),
        metric: PhantomData,
    }
}

impl<M: Metric> LabelValues<M> {
    /// Only of these series: `.of(ApiRequests::with(ApiRequests::tenant_id.chosen("tenant")))`.
    #[must_use]
    pub fn of<S>(mut self, series: crate::query::Selector<M, S>) -> Self {
        self.of = series.into_vector().into();
        self
    }
}

impl<M> From<LabelValues<M>> for Values {
    fn from(values: LabelValues<M>) -> Self {
        Self::LabelValues {
            label: values.label.to_owned(),
            of: values.of,
        }
    }
}

/// The values of a label of any series, for labels that no metric declares: `job`, `instance`.
#[must_use]
pub fn series_label_values(label: impl Into<String>, of: impl Into<Promql>) -> Values {
    Values::LabelValues {
        label: label.into(),
        of: of.into(),
    }
}

/// The values of a label in Loki.
#[must_use]
pub fn log_label_values(label: impl Into<String>) -> Values {
    Values::LogLabelValues {
        label: label.into(),
        of: None,
    }
}

/// The values of a label of these streams in Loki.
#[must_use]
pub fn log_label_values_of(label: impl Into<String>, streams: LogQl) -> Values {
    Values::LogLabelValues {
        label: label.into(),
        of: Some(streams),
    }
}

/// The values of a span or resource attribute in Tempo: `resource.service.name`.
#[must_use]
pub fn trace_tag_values(tag: impl Into<String>) -> Values {
    Values::TraceTagValues { tag: tag.into() }
}

/// Values that a datasource knows: [`label_values`], [`log_label_values`], [`trace_tag_values`].
#[track_caller]
#[must_use]
pub fn query(name: impl Into<String>, values: impl Into<Values>) -> Variable {
    Variable::new(name.into(), values.into())
}

/// These values: `["0.5", "0.99"]`, or with the text shown for each: `[("0.99", "p99")]`.
#[track_caller]
#[must_use]
pub fn custom<T: Into<CustomValue>>(
    name: impl Into<String>,
    values: impl IntoIterator<Item = T>,
) -> Variable {
    let values = values.into_iter().map(Into::into).collect();
    Variable::new(name.into(), Values::Custom(values))
}

/// These lengths of time.
#[track_caller]
#[must_use]
pub fn interval(name: impl Into<String>, values: impl IntoIterator<Item = Duration>) -> Variable {
    Variable::new(name.into(), Values::Interval(values.into_iter().collect()))
}

/// The datasources of one kind.
#[track_caller]
#[must_use]
pub fn datasource(name: impl Into<String>, kind: DatasourceKind) -> Variable {
    Variable::new(name.into(), Values::Datasource(kind))
}

/// What the reader types.
#[track_caller]
#[must_use]
pub fn textbox(name: impl Into<String>) -> Variable {
    Variable::new(name.into(), Values::Textbox)
}

/// One value that never changes, to write it once.
#[track_caller]
#[must_use]
pub fn constant(name: impl Into<String>, value: impl Into<String>) -> Variable {
    Variable::new(name.into(), Values::Constant(value.into())).hidden()
}

impl Variable {
    #[track_caller]
    fn new(name: String, values: Values) -> Self {
        Self {
            name,
            label: None,
            description: None,
            values,
            multi: false,
            include_all: false,
            all_value: None,
            default: vec![],
            regex: None,
            sort: Sort::default(),
            refresh: Refresh::default(),
            hidden: false,
            datasource: None,
            json: Patch::default(),
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// What stands beside it.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Shown when the pointer rests on it.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Several can be chosen.
    #[must_use]
    pub fn multi(mut self) -> Self {
        self.multi = true;
        self
    }

    /// "All" can be chosen, and is chosen first; it stands for `.*`.
    #[must_use]
    pub fn include_all(mut self) -> Self {
        self.include_all = true;
        self.all_value.get_or_insert_with(|| ".*".to_owned());
        self
    }

    /// "All" can be chosen, and is chosen first; it stands for all known values, joined by `|`.
    #[must_use]
    pub fn include_all_known(mut self) -> Self {
        self.include_all = true;
        self
    }

    /// "All" stands for this: `.+` leaves out series without the label.
    #[must_use]
    pub fn all_value(mut self, value: impl Into<String>) -> Self {
        self.include_all = true;
        self.all_value = Some(value.into());
        self
    }

    /// Chosen first.
    #[must_use]
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default.push(value.into());
        self
    }

    /// Keeps the values that match, or the part of them in a group.
    #[must_use]
    pub fn matching(mut self, regex: impl Into<String>) -> Self {
        self.regex = Some(regex.into());
        self
    }

    /// In this order.
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// Asks for the values only when the dashboard is opened.
    #[must_use]
    pub fn refresh_on_open(mut self) -> Self {
        self.refresh = Refresh::OnOpen;
        self
    }

    /// Not seen by the reader: links set it.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Asks a datasource other than the stack's own for the values.
    #[must_use]
    pub fn datasource(mut self, datasource: Datasource) -> Self {
        self.datasource = Some(datasource);
        self
    }

    /// Lays more of Grafana's JSON over what is generated: `null` takes a key away.
    ///
    /// # Panics
    /// When it is no JSON object.
    #[track_caller]
    #[must_use]
    pub fn json(mut self, json: Value) -> Self {
        self.json.add(json);
        self
    }

    /// Accepts the findings of one check, for a reason.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }
}
