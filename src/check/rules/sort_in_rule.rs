//! `sort-in-rule`

use std::ops::Range;

use obsctl_model::query::promql;
use obsctl_promql::ast::Call;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Expression;

/// An order that nobody sees.
pub static CHECK: Check = Check {
    name: "sort-in-rule",
    severity: Severity::Note,
    docs: "\
A rule sorts the series of its result.

## Why it matters

A rule's result has no order: `sort` does work at every evaluation and changes nothing.

## How to fix it

Leave it out. Tables and `topk` panels sort what they show.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sort_desc(connections) > 100")),
    silent: || example::alert(promql("connections > 100")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if !query.at.site.is_rule() {
        return;
    }
    for call in &query.calls {
        let function = call.func.text.as_str();
        if matches!(
            function,
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc"
        ) {
            let message = format!("`{function}` in a rule changes nothing");
            let finding = query
                .at
                .finding(call.func.span, message, "a rule's result has no order")
                .help("leave it out");
            findings.push(match unsorted(&query.at, call) {
                Some((range, with)) => finding.fix("leave the order out", range, with),
                None => finding,
            });
        }
    }
}

/// What is sorted, where that is the whole query: inside of it, `limitk` could depend on the order.
fn unsorted<'a>(at: &Expression<'a>, call: &Call) -> Option<(Range<usize>, &'a str)> {
    let range = call.span.range();
    let whole = at.query.expr().without_parens().span().range() == range;
    let text = at.query.as_str();
    let sorted = text.get(call.args.first()?.span().range())?;
    let comment = text.get(range.clone())?.contains('#');
    (whole && !comment).then_some((range, sorted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{mended, underlined};
    use obsctl_model::prelude::timeseries;

    #[test]
    fn panels_may_sort() {
        assert_eq!(underlined(&CHECK, (CHECK.fires)()), ["sort_desc"]);
        let panel = timeseries("x").query(promql("sort(connections)"));
        assert_eq!(underlined(&CHECK, example::panels(panel)), [""; 0]);
    }

    #[test]
    fn what_is_sorted_stays() {
        for (query, expected) in [
            ("sort(connections > 1)", "connections > 1"),
            (
                "(sort_by_label(connections > 1, \"path\"))",
                "(connections > 1)",
            ),
            (
                "limitk(1, sort(connections)) > 1",
                "limitk(1, sort(connections)) > 1",
            ),
            (
                "sort( # why\nconnections > 1)",
                "sort( # why\nconnections > 1)",
            ),
        ] {
            assert_eq!(mended(&CHECK, query), expected);
        }
    }
}
