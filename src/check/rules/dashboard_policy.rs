//! `dashboard-policy`

use std::ops::Range;

use obsctl_model::dashboard::variable::{Refresh, Values};
use obsctl_model::dashboard::{Dashboard, Expression, Query, Variable, variable};
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::DurationExpr;
use serde_json::{Value, json};

use crate::check::demand::Demanded;
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::{Dashboards, Pattern, Variables};
use crate::project::expression::has_variable;
use crate::project::subject;

/// A dashboard that is not as the team wants its dashboards.
pub static CHECK: Check = Check {
    name: "dashboard-policy",
    severity: Severity::Warning,
    docs: "\
A dashboard is not as the policy of the team wants it: its tags, its title, its variables, what its queries and panels say.

## Why it matters

Dashboards are found by their tags, and lists of links are made of them. One without the tag is one that nobody finds. A
dashboard that others install works with their datasources and jobs only if it lets them choose.

## How to fix it

Change the dashboard, or what is asked for in `obsctl.toml`:

```toml
[policy.dashboards]
required_tags = [\"api\"]
title = \"[A-Z].{3,40}\"
required_variables = [\"job\"]
# People may not change it in Grafana: what they save there is lost when the file is read again.
editable = false
# Every panel has a description.
panel_descriptions = true
# The datasource of every query is a variable.
chosen_datasources = true
# `rate`, `irate` and `increase` in panels look back as far as `$__rate_interval` or another variable says, LogQL as far as `$__auto`.
ranges_follow_time = true
# The values of variables are asked for again when the time shown changes.
variables_follow_time = true

# How variables of this name are, where a dashboard has them.
[policy.dashboards.variables.job]
label = \"Job\"
multi = true
all_value = \"[.][+]\"
```

What matchers queries of dashboards have, such as `job=~\"$job\"`, is asked for under `policy.queries`.

Dashboards that obsctl makes of SLOs and runbooks are left out.
",
    run: Run::Once(run),
    fires: || example::stack().dashboard(example::dashboard()),
    silent: || example::stack().dashboard(wanted()),
};

/// An empty dashboard as the page wants it.
fn wanted() -> Dashboard {
    let dashboard = Dashboard {
        title: "API overview".to_owned(),
        tags: vec!["api".to_owned()],
        ..example::dashboard()
    };
    let job = variable::query(
        "job",
        variable::series_label_values("job", promql("connections")),
    );
    dashboard
        .variable(job.label("Job").multi())
        .json(json!({ "editable": false }))
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let asked = &input.policy.demands.dashboards;
    let project = input.project;
    let all = project.dashboards().iter();
    for dashboard in all.filter(|dashboard| project.is_written(dashboard)) {
        let dashboards = Demanded {
            subject: subject::dashboard(dashboard),
            what: subject::dashboard(dashboard),
            origin: dashboard.origin,
            section: "policy.dashboards",
            input,
        };
        let written = dashboard.written.get();
        if !written.is_some_and(|written| written.shared_panel) {
            whole(&dashboards, dashboard, asked, findings);
        }
        for variable in &dashboard.variables {
            let of = dashboards.about(subject::variable(dashboard, variable), variable.origin);
            if let Some(asked) = asked.variables.get(&variable.name) {
                choice(&of, variable, asked, findings);
            }
            let asks = !matches!(
                variable.values,
                Values::Custom(_)
                    | Values::Interval(_)
                    | Values::Datasource(_)
                    | Values::Textbox
                    | Values::Constant(_)
            ) && !variable.is_implicit();
            if asked.variables_follow_time && asks && variable.refresh != Refresh::OnTimeChange {
                let what = format!("variable `{}`", variable.name);
                let message = format!("{what} is not asked for again when the time changes");
                findings.push(of.finding("variables_follow_time", message));
            }
        }
        for panel in dashboard.panels() {
            let of = dashboards.about(subject::panel(dashboard, panel), panel.origin);
            let described = panel
                .description
                .as_deref()
                .is_some_and(|text| !text.trim().is_empty());
            if asked.panel_descriptions && !described && panel.visualization.plugin() != "text" {
                let message = format!("panel `{}` has no description", panel.title);
                findings.push(of.finding("panel_descriptions", message));
            }
            let fixed = panel.queries.iter().find_map(fixed_datasource);
            if let Some(uid) = fixed.filter(|_| asked.chosen_datasources) {
                let message = format!("panel `{}` always asks the datasource `{uid}`", panel.title);
                findings.push(of.finding("chosen_datasources", message));
            }
            for query in panel.queries.iter().filter(|_| asked.ranges_follow_time) {
                findings.extend(
                    fixed_ranges(query)
                        .into_iter()
                        .map(|(text, range, instead)| {
                            let message = format!(
                                "a range of panel `{}` does not follow the time shown",
                                panel.title
                            );
                            let of = dashboards
                                .about(subject::panel(dashboard, panel), query.expression.origin());
                            of.finding("ranges_follow_time", message).underline(
                                text,
                                range,
                                format!("write `{instead}`"),
                            )
                        }),
                );
            }
        }
    }
}

