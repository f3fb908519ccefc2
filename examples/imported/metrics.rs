use obsctl::model::prelude::*;

labels! {
    /// Values of `method`: how many there are nobody said, so this is to be corrected.
    pub bounded Method, at_most 100, like "";
    /// Values of `code`: how many there are nobody said, so this is to be corrected.
    pub bounded Code, at_most 100, like "";
    /// Values of `type`: how many there are nobody said, so this is to be corrected.
    pub bounded Type, at_most 100, like "";
}

metrics! {
    family "metrics.prom", owner "", exposed_by Exposer::Exporter("metrics.prom".into());

    /// Time to answer a request.
    pub histogram HttpRequestDurationSeconds("http_request_duration_seconds", Seconds, [0.1, 0.5]) { method: Method }
    /// Requests that were answered.
    pub counter HttpRequestsTotal("http_requests_total") { code: Code, method: Method, r#type: Type }
    /// Memory in use.
    pub gauge ProcessResidentMemoryBytes("process_resident_memory_bytes", Bytes) {}
    /// Time of calls.
    pub summary RpcDurationSeconds("rpc_duration_seconds", Seconds, [0.5, 0.99]) {}
}
