//! Metrics: the catalog entry, and the declaration that also makes instrument and query handle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Allow, ExposedName, LabelDef, Origin, Unit};

/// A metric of the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricDef {
    /// The name in the exposition; a histogram's without `_bucket`, `_sum`, `_count`.
    pub name: ExposedName,
    /// Counter, gauge, histogram, summary.
    pub kind: MetricKind,
    /// What one unit of the value is.
    #[serde(default)]
    pub unit: Unit,
    /// One sentence: what is measured.
    pub help: String,
    /// The labels, in the order they are declared.
    #[serde(default)]
    pub labels: Vec<LabelDef>,
    /// The team that answers for it; empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Whether others may build on it.
    #[serde(default)]
    pub stability: Stability,
    /// Who exposes it.
    pub exposed_by: Exposer,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is declared.
    #[serde(skip)]
    pub origin: Origin,
}

impl MetricDef {
    /// The label of that name.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&LabelDef> {
        self.labels.iter().find(|label| label.name.as_str() == name)
    }

    /// Whether nobody shows it before something happened: engines and exporters neither declare nor expose what they count by
    /// label before the first event, as Go's client does not.
    #[must_use]
    pub fn comes_with_its_first_event(&self) -> bool {
        matches!(self.exposed_by, Exposer::Exporter(_))
            && !matches!(self.kind, MetricKind::Gauge)
            && !self.labels.is_empty()
    }

    /// The names of the series a scrape gives: a classic histogram has `_bucket`, `_sum` and `_count`.
    #[must_use]
    pub fn series_names(&self) -> Vec<String> {
        let with = |suffixes: &[&str]| -> Vec<String> {
            suffixes
                .iter()
                .map(|suffix| format!("{}{suffix}", self.name))
                .collect()
        };
        match &self.kind {
            MetricKind::Counter | MetricKind::Gauge | MetricKind::Unknown => with(&[""]),
            MetricKind::Summary { .. } => with(&["", "_sum", "_count"]),
            MetricKind::Histogram { buckets, native } => match (buckets.is_empty(), *native) {
                (true, _) => with(&[""]),
                (false, false) => with(&["_bucket", "_sum", "_count"]),
                (false, true) => with(&["", "_bucket", "_sum", "_count"]),
            },
        }
    }
}

/// The type of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MetricKind {
    /// Only grows, or starts again at zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A distribution.
    Histogram {
        /// Upper bounds of the classic buckets, ascending, without `+Inf`; empty for native only.
        #[serde(default)]
        buckets: Vec<f64>,
        /// Whether it is (also) exposed as a native histogram.
        #[serde(default)]
        native: bool,
    },
    /// Quantiles computed by the client.
    Summary {
        /// Which quantiles, 0 to 1.
        quantiles: Vec<f64>,
    },
    /// Nobody said: of metrics that were read, not declared.
    Unknown,
}

impl MetricKind {
    /// The type's word in the exposition format.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram { .. } => "histogram",
            Self::Summary { .. } => "summary",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether others may build on a metric, in OpenTelemetry's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stability {
    /// Changes only with notice.
    #[default]
    Stable,
    /// May change.
    Development,
    /// Goes away.
    Deprecated,
}

/// Who exposes a metric.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Exposer {
    /// One of the stack's own services, by name.
    Service(String),
    /// A known exporter or engine: `node_exporter`, `prometheus`, `loki`.
    Exporter(String),
}

impl Exposer {
    /// The service's or exporter's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Service(name) | Self::Exporter(name) => name,
        }
    }
}

/// Metrics that belong together: one file of the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricFamily {
    /// The heading in the metric reference.
    pub title: String,
    /// The metrics, in the order they are declared.
    pub metrics: Vec<MetricDef>,
}

impl MetricFamily {
    /// With another owner: who runs a library's services answers for its metrics.
    #[must_use]
    pub fn owned_by(mut self, owner: &str) -> Self {
        for metric in &mut self.metrics {
            owner.clone_into(&mut metric.owner);
        }
        self
    }
}

/// A metric declared with [`metrics!`](crate::metrics). A value of the type is one set of label values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared metric",
    note = "declare it with `metrics! {{ … }}`"
)]
pub trait Metric: Sized + 'static {
    /// The name in the exposition.
    const NAME: &'static str;
    /// The catalog entry.
    fn definition() -> MetricDef;
    /// Shows the label values of one series, in declared order, without copying them.
    fn with_label_values<R>(&self, read: impl FnOnce(&[&str]) -> R) -> R;
}

