//! The series that a test gives: label sets of declared metrics, with what a scrape adds.

use std::collections::BTreeMap;
use std::fmt;

use obsctl_promql::ast::{MatchOp, Matcher, Name, Selector, StringLiteral};
use obsctl_promql::{Expr, Span};

use crate::query::{LabelOf, TargetLabel};
use crate::{Label, LabelValue, Metric};

/// A series that a test gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSeries {
    name: String,
    labels: BTreeMap<String, String>,
}

impl TestSeries {
    /// A series of a metric; `suffix` says which part of it.
    #[must_use]
    pub fn of<M: Metric>(labels: &M, suffix: &str) -> Self {
        let names = M::definition().labels;
        let names = names.iter().map(|label| label.name.to_string());
        Self {
            name: format!("{}{suffix}", M::NAME),
            labels: labels.with_label_values(|values| {
                names
                    .zip(values.iter().map(|value| (*value).to_owned()))
                    .collect()
            }),
        }
    }
}

/// As a selector: `up{job="api"}`.
impl fmt::Display for TestSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |text: &str| Name {
            text: text.to_owned(),
            ..Name::default()
        };
        let matchers = self.labels.iter().map(|(label, value)| Matcher {
            name: name(label),
            op: MatchOp::Equal,
            value: StringLiteral {
                value: value.clone(),
                span: Span::default(),
            },
            span: Span::default(),
        });
        let selector = Selector {
            name: Some(name(&self.name)),
            matchers: matchers.collect(),
            ..Selector::default()
        };
        Expr::from(selector).fmt(f)
    }
}

/// What is one series: a label set of a counter, a gauge, a native histogram.
///
/// A classic histogram is several, so that this does not compile:
///
/// ```compile_fail,E0277
/// # use obsctl_model::prelude::*;
/// # metrics! {
/// #     family "API", owner "platform", exposed_by Exposer::Service("api".into());
/// #     /// Time to serve a request.
/// #     pub histogram Latency("latency_seconds", Seconds, [0.1, 1.0]) {}
/// # }
/// let test = RuleTest::new("slow").given(Latency {}, "0+1x5");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no series of its own name",
    note = "of a classic histogram give `.bucket(bound)`, `.count()` and `.sum()`"
)]
pub trait IntoSeries: Sized {
    /// The series.
    fn into_series(self) -> TestSeries;

    /// The series with a further label: one that a scrape adds.
    #[must_use]
    fn on<L: LabelKey>(self, label: L, value: impl Into<L::Value>) -> TestSeries {
        let mut series = self.into_series();
        series
            .labels
            .insert(label.key().to_owned(), L::text(value.into()));
        series
    }
}

impl IntoSeries for TestSeries {
    fn into_series(self) -> TestSeries {
        self
    }
}

/// A histogram with classic buckets.
pub trait Bucketed: Metric {
    /// The bucket up to `bound`, in the metric's unit; `f64::INFINITY` is the last one.
    #[must_use]
    fn bucket(self, bound: f64) -> TestSeries {
        let bound = if bound == f64::INFINITY {
            "+Inf".to_owned()
        } else {
            bound.to_string()
        };
        TestSeries::of(&self, "_bucket").on("le", bound)
    }

    /// How many observations there were.
    #[must_use]
    fn count(self) -> TestSeries {
        TestSeries::of(&self, "_count")
    }

    /// The sum of the observations.
    #[must_use]
    fn sum(self) -> TestSeries {
        TestSeries::of(&self, "_sum")
    }
}

/// What names a label: the handle of a declared one, which also says what its values are, a label of the
/// scrape, or a text.
pub trait LabelKey {
    /// Its values.
    type Value;
    /// Its name.
    fn key(&self) -> &str;
    /// A value as text.
    fn text(value: Self::Value) -> String;
}

impl<M, D: LabelValue> LabelKey for Label<M, D> {
    type Value = D;

    fn key(&self) -> &str {
        self.name()
    }

    fn text(value: D) -> String {
        value.text().into_owned()
    }
}

impl LabelKey for TargetLabel {
    type Value = String;

    fn key(&self) -> &str {
        LabelOf::<crate::query::Any>::label_name(self)
    }

    fn text(value: String) -> String {
        value
    }
}

impl LabelKey for &str {
    type Value = String;

    fn key(&self) -> &str {
        self
    }

    fn text(value: String) -> String {
        value
    }
}
