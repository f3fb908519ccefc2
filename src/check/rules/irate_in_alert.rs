//! `irate-in-alert`

use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// An alert on the last two samples.
pub static CHECK: Check = Check {
    name: "irate-in-alert",
    severity: Severity::Warning,
    docs: "\
An alert looks at the growth between the last two samples only.

## Why it matters

`irate` and `idelta` jump with every scrape. The condition of an alert that waits is reset by a single quiet scrape, and
one that does not wait fires for a single busy one.

## How to fix it

Use `rate`, which takes the whole range into account. `irate` is for graphs that zoom in.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum(irate(api_requests_total[5m])) > 100")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 100")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if !matches!(query.at.site, Site::Alert { .. }) {
        return;
    }
    for call in &query.calls {
        let instead = match call.func.text.as_str() {
            "irate" => "rate",
            "idelta" => "delta",
            _ => continue,
        };
        let message = format!("an alert on `{}`", call.func.text);
        findings.push(
            query
                .at
                .finding(call.func.span, message, "the last two samples only")
                .help(format!("use `{instead}`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;
    use obsctl_model::prelude::timeseries;

    #[test]
    fn graphs_may_zoom_in() {
        let query = "irate(api_requests_total[5m])";
        let panel = timeseries("x").query(promql(query));
        assert_eq!(underlined(&CHECK, example::panels(panel)), [""; 0]);
        let alert = example::alert(promql("idelta(connections[5m]) > 1"));
        assert_eq!(underlined(&CHECK, alert), ["idelta"]);
    }
}