/// What is asked of a dashboard as a whole: of a panel that dashboards share it is not.
fn whole(of: &Demanded<'_>, dashboard: &Dashboard, asked: &Dashboards, findings: &mut Findings) {
    for tag in &asked.required_tags {
        if !dashboard.tags.contains(tag) {
            let message = format!("{} has no tag `{tag}`", of.what);
            findings.push(of.finding("required_tags", message));
        }
    }
    of.name("title", &dashboard.title, asked.title.as_ref(), findings);
    for name in &asked.required_variables {
        if dashboard.variables.iter().all(|one| one.name != *name) {
            let message = format!("{} has no variable `{name}`", of.what);
            findings.push(of.finding("required_variables", message));
        }
    }
    findings.extend(
        asked
            .editable
            .and_then(|asked| editable(of, dashboard, asked)),
    );
}

/// A dashboard that people may change in Grafana, or may not, against what is asked.
fn editable(of: &Demanded<'_>, dashboard: &Dashboard, asked: bool) -> Option<Diagnostic> {
    let written = dashboard.written.get();
    let said = written.and_then(|written| written.editable);
    let typed = || dashboard.json.0.get("editable").and_then(Value::as_bool);
    // Grafana lets people change what does not say that they may not.
    let is = said.map(|(is, _)| is).or_else(typed).unwrap_or(true);
    if is == asked {
        return None;
    }
    let how = if is { "can" } else { "cannot" };
    let message = format!("{} {how} be changed in Grafana", of.what);
    let Some((_, at)) = said else {
        let found = of.finding("editable", message);
        return Some(match written {
            Some(_) => found.help(format!("add `\"editable\": {asked}`")),
            None => found.help(format!("add `.json(json!({{ \"editable\": {asked} }}))`")),
        });
    };
    let text = is.to_string();
    let bytes = 0..text.len();
    let found = of
        .about(of.subject.clone(), at)
        .finding("editable", message);
    Some(
        found
            .underline(text, bytes.clone(), format!("write `{asked}`"))
            .fix(format!("write `{asked}`"), bytes, asked.to_string()),
    )
}

