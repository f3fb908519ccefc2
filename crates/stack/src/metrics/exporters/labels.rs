//! The labels that the engines' metrics share.

use obsctl_model::labels;

labels! {
    /// HTTP methods, or `gRPC`.
    pub bounded Method, at_most 10, like "GET";

    /// Routes of an engine's HTTP and gRPC servers.
    pub bounded EngineRoute, at_most 80, like "loki_api_v1_push";

    /// An HTTP status code, or gRPC's `success` and `error`.
    pub bounded Outcome, at_most 30, like "200";

    /// Whether a request is a WebSocket's.
    pub enum WebSocket { No = "false", Yes = "true" }

    /// Tenants of Loki and Tempo themselves: one, unless multi-tenancy is on.
    pub bounded EngineTenant, at_most 5, like "fake";

    /// A rule file and a group in it.
    pub bounded RuleGroupKey, at_most 100, like "/etc/prometheus/rules/api.yml;api";

    /// Why data was refused.
    pub bounded DiscardReason, at_most 30, like "rate_limited";

    /// What collects or exports, as Alloy's configuration names it.
    pub bounded ComponentId, at_most 40, like "otelcol.exporter.otlp.tempo";
}
