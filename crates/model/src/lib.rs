//! The vocabulary of obsctl: what a team describes its telemetry with.
//!
//! Read [`metrics!`] first, then [`Stack`], which holds everything. This crate describes; it does no
//! input or output and resolves no references.

mod alert;
mod allow;
mod catalog;
pub mod dashboard;
mod datasource;
mod duration;
mod label;
pub mod library;
pub mod log;
mod metric;
mod name;
mod origin;
pub mod query;
mod routing;
mod rule;
mod rule_test;
mod runbook;
mod scrape;
mod slo;
mod slo_alerts;
mod slo_window;
mod span;
mod stack;
mod text;
mod unit;
mod workload;

pub use alert::{
    Alert, AlertNeedsOwner, AlertNeedsQuery, AlertNeedsRunbook, AlertNeedsSeverity,
    AlertNeedsSummary, Severity,
};
pub use allow::Allow;
pub use catalog::TelemetryCatalog;
pub use dashboard::{Dashboard, Panel};
pub use datasource::{ProvisionedDatasource, SignalLink, Taken};
pub use duration::{Duration, DurationError, days, hours, millis, mins, secs};
pub use label::{Domain, Label, LabelDef, LabelValue};
pub use log::{
    FieldKind, FieldValue, FieldVisitor, InContext, Level, LogCatalog, LogContext, LogEvent,
    LogField, LoggedContext, LoggedEvent, LoggedField, LoggedFields, Presence, Redaction,
};
#[doc(hidden)]
pub use metric::label_text;
pub use metric::{Exposer, Metric, MetricDef, MetricFamily, MetricKind, Stability};
pub use name::{ExposedName, LabelName, MetricName, NameError, Slug, Uid};
pub use origin::Origin;
pub use query::{Counter, Gauge, Histogram, LogQl, Promql, Summary, TraceQl};
pub use routing::{
    Channel, Inhibition, LabelMatch, LabelMatchOp, MuteTime, Receiver, Route, Routing, Secret,
};
pub use rule::{Engine, RecordingRule, Rule, RuleGroup, RuleQuery};
pub use rule_test::{
    AlertName, Bucketed, Expectation, Firing, Given, IntoSeries, LabelKey, Outcome, RuleTest,
    Sample, SampleValue, TestSeries, fires, gives, gives_histogram, gives_nothing, silent,
};
pub use runbook::{Action, Resolution, Runbook, Step};
pub use scrape::{ScrapeJob, Service};
pub use serde_json::json;
pub use slo::{Indicator, Objective, ObjectiveError, Slo};
pub use slo_alerts::SloAlerts;
pub use slo_window::SloWindow;
pub use span::{Attribute, Priority, SpanCatalog, SpanDef, SpanKind};
pub use stack::Stack;
pub use unit::Unit;
pub use workload::{Image, Port, Setting, Volume, Workload};

/// Everything a file of definitions needs.
pub mod prelude {
    pub use crate::dashboard::field::{Cell, Special, by_name, by_other, by_query, by_regex};
    pub use crate::dashboard::panel::{
        alert_list, bar_gauge, gauge, heatmap, logs, node_graph, plugin, stat, state_timeline,
        table, text, timeseries, traces,
    };
    pub use crate::dashboard::transform::{self, Calculation};
    pub use crate::dashboard::variable::{
        self, label_values, log_label_values, series_label_values, trace_tag_values,
    };
    pub use crate::dashboard::{
        Annotation, Color, Dashboard, DashboardLink, Datasource, DatasourceKind, Explore, Folder,
        Format, Link, Mapping, Panel, Panels, Row, Variable, other_query, service_map,
    };
    pub use crate::query::{
        Instant, TargetLabel, interval, logql, promql, range, record, time, traceql,
    };
    pub use crate::{
        Action, Alert, Allow, Attribute, Bucketed, Counter, Domain, Duration, Exposer, FieldKind,
        Gauge, Histogram, Indicator, IntoSeries, LabelMatch, Level, LogEvent, LogField, LogQl,
        LoggedContext, LoggedEvent, LoggedField, LoggedFields, Metric, MetricName, Promql,
        RecordingRule, RuleGroup, RuleTest, Runbook, Severity, Slo, SloAlerts, Slug, SpanDef,
        SpanKind, Stability, Stack, Summary, TraceQl, Uid, Unit, days, fires, gives,
        gives_histogram, gives_nothing, hours, json, labels, log_contexts, log_events, log_fields,
        metrics, mins, secs, silent,
    };
}
