//! `query-policy`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{DurationExpr, Name};

use super::label_lost_by_aggregation::removed;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::{Queries, QueryPlace};
use crate::project::Site;
use crate::project::expression::series_name;

/// A query that is not as the team wants its queries.
pub static CHECK: Check = Check {
    name: "query-policy",
    severity: Severity::Warning,
    docs: "\
A query of metrics is not as the policy of the team wants it: its metrics, matchers, labels, ranges or functions.

## Why it matters

Where many clusters or tenants share a Prometheus, a query without a matcher of theirs reads the series of all. An alert that
lost the label by which it is routed reaches nobody. A metric that is on its way out gets no new users.

## How to fix it

Change the query, or what is asked for in `obsctl.toml`:

```toml
# Each part is about some metrics, all where it names none, and some places: alerts, recording_rules, dashboards.
[[policy.queries]]
metrics = \"api_.*\"
places = [\"alerts\", \"dashboards\"]
reason = \"tenants share this Prometheus\"
# Every selector has a matcher of these labels.
required_matchers = [\"tenant_id\"]

[[policy.queries]]
places = [\"alerts\"]
# The result still has these labels, and no longer those.
kept_labels = [\"path\"]
removed_labels = [\"instance\"]
# What else is not used.
forbidden_functions = [\"irate\"]
min_range = \"1m\"
max_range = \"1d\"

[[policy.queries]]
metrics = \"old_.*\"
reason = \"use `api_requests_total`\"
forbidden = true

[[policy.queries]]
# Neither matched nor grouped or joined by.
forbidden_labels = [\"pod_name\"]
```

Ranges with variables of Grafana are not compared. What labels a result has is said only as far as the query itself tells.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum by (path) (irate(api_requests_total[30s])) > 1")),
    silent: || {
        example::alert(promql(
            r#"sum by (path) (rate(api_requests_total{tenant_id="acme"}[1m])) > 1"#,
        ))
    },
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let place = match query.at.site {
        Site::Alert { .. } => QueryPlace::Alerts,
        Site::Record { .. } => QueryPlace::RecordingRules,
        Site::Panel { .. } => QueryPlace::Dashboards,
        _ => return,
    };
    if query.at.derived {
        return;
    }
    for asked in &input.policy.demands.queries {
        let here = asked
            .places
            .as_ref()
            .is_none_or(|places| places.contains(&place));
        if here {
            let demand = Demand {
                asked,
                input,
                query,
            };
            demand.selectors(findings);
            demand.functions(findings);
            demand.used_labels(findings);
            demand.result(findings);
        }
    }
}

/// One part of the policy, and the query that it is about.
struct Demand<'a, 'q> {
    asked: &'a Queries,
    input: &'a Input<'q>,
    query: &'a Query<'q>,
}

impl Demand<'_, '_> {
    fn is_about(&self, name: Option<&str>) -> bool {
        let asked = self.asked.metrics.as_ref();
        asked.is_none_or(|pattern| name.is_some_and(|name| pattern.matches(name)))
    }

    /// Whether some series in an expression is one that the demand is about.
    fn is_in(&self, expr: &Expr) -> bool {
        expr.selectors()
            .any(|used| self.is_about(series_name(used.selector).map(|(name, _)| name)))
    }

    fn push(&self, key: &str, finding: Diagnostic, findings: &mut Findings) {
        let finding = match &self.asked.reason {
            Some(reason) => finding.help(reason.clone()),
            None => finding,
        };
        findings.push(finding.help(format!("see `policy.queries`, `{key}`, in `obsctl.toml`")));
    }

    /// Which metrics are asked for, by which matchers, and over which ranges.
    fn selectors(&self, findings: &mut Findings) {
        let at = &self.query.at;
        for used in &self.query.selectors {
            let named = series_name(used.selector);
            let name = named.map(|(name, _)| name);
            if !self.is_about(name) {
                continue;
            }
            let shown = name.map_or_else(|| "a selector".to_owned(), |name| format!("`{name}`"));
            let span = named.map_or(used.selector.span, |(_, span)| span);
            if self.asked.forbidden {
                let finding = at.finding(span, format!("{shown} is not to be used"), "");
                self.push("forbidden", finding, findings);
            }
            for label in &self.asked.required_matchers {
                let mut matchers = used.selector.matchers.iter();
                // What a variable stands for may match it.
                if used.selector.variables.is_empty()
                    && !matchers.any(|one| one.name.text == *label)
                {
                    let message = format!("{shown} is asked for without a matcher of `{label}`");
                    self.push("required_matchers", at.finding(span, message, ""), findings);
                }
            }
            if let Expr::Range(range) = used.expr {
                self.range(&range.range, findings);
            }
        }
    }

    fn range(&self, range: &DurationExpr, findings: &mut Findings) {
        let DurationExpr::Literal(literal) = range else {
            return;
        };
        let Ok(length) = u64::try_from(literal.millis).map(obsctl_model::millis) else {
            return;
        };
        let text = &self.query.at.query.as_str()[literal.span.range()];
        let (least, most) = (self.asked.min_range, self.asked.max_range);
        let found = match (least, most) {
            (Some(least), _) if length < least => Some(("min_range", "shorter", least)),
            (_, Some(most)) if length > most => Some(("max_range", "longer", most)),
            _ => None,
        };
        if let Some((key, how, bound)) = found {
            let message = format!("the range `{text}` is {how} than {bound}");
            self.push(
                key,
                self.query.at.finding(literal.span, message, ""),
                findings,
            );
        }
    }