/// The label a Rust identifier stands for: `r#type` is `type`.
#[doc(hidden)]
#[must_use]
pub const fn label_text(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', rest @ ..] => match std::str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => identifier,
        },
        _ => identifier,
    }
}

/// Declares a family of metrics: each is a catalog entry, the label set a service records with, and the
/// handle queries are built from. An undeclared metric or label does not compile.
///
/// Kinds: `counter`, `gauge`, `histogram` (classic buckets), `native_histogram`, `dual_histogram` (both),
/// `summary` (quantiles in the brackets).
///
/// ```
/// use obsctl_model::prelude::*;
/// # obsctl_model::labels! { pub enum HttpMethod { Get = "GET" } pub bounded Route, at_most 40, like "/"; }
/// metrics! {
///     family "API", owner "platform", exposed_by Exposer::Service("api".into());
///
///     /// HTTP requests served.
///     pub counter ApiRequests("api_requests_total") { method: HttpMethod, path: Route }
///     /// Time to serve a request.
///     pub histogram ApiLatency("api_request_duration_seconds", Seconds, [0.1, 0.5, 1.0]) { path: Route }
/// }
///
/// let query = ApiRequests::with(ApiRequests::method.is(HttpMethod::Get)).rate(mins(5)).sum_by(ApiRequests::path);
/// assert_eq!(query.to_string(), r#"sum by (path) (rate(api_requests_total{method="GET"}[5m]))"#);
/// ```
#[macro_export]
macro_rules! metrics {
    (
        family $family:literal, owner $owner:expr, exposed_by $exposer:expr;
        $(
            $(#[doc = $doc:literal])+
            $vis:vis $kind:ident $metric:ident ( $name:literal $(, $unit:ident)? $(, [$($bound:expr),+ $(,)?])? )
            { $($label:ident : $domain:ty),* $(,)? }
            $(allow($check:literal, $reason:literal))*
        )+
    ) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug)]
            $vis struct $metric {
                $(#[doc = concat!("The label `", stringify!($label), "`.")] pub $label: $domain,)*
            }

            #[allow(non_upper_case_globals, reason = "labels are written as the exposition writes them")]
            impl $metric {
                $(
                    #[doc = concat!("The label `", stringify!($label), "`, for queries.")]
                    pub const $label: $crate::Label<Self, $domain> = $crate::Label::new($crate::label_text(stringify!($label)));
                )*
            }

            // Associated constants are only evaluated where they are used; this one always is.
            const _: () = assert!($crate::MetricName::is_valid($name),
                concat!("`", $name, "` is not a metric name: letters, digits, `_` and `:`, not starting with a digit"));
            $(const _: () = assert!($crate::LabelName::is_valid($crate::label_text(stringify!($label))),
                concat!("`", stringify!($label), "` is not a label name: letters, digits and `_`, not starting with `__`"));)*

            impl $crate::Metric for $metric {
                const NAME: &'static str = $name;

                fn definition() -> $crate::MetricDef {
                    #[allow(unused_mut, unused_assignments, reason = "not every metric names a unit")]
                    let mut unit = $crate::Unit::None;
                    $(unit = $crate::Unit::$unit;)?
                    let help: &[&str] = &[$($doc),+];
                    $crate::MetricDef {
                        name: $crate::ExposedName::from_static($name),
                        kind: $crate::metrics!(@kind $kind [$($($bound),+)?]),
                        unit,
                        help: help.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "),
                        labels: vec![$($crate::LabelDef {
                            name: $crate::ExposedName::from_static($crate::label_text(stringify!($label))),
                            domain: <$domain as $crate::LabelValue>::domain(),
                        }),*],
                        owner: ($owner).into(),
                        stability: $crate::Stability::Stable,
                        exposed_by: $exposer,
                        allow: vec![$($crate::Allow::new($check, $reason)),*],
                        origin: $crate::Origin::anchored($name),
                    }
                }

                fn with_label_values<R>(&self, read: impl FnOnce(&[&str]) -> R) -> R {
                    read(&[$(&*$crate::LabelValue::text(&self.$label)),*])
                }
            }

            $crate::metrics!(@traits $kind $metric);
        )+

        /// The family, for the stack's catalog.
        #[must_use]
        pub fn family() -> $crate::MetricFamily {
            $crate::MetricFamily {
                title: $family.to_owned(),
                metrics: vec![$(<$metric as $crate::Metric>::definition()),+],
            }
        }
    };
    (@kind counter []) => { $crate::MetricKind::Counter };
    (@kind gauge []) => { $crate::MetricKind::Gauge };
    (@kind histogram [$($bound:expr),+]) => { $crate::MetricKind::Histogram { buckets: vec![$($bound),+], native: false } };
    (@kind native_histogram []) => { $crate::MetricKind::Histogram { buckets: vec![], native: true } };
    (@kind dual_histogram [$($bound:expr),+]) => { $crate::MetricKind::Histogram { buckets: vec![$($bound),+], native: true } };
    (@kind summary [$($bound:expr),+]) => { $crate::MetricKind::Summary { quantiles: vec![$($bound),+] } };
    (@kind $kind:ident [$($bound:expr),*]) => {
        compile_error!(concat!("`", stringify!($kind), "` is no metric kind, or its buckets are missing or too many: write ",
            "`counter`, `gauge`, `histogram` with [buckets], `native_histogram`, `dual_histogram` with [buckets], or `summary` with [quantiles]"))
    };
    (@traits counter $metric:ident) => { impl $crate::Counter for $metric {} $crate::metrics!(@series $metric); };
    (@traits gauge $metric:ident) => { impl $crate::Gauge for $metric {} $crate::metrics!(@series $metric); };
    (@traits histogram $metric:ident) => {
        impl $crate::Histogram for $metric { const CLASSIC: bool = true; }
        impl $crate::Bucketed for $metric {}
    };
    (@traits dual_histogram $metric:ident) => { $crate::metrics!(@traits histogram $metric); $crate::metrics!(@series $metric); };
    (@traits native_histogram $metric:ident) => {
        impl $crate::Histogram for $metric { const CLASSIC: bool = false; }
        $crate::metrics!(@series $metric);
    };
    (@traits summary $metric:ident) => { impl $crate::Summary for $metric {} $crate::metrics!(@series $metric); };
    (@traits $kind:ident $metric:ident) => {};
    (@series $metric:ident) => {
        impl $crate::IntoSeries for $metric {
            fn into_series(self) -> $crate::TestSeries {
                $crate::TestSeries::of(&self, "")
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::{ExposedName, LabelValue, MetricKind};

    labels! {
        pub enum Outcome { Good = "good", Bad = "bad" }
    }

    metrics! {
        family "Test", owner "platform", exposed_by Exposer::Service("api".into());

        /// Things done,
        /// of any type.
        pub counter Done("done_total") { r#type: Outcome } allow("metric-naming", "an example")
        /// How long it took.
        pub dual_histogram Took("took_seconds", Seconds, [0.1, 1.0]) {}
    }

    #[test]
    fn one_declaration_is_catalog_entry_label_set_and_handle() {
        let done = Done::definition();
        assert_eq!(done.help, "Things done, of any type.");
        assert_eq!(done.labels[0].name, ExposedName::from_static("type"));
        assert_eq!(done.allow[0].check, "metric-naming");
        assert_eq!(
            Done {
                r#type: Outcome::Bad
            }
            .with_label_values(|values| values.join(",")),
            "bad"
        );
        assert_eq!(Done::r#type.name(), "type");
        assert_eq!(Outcome::Good.text(), "good");
        assert_eq!(family().metrics.len(), 2);
    }

    #[test]
    fn series_names_follow_the_exposition() {
        let took = Took::definition();
        assert_eq!(
            took.kind,
            MetricKind::Histogram {
                buckets: vec![0.1, 1.0],
                native: true
            }
        );
        assert_eq!(took.unit, Unit::Seconds);
        assert_eq!(
            took.series_names(),
            [
                "took_seconds",
                "took_seconds_bucket",
                "took_seconds_sum",
                "took_seconds_count"
            ]
        );
        assert_eq!(Done::definition().series_names(), ["done_total"]);
    }

    #[test]
    fn definitions_survive_text_and_unknown_keys_do_not() {
        let text = serde_json::to_string(&family()).unwrap();
        assert_eq!(
            serde_json::from_str::<crate::MetricFamily>(&text).unwrap(),
            family()
        );
        let wrong = text.replacen("\"title\"", "\"titel\"", 1);
        assert!(serde_json::from_str::<crate::MetricFamily>(&wrong).is_err());
    }
}
