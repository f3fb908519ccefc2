//! `variable-ignored`

use std::collections::BTreeMap;
use std::ptr;

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::{self, series_label_values};
use obsctl_model::dashboard::{Dashboard, Panel};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::AggregateOp;
use obsctl_promql::variable::{exact_name, names};

use crate::check::{Check, Findings, Input, Named, Query, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Site;

/// A panel that a choice does not reach.
pub static CHECK: Check = Check {
    name: "variable-ignored",
    severity: Severity::Note,
    docs: "\
The queries of a dashboard narrow a series by what the reader chose, and one query of the same series follows no choice.

## Why it matters

The reader chooses a path and compares two panels: one is of the path, the other of all.

## How to fix it

Add the matcher that the other queries have. If the panel is meant to show everything, accept the finding, or keep the
label in its result: `sum by (path) (…)` says what it shows. Rankings (`topk`) are left alone.
",
    run: Run::Once(run),
    fires: || narrowed("connections"),
    silent: || narrowed("connections{path=~\"$path\"}"),
};

/// How many other panels have to agree.
const AGREEING: usize = 3;

fn run(input: &Input<'_>, findings: &mut Findings) {
    let panels: Vec<_> = input
        .queries
        .iter()
        .filter_map(|query| Some((of(query)?, query)))
        .collect();
    for all in panels.chunk_by(|(a, _), (b, _)| ptr::eq(*a, *b)) {
        dashboard(all, findings);
    }
}

fn of<'a>(query: &Query<'a>) -> Option<&'a Dashboard> {
    match query.at.site {
        Site::Panel { dashboard, .. } if !query.at.derived => Some(dashboard),
        _ => None,
    }
}

fn dashboard(all: &[(&Dashboard, &Query<'_>)], findings: &mut Findings) {
    // How often each series is narrowed by which label and variable, and how often it is not.
    let mut narrowed: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for named in all.iter().flat_map(|(_, query)| &query.named) {
        for (label, variable) in choices(named) {
            *narrowed.entry((named.name, label, variable)).or_default() += 1;
        }
    }
    narrowed.retain(|_, count| *count >= AGREEING);
    let mut uses: BTreeMap<_, _> = narrowed.keys().map(|(name, ..)| (*name, 0)).collect();
    if uses.is_empty() {
        return;
    }
    for named in all.iter().flat_map(|(_, query)| &query.named) {
        if let Some(uses) = uses.get_mut(named.name) {
            *uses += 1;
        }
    }
    // Where several panels ignore a choice, it is meant to be so.
    let mut ignored: BTreeMap<_, Vec<(&Panel, Diagnostic)>> = BTreeMap::new();
    for (dashboard, query) in all {
        let Site::Panel { panel, .. } = query.at.site else {
            continue;
        };
        let text = query.at.query.as_str();
        for named in &query.named {
            let selector = named.used.selector;
            // What follows some choices and not others mostly does so on purpose.
            if choices(named).next().is_some() {
                continue;
            }
            let from = narrowed.range((named.name, "", "")..);
            let of_series = from.take_while(|((name, ..), _)| *name == named.name);
            for (key @ (name, label, variable), count) in of_series {
                let offered = dashboard.variables.iter().any(|one| one.name == *variable);
                let most = uses.get(name).is_some_and(|uses| count * 4 >= uses * 3);
                if !offered || !most {
                    continue;
                }
                let matched = selector.matchers.iter().any(|one| one.name.text == *label);
                let used = names(text).any(|(_, one)| one == *variable);
                if matched
                    || used
                    || !selector.variables.is_empty()
                    || keeps(query, label)
                    || ranks(query)
                {
                    continue;
                }
                let message = format!(
                    "`{name}` is narrowed by `${variable}` elsewhere on this dashboard, and not here"
                );
                let finding = query
                    .at
                    .finding(named.span, message, format!("of every `{label}`"))
                    .help(format!("add `{label}=~\"${variable}\"`"));
                ignored.entry(key).or_default().push((panel, finding));
            }
        }
    }
    for found in ignored.into_values() {
        let first = found.first().map(|(panel, _)| *panel);
        if found
            .iter()
            .all(|(panel, _)| first.is_some_and(|first| ptr::eq(first, *panel)))
        {
            found
                .into_iter()
                .for_each(|(_, finding)| findings.push(finding));
        }
    }
}

/// The labels of a selector that have the value of a variable.
fn choices<'a>(named: &Named<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let matchers = named.used.selector.matchers.iter();
    matchers.filter_map(|matcher| {
        let variable = exact_name(&matcher.value.value)?;
        Some((matcher.name.text.as_str(), variable))
    })
}

/// Whether the largest of all are looked for.
fn ranks(query: &Query<'_>) -> bool {
    let mut ranks = false;
    query.at.query.expr().walk(|expr| {
        if let Expr::Aggregate(node) = expr {
            ranks |= matches!(node.op, AggregateOp::Topk | AggregateOp::Bottomk);
        }
    });
    ranks
}

/// Whether the result says of what it is.
fn keeps(query: &Query<'_>, label: &str) -> bool {
    let legend = match &query.at.site {
        Site::Panel { legend, .. } => *legend,
        _ => None,
    };
    let text = query.at.query.as_str();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| word == label) || legend.is_some_and(|legend| legend.contains(label))
}

/// A dashboard with a choice of path, three panels that follow it, and one with this query.
fn narrowed(query: &str) -> Stack {
    let choice =
        variable::query("path", series_label_values("path", promql("connections"))).multi();
    let panel =
        |title: &str, query: &str| timeseries(title).query(promql(&format!("sum({query})")));
    let following = "connections{path=~\"$path\"}";
    example::stack().dashboard(example::dashboard().variable(choice).row(
        "Traffic",
        (
            panel("Now", following),
            panel("Most", following),
            panel("Least", following),
            panel("Other", query),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn names_the_variable() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        note[variable-ignored]: `connections` is narrowed by `$path` elsewhere on this dashboard, and not here
         --> definitions.rs:1:5
          |
        1 | sum(connections)
          |     ^^^^^^^^^^^ of every `path`
          |
          = in: panel `Other` of dashboard `api`
          = help: add `path=~"$path"`
        "#);
    }

    #[test]
    fn what_says_of_what_it_is_ignores_nothing() {
        for query in [
            "sum by (path) (connections)",
            "topk(3, connections)",
            "connections{x=\"$path\"}",
        ] {
            assert_eq!(underlined(&CHECK, narrowed(query)), [""; 0], "{query}");
        }
    }
}
