//! `absent-of-groups`

use obsctl_model::query::promql;
use obsctl_promql::Expr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// `absent` of several groups, which sees only all of them missing.
pub static CHECK: Check = Check {
    name: "absent-of-groups",
    severity: Severity::Warning,
    docs: "\
`absent` is asked about an aggregation by labels.

## Why it matters

`absent` gives something only when there is nothing at all: as long as one group is left, the others can be missing
unseen. Its result has none of the labels.

## How to fix it

Write an `absent(…)` for each group, with matchers in place of the grouping, or compare with what was there before:
`x offset 1h unless x`.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("absent(sum by (job) (up))")),
    silent: || example::alert(promql(r#"absent(up{job="api"})"#)),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        if call.func.text != "absent" {
            continue;
        }
        let Some(Expr::Aggregate(node)) = call.args.first().map(Expr::without_parens) else {
            continue;
        };
        let Some(grouping) = &node.grouping else {
            continue;
        };
        if !grouping.without && !grouping.labels.is_empty() {
            findings.push(
                query
                    .at
                    .finding(
                        grouping.span,
                        "`absent` of several groups",
                        "true only when all of them are missing",
                    )
                    .help("write an `absent(…)` for each, with matchers in place of the grouping"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn one_group_can_be_asked_about() {
        for (query, found) in [
            (
                "absent(count by (path, job) (connections))",
                vec!["by (path, job)"],
            ),
            ("absent(sum(connections))", vec![]),
            ("absent(connections > 5)", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
