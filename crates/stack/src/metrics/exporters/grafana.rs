//! Grafana: its own requests and those it makes to datasources.

use obsctl_model::prelude::*;

use super::labels::{Method, Outcome};
use crate::teams;

labels! {
    /// Handlers of Grafana's HTTP server.
    pub bounded Handler, at_most 150, like "/api/dashboards/uid/:uid";

    /// Names of datasources.
    pub bounded Datasource, at_most 10, like "prometheus";

    /// Types of datasources.
    pub bounded DatasourceType, at_most 10, like "prometheus";
}

metrics! {
    family "Grafana", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("grafana".into());

    /// Time spent serving HTTP requests.
    pub histogram GrafanaRequests(
        "grafana_http_request_duration_seconds", Seconds,
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
    ) {
        handler: Handler,
        method: Method,
        status_code: Outcome,
    }

    /// Requests to datasources.
    pub counter DatasourceRequests("grafana_datasource_request_total") {
        datasource: Datasource,
        datasource_type: DatasourceType,
        code: Outcome,
        method: Method,
    }
}
