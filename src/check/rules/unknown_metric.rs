//! `unknown-metric`

use std::collections::BTreeMap;

use obsctl_model::Origin;
use obsctl_model::query::promql;
use obsctl_promql::is_legacy_metric_name;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Severity, nearest};
use crate::project::{Catalog, Series};

/// A series that nothing exposes.
pub static CHECK: Check = Check {
    name: "unknown-metric",
    severity: Severity::Error,
    docs: "\
A query asks for a series that nothing exposes and no rule records.

## Why it matters

The query returns nothing, for ever: the panel stays empty and the alert never fires. Nobody notices until the day
it should have fired.

## How to fix it

Correct the name, or declare the metric. Where metrics are not known, a name with colons is still wrong if it is almost
the name of a recorded series. A classic histogram has no series of its own name, only `_bucket`, `_sum`
and `_count`.
",
    run: Run::Once(run),
    fires: || example::alert(promql("rate(api_request_total[5m]) > 10")),
    silent: || example::alert(promql("rate(api_requests_total[5m]) > 10")),
};

/// Where much is unknown of many names, the nearest of each would take minutes to find, and help nobody.
const MOST_COMPARISONS: usize = 500_000;

fn run(input: &Input<'_>, findings: &mut Findings) {
    if !input.project.knows().metrics {
        almost_recorded(input, findings);
        return;
    }
    let catalog = input.project.catalog();
    // One unknown name is often used in many places, and the search for the nearest is slow.
    let mut helps: BTreeMap<&str, Help> = BTreeMap::new();
    let names = catalog.names();
    let most = MOST_COMPARISONS / names.len().max(1);
    for query in &input.queries {
        for used in &query.named {
            // Definitions in Rust cannot declare names beyond the classic rule.
            let declarable = !input.project.knows().ours || is_legacy_metric_name(used.name);
            if used.series.is_some() || !declarable {
                continue;
            }
            let (name, span) = (used.name, used.span);
            let message = format!("metric `{name}` does not exist");
            let finding = query
                .at
                .finding(span, message, "neither exposed nor recorded");
            let searches = helps.len() < most;
            let help = helps
                .entry(name)
                .or_insert_with(|| help(catalog, name, searches.then_some(&names)));
            findings.push(match help {
                Help::Histogram(origin) => finding
                    .also(*origin, "a classic histogram is declared here")
                    .help(format!(
                        "write `{name}_bucket`, `{name}_sum` or `{name}_count`"
                    )),
                Help::Nearest(nearest) => finding.help(format!("did you mean `{nearest}`?")),
                Help::None => finding.help("declare it in the catalog, or record it"),
            });
        }
    }
}

/// Names with colons come from recording rules only: one that differs by a letter from a recorded one is a slip.
fn almost_recorded(input: &Input<'_>, findings: &mut Findings) {
    let recorded: Vec<&str> = input
        .project
        .catalog()
        .iter()
        .filter(|(name, series)| name.contains(':') && matches!(series, Series::Recorded { .. }))
        .map(|(name, _)| name)
        .collect();
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    // Another window is another series, which may be recorded elsewhere.
    let slip = |name: &str, near: &str| {
        strsim::osa_distance(name, near) <= 2 && digits(name) == digits(near)
    };
    let mut near: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for query in &input.queries {
        for used in &query.named {
            let name = used.name;
            if used.series.is_some() || !name.contains(':') {
                continue;
            }
            let near = near.entry(name).or_insert_with(|| {
                nearest(name, recorded.iter().copied()).filter(|near| slip(name, near))
            });
            if let Some(near) = near {
                let message = format!("no rule records `{name}`");
                let finding = query
                    .at
                    .finding(used.span, message, "nothing has this name");
                findings.push(finding.help(format!("did you mean `{near}`?")));
            }
        }
    }
}

/// What can be said about a name that does not exist.
enum Help {
    Histogram(Origin),
    Nearest(String),
    None,
}

/// The nearest of `names` is looked for, if there are any.
fn help(catalog: &Catalog, name: &str, names: Option<&Vec<&str>>) -> Help {
    if let Some(Series::Exposed { metric, .. }) = catalog.get(&format!("{name}_bucket")) {
        return Help::Histogram(metric.origin);
    }
    // A counter's name is often written without its end, and what is no counter with one.
    let (counted, bare) = (format!("{name}_total"), name.strip_suffix("_total"));
    let mut meant = [Some(counted.as_str()), bare].into_iter().flatten();
    let meant = meant.find(|meant| catalog.get(meant).is_some());
    let near = || nearest(name, names?.iter().copied());
    match meant.or_else(near) {
        Some(nearest) => Help::Nearest(nearest.to_owned()),
        None => Help::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn counters_are_known_without_their_end() {
        let help = |name: &str| {
            let query = format!("sum(rate({name}[5m])) > 10");
            let found = crate::check::testing::findings(example::alert(promql(&query))).into_iter();
            let mut found = found.filter(|one| one.check == CHECK.name);
            found.next().map(|one| one.help)
        };
        let meant = |name: &str| Some(vec![format!("did you mean `{name}`?")]);
        assert_eq!(help("api_requests"), meant("api_requests_total"));
        assert_eq!(help("connections_total"), meant("connections"));
    }

    #[test]
    fn suggests_the_nearest_name() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[unknown-metric]: metric `api_request_total` does not exist
         --> definitions.rs:1:6
          |
        1 | rate(api_request_total[5m]) > 10
          |      ^^^^^^^^^^^^^^^^^ neither exposed nor recorded
          |
          = in: alert `HighLatency` of group `api`
          = help: did you mean `api_requests_total`?
        ");
    }

    #[test]
    fn a_histogram_has_no_series_of_its_own_name() {
        let stack = example::alert(promql("rate(api_request_duration_seconds[5m]) > 1"));
        insta::assert_snapshot!(report(&CHECK, stack), @r#"
        error[unknown-metric]: metric `api_request_duration_seconds` does not exist
         --> definitions.rs:1:6
          |
        1 | rate(api_request_duration_seconds[5m]) > 1
          |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ neither exposed nor recorded
          |
         ::: metrics.rs:1:1
          |
        1 | "api_request_duration_seconds"
          | ------------------------------ a classic histogram is declared here
          |
          = in: alert `HighLatency` of group `api`
          = help: write `api_request_duration_seconds_bucket`, `api_request_duration_seconds_sum` or `api_request_duration_seconds_count`
        "#);
    }

    #[test]
    fn where_nothing_is_known_only_slips_of_recorded_names_are_found() {
        use crate::project::{Knowledge, Project};
        for (query, found) in [
            ("job:api_request:rate5m > 1", 1),
            ("job:api_requests:rate10m > 1", 0),
            ("instance:node_cpu:ratio > 1", 0),
            ("api_request_total > 1", 0),
        ] {
            let alerts =
                obsctl_model::RuleGroup::new("alerts").alert(example::high_latency(promql(query)));
            let stack = example::record(promql("sum by (path) (connections)")).rule_group(alerts);
            let project = Project::link(stack).knowing(Knowledge::FILES);
            let all = crate::check::run(&project, &crate::policy::Policy::default(), None);
            assert_eq!(
                all.iter().filter(|one| one.check == CHECK.name).count(),
                found,
                "{query}"
            );
        }
    }
}
