use obsctl_model::prelude::*;

labels! {
    pub enum Method { Get = "GET", Post = "POST" }
    pub bounded Route, at_most 40, like "/";
}

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub counter Requests("requests_total") { method: Method, path: Route }
    /// Tasks waiting.
    pub gauge Waiting("waiting") { path: Route }
}

fn main() {
    let _ = Responses::rate(mins(5)).sum();
}
