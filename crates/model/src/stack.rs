//! Everything a team describes, in one value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Dashboard, Duration, LogCatalog, MetricFamily, ProvisionedDatasource, Routing, RuleGroup,
    RuleTest, Runbook, ScrapeJob, Service, Slo, Slug, SpanCatalog, TelemetryCatalog, Workload,
    secs,
};

/// A team's telemetry and everything made from it. obsctl generates and checks one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// Its name, used for the compose project and in file headers.
    pub name: Slug,
    /// How often Prometheus scrapes, where a job says nothing else.
    pub scrape_interval: Duration,
    /// How often rules are evaluated, where a group says nothing else.
    pub evaluation_interval: Duration,
    /// The services.
    #[serde(default)]
    pub services: Vec<Service>,
    /// The metric catalog.
    #[serde(default)]
    pub metrics: Vec<MetricFamily>,
    /// The log catalog.
    #[serde(default)]
    pub logs: LogCatalog,
    /// The span catalog.
    #[serde(default)]
    pub spans: SpanCatalog,
    /// Recording rules and alerts.
    #[serde(default)]
    pub rule_groups: Vec<RuleGroup>,
    /// Tests of the rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<RuleTest>,
    /// Service level objectives.
    #[serde(default)]
    pub slos: Vec<Slo>,
    /// Dashboards.
    #[serde(default)]
    pub dashboards: Vec<Dashboard>,
    /// Runbooks.
    #[serde(default)]
    pub runbooks: Vec<Runbook>,
    /// Where metrics are collected.
    #[serde(default)]
    pub scrape_jobs: Vec<ScrapeJob>,
    /// Datasources that a team provisions Grafana with by files of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasources: Vec<ProvisionedDatasource>,
    /// The team's own containers of the local stack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
    /// Who is told; without it alerts are evaluated and shown, and nobody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<Routing>,
}

macro_rules! parts {
    ($($(#[$doc:meta])+ $one:ident $many:ident $type:ty;)+) => { $(
        $(#[$doc])+
        #[must_use]
        pub fn $one(mut self, part: $type) -> Self {
            self.$many.push(part);
            self
        }

        #[doc = concat!("Adds several: see [`Stack::", stringify!($one), "`].")]
        #[must_use]
        pub fn $many(mut self, parts: impl IntoIterator<Item = $type>) -> Self {
            self.$many.extend(parts);
            self
        }
    )+ };
}

impl Stack {
    /// An empty stack that scrapes and evaluates every 15 seconds.
    #[must_use]
    pub fn new(name: Slug) -> Self {
        Self {
            name,
            scrape_interval: secs(15),
            evaluation_interval: secs(15),
            services: vec![],
            metrics: vec![],
            logs: LogCatalog::default(),
            spans: SpanCatalog::default(),
            rule_groups: vec![],
            tests: vec![],
            slos: vec![],
            dashboards: vec![],
            runbooks: vec![],
            scrape_jobs: vec![],
            datasources: vec![],
            workloads: vec![],
            routing: None,
        }
    }

    parts! {
        /// Adds a service.
        service services Service;
        /// Adds a family of metrics.
        metric_family metrics MetricFamily;
        /// Adds a group of rules.
        rule_group rule_groups RuleGroup;
        /// Adds a test of rules.
        test tests RuleTest;
        /// Adds a service level objective.
        slo slos Slo;
        /// Adds a dashboard.
        dashboard dashboards Dashboard;
        /// Adds a runbook.
        runbook runbooks Runbook;
        /// Adds a scrape job.
        scrape_job scrape_jobs ScrapeJob;
        /// Adds a datasource that Grafana is provisioned with by a file of the team.
        datasource datasources ProvisionedDatasource;
        /// Adds a container of the local stack.
        workload workloads Workload;
    }

    /// Sets everything that is exposed, logged and traced.
    #[must_use]
    pub fn catalog(self, catalog: TelemetryCatalog) -> Self {
        Self {
            metrics: catalog.metrics,
            logs: catalog.logs,
            spans: catalog.spans,
            ..self
        }
    }

    /// Sets the log catalog.
    #[must_use]
    pub fn logs(mut self, logs: LogCatalog) -> Self {
        self.logs = logs;
        self
    }

    /// Sets the span catalog.
    #[must_use]
    pub fn spans(mut self, spans: SpanCatalog) -> Self {
        self.spans = spans;
        self
    }

    /// Says who is told.
    #[must_use]
    pub fn routing(mut self, routing: Routing) -> Self {
        self.routing = Some(routing);
        self
    }

    /// The JSON Schema of a stack written as text.
    #[must_use]
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Stack)
    }
}
