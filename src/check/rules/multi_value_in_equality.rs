//! `multi-value-in-equality`

use std::ops::Range;

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::series_label_values;
use obsctl_model::dashboard::{Dashboard, ExpressionRef, Place, PlacedQuery, Variable, variable};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_promql::ast::{MatchOp, Matcher};
use obsctl_promql::variable::names;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Several values where one is compared.
pub static CHECK: Check = Check {
    name: "multi-value-in-equality",
    severity: Severity::Error,
    docs: "\
A matcher compares with `=` or `!=` what can be several values: a variable of which several, or \"All\", can be chosen.

## Why it matters

Grafana writes several values as a regular expression: of `job=\"$job\"` it makes `job=\"(api|worker)\"`, which no series has. The
panel is right for one value and empty for two.

## How to fix it

Match with `=~` or `!~`, which are right for one value too, or let one value be chosen. Within a panel or row that is repeated
for each value of the variable there is one value, and `=` is right.
",
    run: Run::PerDashboard(run),
    fires: || matching("path=\"$path\""),
    silent: || matching("path=~\"$path\""),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    // Links set what is hidden: one value, mostly.
    let several = dashboard.variables.iter();
    let several = several.filter(|one| (one.multi || one.include_all) && !one.hidden);
    let several: Vec<&Variable> = several.collect();
    if several.is_empty() {
        return;
    }
    for placed in dashboard.queries() {
        for compared in compared(&placed) {
            let chosen = names(compared.value).find_map(|(_, name)| {
                let variable = several.iter().find(|one| one.name == name)?;
                (!is_repeated(dashboard, &placed.place, name)).then_some(*variable)
            });
            if let Some(variable) = chosen {
                findings.push(finding(dashboard, &placed, &compared, variable));
            }
        }
    }
}

/// A value that is compared as it is.
struct Compared<'a> {
    value: &'a str,
    /// The operator that takes several values.
    instead: &'static str,
    /// What is underlined.
    range: Range<usize>,
}

impl<'a> Compared<'a> {
    fn new(matcher: &'a Matcher) -> Option<Self> {
        let instead = match matcher.op {
            MatchOp::Equal => "=~",
            MatchOp::NotEqual => "!~",
            MatchOp::Regex | MatchOp::NotRegex => return None,
        };
        Some(Self {
            value: &matcher.value.value,
            instead,
            range: matcher.span.range(),
        })
    }
}

fn compared<'a>(placed: &PlacedQuery<'a>) -> Vec<Compared<'a>> {
    match placed.expression {
        ExpressionRef::Promql(query) => {
            let selectors = query
                .expr()
                .descendants()
                .filter_map(obsctl_promql::Expr::as_selector);
            let matchers = selectors.flat_map(|used| &used.selector.matchers);
            matchers.filter_map(Compared::new).collect()
        }
        ExpressionRef::Logql(query) => {
            let queries = query.expr().log_queries();
            let matchers = queries
                .iter()
                .flat_map(|used| &used.query.selector.matchers);
            matchers.filter_map(Compared::new).collect()
        }
        ExpressionRef::Traceql(query) => query
            .expr()
            .descendants()
            .filter_map(compared_of_spans)
            .collect(),
        ExpressionRef::ServiceMap(_) | ExpressionRef::Other(_) => vec![],
    }
}

fn compared_of_spans(expr: &obsctl_traceql::Expr) -> Option<Compared<'_>> {
    use obsctl_traceql::Expr;
    use obsctl_traceql::ast::{BinaryOp, Value};
    let Expr::Binary(node) = expr else {
        return None;
    };
    let instead = match node.op {
        BinaryOp::Equal => "=~",
        BinaryOp::NotEqual => "!~",
        _ => return None,
    };
    let Expr::Literal(literal) = &*node.rhs else {
        return None;
    };
    let Value::String(value) = &literal.value else {
        return None;
    };
    Some(Compared {
        value,
        instead,
        range: node.span.range(),
    })
}

/// Whether the query stands in what there is once for each value.
fn is_repeated(dashboard: &Dashboard, place: &Place<'_>, variable: &str) -> bool {
    let (Place::Query(panel, _) | Place::Panel(panel)) = place else {
        return false;
    };
    let own = panel.repeat.as_ref().map(|repeat| repeat.variable.as_str());
    let in_row = |row: &&obsctl_model::dashboard::Row| {
        row.panels.iter().any(|one| std::ptr::eq(one, *panel))
    };
    let row = dashboard.rows.iter().find(in_row);
    own == Some(variable) || row.and_then(|row| row.repeat.as_deref()) == Some(variable)
}

fn finding(
    dashboard: &Dashboard,
    placed: &PlacedQuery<'_>,
    compared: &Compared<'_>,
    variable: &Variable,
) -> Diagnostic {
    let text = super::variable_undefined::text_of(placed);
    let dashboard = subject::dashboard(dashboard);
    let subject = format!("{} of {dashboard}", placed.place.describe());
    let message = format!("`${}` can be several values", variable.name);
    Diagnostic::new(subject, placed.origin, message)
        .underline(text, compared.range.clone(), "compared as one text")
        .also(variable.origin, "the variable")
        .help(format!(
            "match with `{}`, or let one value be chosen",
            compared.instead
        ))
}

fn matching(matcher: &str) -> Stack {
    let query = format!("sum(rate(api_requests_total{{{matcher}}}[$__rate_interval]))");
    let choice = variable::query("path", series_label_values("path", promql("connections")));
    example::stack().dashboard(
        example::dashboard()
            .variable(choice.multi())
            .row("Traffic", timeseries("Requests").query(promql(&query))),
    )
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::Panels;
    use obsctl_model::query::{logql, traceql};

    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn names_the_variable_and_the_operator() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[multi-value-in-equality]: `$path` can be several values
         --> definitions.rs:1:29
          |
        1 | sum(rate(api_requests_total{path="$path"}[$__rate_interval]))
          |                             ^^^^^^^^^^^^ compared as one text
         ::: definitions.rs
          = note: the variable
          = in: panel `Requests`, query `A` of dashboard `api`
          = help: match with `=~`, or let one value be chosen
        "#);
    }

    fn found(variable: Variable, panels: impl Panels) -> Vec<String> {
        let dashboard = example::dashboard().variable(variable);
        underlined(
            &CHECK,
            example::stack().dashboard(dashboard.row("Traffic", panels)),
        )
    }

    fn choice() -> Variable {
        variable::query("path", series_label_values("path", promql("connections")))
    }

    #[test]
    fn one_value_is_compared() {
        let panel = || timeseries("x").query(promql("connections{path=\"$path\"}"));
        assert_eq!(found(choice(), panel()), [""; 0]);
        assert_eq!(found(choice().multi(), panel().repeat("path", 4)), [""; 0]);
        assert_eq!(found(choice().multi(), panel()), ["path=\"$path\""]);
        let all = Variable {
            include_all: true,
            ..choice()
        };
        assert_eq!(found(all, panel()), ["path=\"$path\""]);
    }

    #[test]
    fn logs_and_traces_are_read_too() {
        let lines = timeseries("x").query(logql("sum(rate({path!=\"${path}\"}[$__auto]))"));
        assert_eq!(found(choice().multi(), lines), ["path!=\"${path}\""]);
        let spans = obsctl_model::prelude::traces("x").query(traceql("{ span.path = \"$path\" }"));
        assert_eq!(found(choice().multi(), spans), ["span.path = \"$path\""]);
        let lines = timeseries("x").query(logql("sum(rate({path=~\"$path\"}[$__auto]))"));
        assert_eq!(found(choice().multi(), lines), [""; 0]);
    }
}
