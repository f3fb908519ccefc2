use obsctl_model::prelude::*;

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub histogram Requests("request_seconds", Seconds) {}
}

fn main() {}