/// What is asked of a variable of that name.
fn choice(of: &Demanded<'_>, variable: &Variable, asked: &Variables, findings: &mut Findings) {
    let what = format!("variable `{}`", variable.name);
    let mut push = |key: &str, message: String| {
        let key = format!("variables.{}.{key}", variable.name);
        findings.push(of.finding(&key, message));
    };
    let unlike = |said: &Option<String>, asked: &Option<Pattern>| {
        let said = said.clone().unwrap_or_default();
        let pattern = asked.as_ref().filter(|pattern| !pattern.matches(&said))?;
        Some(match said.is_empty() {
            true => format!("empty, and is to match `{}`", pattern.as_str()),
            false => format!("`{said}`, which does not match `{}`", pattern.as_str()),
        })
    };
    if let Some(unlike) = unlike(&variable.label, &asked.label) {
        push("label", format!("the label of {what} is {unlike}"));
    }
    if let Some(multi) = asked.multi.filter(|multi| *multi != variable.multi) {
        let how = if multi {
            "takes one value only"
        } else {
            "takes several values"
        };
        push("multi", format!("{what} {how}"));
    }
    if variable.include_all
        && let Some(unlike) = unlike(&variable.all_value, &asked.all_value)
    {
        push(
            "all_value",
            format!("what stands for all values of {what} is {unlike}"),
        );
    }
}

/// The datasource that a query asks whatever the reader chooses.
fn fixed_datasource(query: &Query) -> Option<&str> {
    let uid = query.datasource.as_ref()?.uid.as_ref();
    let special = uid.starts_with("--") || uid.starts_with("__") || uid == "default";
    (!special && !has_variable(uid)).then_some(uid)
}

