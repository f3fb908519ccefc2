//! Definitions that were imported, as a crate uses them:
//!
//! ```sh
//! obsctl import examples/imported/metrics.prom --as rust -o examples/imported/metrics.rs
//! obsctl import examples/imported/rules.yml --as rust -o examples/imported/rules.rs
//! obsctl import examples/imported/board.json dashboards/services/worker.json --as rust -o examples/imported/dashboards.rs
//! obsctl import examples/imported/sloth.yml examples/imported/pyrra.yml examples/imported/openslo.yaml --as rust -o examples/imported/slos.rs
//! cargo run --example imported -- explain http_requests_total
//! ```

use std::process::ExitCode;

use obsctl::model::{Service, Slug, Stack};

mod dashboards {
    include!("imported/dashboards.rs");
}

mod metrics {
    include!("imported/metrics.rs");
}

mod rules {
    include!("imported/rules.rs");
}

mod slos {
    include!("imported/slos.rs");
}

fn main() -> ExitCode {
    obsctl::run(stack)
}

/// Everything that was imported.
pub fn stack() -> Stack {
    Stack::new(Slug::from_static("imported"))
        .metric_family(metrics::family())
        .rule_groups(rules::rule_groups())
        .dashboards(dashboards::dashboards())
        .services(["mail", "search", "shop"].map(|name| Service::new(name, name, "")))
        .slos(slos::slos())
}
