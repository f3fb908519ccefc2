//! `sort-in-rule`

use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::Severity;

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
    run,
    fires: || example::alert(promql("sort_desc(connections) > 100")),
    silent: || example::alert(promql("connections > 100")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for query in &input.queries {
        if !query.at.site.is_rule() {
            continue;
        }
        for call in &query.calls {
            let function = call.func.text.as_str();
            if matches!(
                function,
                "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc"
            ) {
                let message = format!("`{function}` in a rule changes nothing");
                findings.push(
                    query
                        .at
                        .finding(call.func.span, message, "a rule's result has no order")
                        .help("leave it out"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;
    use obsctl_model::prelude::timeseries;

    #[test]
    fn panels_may_sort() {
        assert_eq!(underlined(&CHECK, (CHECK.fires)()), ["sort_desc"]);
        let panel = timeseries("x").query(promql("sort(connections)"));
        assert_eq!(underlined(&CHECK, example::panels(panel)), [""; 0]);
    }
}