/// Ranges that are written out: the query, their bytes, and what follows the time shown.
fn fixed_ranges(query: &Query) -> Vec<(&str, Range<usize>, &'static str)> {
    match &query.expression {
        Expression::Promql(query) => {
            let rates = query.expr().descendants().filter_map(|expr| match expr {
                Expr::Call(call)
                    if matches!(call.func.text.as_str(), "rate" | "irate" | "increase") =>
                {
                    call.args.first()
                }
                _ => None,
            });
            let ranges = rates.filter_map(|arg| match arg.without_parens() {
                Expr::Range(range) => match &range.range {
                    DurationExpr::Literal(literal) => Some(literal.span.range()),
                    _ => None,
                },
                _ => None,
            });
            ranges
                .map(|range| (query.as_str(), range, "$__rate_interval"))
                .collect()
        }
        Expression::Logql(query) => {
            let queries = query.expr().log_queries();
            let ranges = queries.iter().filter_map(|used| match &used.range?.range {
                obsctl_logql::ast::Duration::Literal(literal) => Some(literal.span.range()),
                _ => None,
            });
            ranges
                .map(|range| (query.as_str(), range, "$__auto"))
                .collect()
        }
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::Origin;
    use obsctl_model::dashboard::variable::series_label_values;
    use obsctl_model::dashboard::written::WrittenDashboard;
    use obsctl_model::dashboard::{Datasource, DatasourceKind, Patch};
    use obsctl_model::prelude::timeseries;
    use obsctl_model::query::logql;

    use super::*;
    use crate::check::testing::report;

    #[test]
    fn tags_titles_and_variables() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[dashboard-policy]: dashboard `api` can be changed in Grafana
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.editable` in `obsctl.toml`
         = help: add `.json(json!({ "editable": false }))`

        warning[dashboard-policy]: dashboard `api` has no tag `api`
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.required_tags` in `obsctl.toml`

        warning[dashboard-policy]: dashboard `api` has no variable `job`
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.required_variables` in `obsctl.toml`

        warning[dashboard-policy]: title `API` of dashboard `api` does not match `[A-Z].{3,40}`
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.title` in `obsctl.toml`
        "#);
    }

    #[test]
    fn how_variables_are() {
        let job = || variable::query("job", series_label_values("job", promql("connections")));
        let of = |job: Variable| {
            let mut dashboard = wanted();
            dashboard.variables = vec![job];
            let found = report(&CHECK, example::stack().dashboard(dashboard));
            let lines = found.lines().filter_map(|line| line.split_once("]: "));
            lines.map(|(_, line)| line.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            of(job().include_all().all_value(".*")),
            [
                "the label of variable `job` is empty, and is to match `Job`",
                "variable `job` takes one value only",
                "what stands for all values of variable `job` is `.*`, which does not match `[.][+]`",
            ]
        );
        let good = job().label("Job").multi();
        assert_eq!(of(good.clone().include_all().all_value(".+")), [""; 0]);
        assert_eq!(of(good), [""; 0]);
    }

    #[test]
    fn files_say_whether_they_can_be_changed() {
        let of = |written: WrittenDashboard| {
            let mut dashboard = wanted();
            dashboard.json = Patch::default();
            dashboard.written = written.into();
            report(&CHECK, example::stack().dashboard(dashboard))
        };
        let said = |editable| WrittenDashboard {
            editable: Some((editable, Origin::none())),
            ..WrittenDashboard::default()
        };
        assert_eq!(of(said(false)), "");
        insta::assert_snapshot!(of(said(true)), @"
        warning[dashboard-policy]: dashboard `api` can be changed in Grafana
         --> dashboard `api`:1:1
          |
        1 | true
          | ^^^^ write `false`
          |
          = in: dashboard `api`
          = help: see `policy.dashboards.editable` in `obsctl.toml`
        ");
        insta::assert_snapshot!(of(WrittenDashboard::default()), @r#"
        warning[dashboard-policy]: dashboard `api` can be changed in Grafana
        --> definitions.rs
         = in: dashboard `api`
         = help: see `policy.dashboards.editable` in `obsctl.toml`
         = help: add `"editable": false`
        "#);
        let shared = WrittenDashboard {
            shared_panel: true,
            ..WrittenDashboard::default()
        };
        assert_eq!(of(shared), "");
    }

    #[test]
    fn panels_and_their_queries() {
        let query = |text: &str, uid: &str| Query {
            datasource: Some(Datasource {
                kind: DatasourceKind::Prometheus,
                uid: uid.to_owned().into(),
            }),
            ..promql(text).into()
        };
        let good = timeseries("Good")
            .description("What it shows.")
            .query(query("rate(a_total[$__rate_interval])", "$datasource"))
            .query(query("max_over_time(a[1h])", "-- Mixed --"));
        let bad = timeseries("Bad")
            .query(query("rate(a_total[5m])", "P1809F7CD0C75ACF3"))
            .query(logql("sum(rate({a=\"b\"}[1m]))"));
        let paths = variable::query("path", series_label_values("path", promql("connections")));
        let dashboard = wanted().variable(paths.refresh_on_open());
        let mut dashboard = dashboard.row("Traffic", (good, bad));
        dashboard.origin = Origin::none();
        insta::assert_snapshot!(report(&CHECK, example::stack().dashboard(dashboard)), @r#"
        warning[dashboard-policy]: a range of panel `Bad` does not follow the time shown
         --> definitions.rs:1:14
          |
        1 | rate(a_total[5m])
          |              ^^ write `$__rate_interval`
          |
          = in: panel `Bad` of dashboard `api`
          = help: see `policy.dashboards.ranges_follow_time` in `obsctl.toml`

        warning[dashboard-policy]: panel `Bad` always asks the datasource `P1809F7CD0C75ACF3`
        --> definitions.rs
         = in: panel `Bad` of dashboard `api`
         = help: see `policy.dashboards.chosen_datasources` in `obsctl.toml`

        warning[dashboard-policy]: panel `Bad` has no description
        --> definitions.rs
         = in: panel `Bad` of dashboard `api`
         = help: see `policy.dashboards.panel_descriptions` in `obsctl.toml`

        warning[dashboard-policy]: a range of panel `Bad` does not follow the time shown
         --> definitions.rs:1:18
          |
        1 | sum(rate({a="b"}[1m]))
          |                  ^^ write `$__auto`
          |
          = in: panel `Bad` of dashboard `api`
          = help: see `policy.dashboards.ranges_follow_time` in `obsctl.toml`

        warning[dashboard-policy]: variable `path` is not asked for again when the time changes
        --> definitions.rs
         = in: variable `path` of dashboard `api`
         = help: see `policy.dashboards.variables_follow_time` in `obsctl.toml`
        "#);
    }
}
