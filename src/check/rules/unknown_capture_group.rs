//! `unknown-capture-group`

use obsctl_model::query::promql;
use obsctl_promql::Expr;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;

/// A replacement that names a group the expression does not have.
pub static CHECK: Check = Check {
    name: "unknown-capture-group",
    severity: Severity::Error,
    docs: "\
The replacement of a `label_replace` names a group that its regular expression does not have.

## Why it matters

The group is empty text: the label is empty, or lacks a part, and joins on it find nothing. `$1_suffix` is the group
named `1_suffix`: the name goes on as long as there are letters, digits and `_`.

## How to fix it

Put the group's number in braces, `${1}_suffix`, or add the parentheses to the expression.
",
    run: Run::PerQuery(run),
    fires: || {
        example::alert(promql(
            r#"label_replace(connections, "page", "$1_page", "path", "/(.*)") > 100"#,
        ))
    },
    silent: || {
        example::alert(promql(
            r#"label_replace(connections, "page", "${1}_page", "path", "/(.*)") > 100"#,
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        let (Some(Expr::String(replacement)), Some(Expr::String(regex))) =
            (call.args.get(2), call.args.get(4))
        else {
            continue;
        };
        if call.func.text != "label_replace" || has_variable(&regex.value) {
            continue;
        }
        let Some(groups) = groups(&regex.value) else {
            continue;
        };
        for name in named(&replacement.value) {
            let digit = name.starts_with(|c: char| c.is_ascii_digit());
            // Elsewhere Grafana puts something in its place.
            if !digit && !query.at.site.is_rule() {
                continue;
            }
            let known = match name.parse::<usize>() {
                Ok(number) => number <= groups.len(),
                Err(_) => groups.iter().any(|group| group.as_deref() == Some(name)),
            };
            if known {
                continue;
            }
            let message = format!("the expression has no group `{name}`");
            let finding =
                query
                    .at
                    .finding(replacement.span, message, format!("`${name}` is empty"));
            let digits = name.find(|c: char| !c.is_ascii_digit());
            findings.push(match digits {
                Some(end) if digit => {
                    let (number, rest) = name.split_at(end);
                    finding.help(format!("write `${{{number}}}{rest}`"))
                }
                _ => finding.help("add the group's parentheses to the expression"),
            });
        }
    }
}

/// The groups of an expression, with their names; nothing where it is none.
fn groups(regex: &str) -> Option<Vec<Option<String>>> {
    use regex_syntax::ast::{self, Ast, GroupKind};

    struct Groups(Vec<Option<String>>);

    impl ast::Visitor for Groups {
        type Output = Vec<Option<String>>;
        type Err = ();

        fn finish(self) -> Result<Self::Output, ()> {
            Ok(self.0)
        }

        fn visit_pre(&mut self, node: &Ast) -> Result<(), ()> {
            if let Ast::Group(group) = node {
                match &group.kind {
                    GroupKind::CaptureIndex(_) => self.0.push(None),
                    GroupKind::CaptureName { name, .. } => self.0.push(Some(name.name.clone())),
                    GroupKind::NonCapturing(_) => {}
                }
            }
            Ok(())
        }
    }

    let parsed = ast::parse::Parser::new().parse(regex).ok()?;
    ast::visit(&parsed, Groups(vec![])).ok()
}

/// The groups that a replacement names: `$1`, `${1}`, `$name`.
fn named(replacement: &str) -> Vec<&str> {
    let mut found = vec![];
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some(braced) = rest.strip_prefix('{') {
            let Some(end) = braced.find('}') else { break };
            found.push(&braced[..end]);
            rest = &braced[end..];
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let name = &rest[..end.unwrap_or(rest.len())];
            if !name.is_empty() {
                found.push(name);
            }
            rest = &rest[name.len()..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_how_to_write_it() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[unknown-capture-group]: the expression has no group `1_page`
         --> definitions.rs:1:36
          |
        1 | label_replace(connections, "page", "$1_page", "path", "/(.*)") > 100
          |                                    ^^^^^^^^^ `$1_page` is empty
          |
          = in: alert `HighLatency` of group `api`
          = help: write `${1}_page`
        "#);
    }

    #[test]
    fn groups_that_exist_are_silent() {
        for (replacement, regex, found) in [
            ("$1", "a.*", 1),
            ("$2", "(a)(?:b)", 1),
            ("$1:$2", "(a)(b)", 0),
            ("$name", "(?P<name>.*)", 0),
            ("$0", ".*", 0),
            ("fixed", ".*", 0),
            ("$$1", ".*", 0),
        ] {
            let query = format!(
                r#"label_replace(connections, "page", "{replacement}", "path", "{regex}") > 1"#
            );
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))).len(),
                found,
                "{query}"
            );
        }
    }
}