    fn functions(&self, findings: &mut Findings) {
        for node in &self.query.nodes {
            let (name, span) = match node {
                Expr::Call(call) => (call.func.text.as_str(), call.func.span),
                Expr::Aggregate(aggregate) => (aggregate.op.name(), aggregate.op_span),
                _ => continue,
            };
            if self.asked.forbidden_functions.iter().any(|one| one == name) && self.is_in(node) {
                let finding =
                    self.query
                        .at
                        .finding(span, format!("`{name}` is not to be used"), "");
                self.push("forbidden_functions", finding, findings);
            }
        }
    }

    /// Labels that a query matches, groups by or joins on.
    fn used_labels(&self, findings: &mut Findings) {
        let forbidden = &self.asked.forbidden_labels;
        if forbidden.is_empty() {
            return;
        }
        let mut names: Vec<&Name> = vec![];
        for node in &self.query.nodes {
            if !self.is_in(node) {
                continue;
            }
            match node {
                Expr::Aggregate(node) => {
                    names.extend(node.grouping.iter().flat_map(|one| &one.labels));
                }
                Expr::Binary(node) => {
                    let matching = node.matching.iter();
                    names.extend(
                        matching
                            .clone()
                            .flat_map(|one| &one.labels)
                            .flat_map(|one| &one.labels),
                    );
                    names.extend(
                        matching
                            .flat_map(|one| &one.group)
                            .flat_map(|one| &one.include),
                    );
                }
                _ => {
                    let selector = node.as_selector().map(|used| used.selector);
                    names.extend(
                        selector
                            .iter()
                            .flat_map(|one| &one.matchers)
                            .map(|one| &one.name),
                    );
                }
            }
        }
        for name in names.iter().filter(|name| forbidden.contains(&name.text)) {
            let message = format!("label `{}` is not to be used", name.text);
            let finding = self.query.at.finding(name.span, message, "");
            self.push("forbidden_labels", finding, findings);
        }
    }

    /// Labels that the result has, or has no more.
    fn result(&self, findings: &mut Findings) {
        let expr = self.query.at.query.expr();
        if !self.is_in(expr) {
            return;
        }
        let labels = &self.query.flow.labels;
        for label in &self.asked.kept_labels {
            if let Some(loss) = labels.loss(label) {
                let message = format!("the result has no label `{label}`");
                let finding = self.query.at.finding(expr.span(), message, "");
                let finding = removed(finding, self.input, self.query, loss);
                self.push("kept_labels", finding, findings);
            }
        }
        for label in self
            .asked
            .removed_labels
            .iter()
            .filter(|label| labels.has(label))
        {
            let message = format!("the result has the label `{label}`");
            let finding = self.query.at.finding(expr.span(), message, "");
            let finding = finding.help(format!("aggregate it away: `sum without ({label}) (…)`"));
            self.push("removed_labels", finding, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_is_asked_and_why() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[query-policy]: `irate` is not to be used
         --> definitions.rs:1:16
          |
        1 | sum by (path) (irate(api_requests_total[30s])) > 1
          |                ^^^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: see `policy.queries`, `forbidden_functions`, in `obsctl.toml`

        warning[query-policy]: `api_requests_total` is asked for without a matcher of `tenant_id`
         --> definitions.rs:1:22
          |
        1 | sum by (path) (irate(api_requests_total[30s])) > 1
          |                      ^^^^^^^^^^^^^^^^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: tenants share this Prometheus
          = help: see `policy.queries`, `required_matchers`, in `obsctl.toml`

        warning[query-policy]: the range `30s` is shorter than 1m
         --> definitions.rs:1:41
          |
        1 | sum by (path) (irate(api_requests_total[30s])) > 1
          |                                         ^^^
          |
          = in: alert `HighLatency` of group `api`
          = help: see `policy.queries`, `min_range`, in `obsctl.toml`
        ");
    }

    #[test]
    fn each_part_is_about_its_metrics() {
        for (query, found) in [
            ("sum by (path) (old_requests) > 1", vec!["old_requests"]),
            (
                "sum by (path) (theirs{pod_name=\"a\"}) > 1",
                vec!["pod_name"],
            ),
            ("sum by (path, pod_name) (theirs) > 1", vec!["pod_name"]),
            (
                "max by (path) (a * on (pod_name) group_left (x) b) > 1",
                vec!["pod_name"],
            ),
            (
                "max by (path) (a * on (x) group_left (pod_name) b) > 1",
                vec!["pod_name"],
            ),
            ("max by (path) (max_over_time(theirs[2d])) > 1", vec!["2d"]),
            ("sum(theirs) > 1", vec!["sum(theirs) > 1"]),
            (
                "sum by (path, instance) (theirs) > 1",
                vec!["sum by (path, instance) (theirs) > 1"],
            ),
            ("absent(theirs)", vec![]),
            ("vector(1)", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }

    #[test]
    fn a_part_is_about_its_places() {
        let query = "sum by (path) (irate(api_requests_total{tenant_id=\"a\"}[5m]))";
        assert_eq!(underlined(&CHECK, example::record(promql(query))), [""; 0]);
    }
}
