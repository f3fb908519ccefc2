//! `parser-without-filter`

use crate::check::{Check, Findings, Input, Run};
use crate::diagnostic::Severity;

use super::unknown_log_field::logging;

/// All lines parsed to find a few.
pub static CHECK: Check = Check {
    name: "parser-without-filter",
    severity: Severity::Note,
    docs: "\
A LogQL rule parses every line of its streams and then keeps a few, with no line filter before the parser.

## Why it matters

Loki finds lines by their text many times as fast as it parses them, and a rule runs for ever.

## How to fix it

Name a part of the text before the parser: `{…} |= \"sync_failed\" | json | event=\"sync_failed\"`.
",
    run: Run::Once(run),
    fires: || logging(r#"sum(rate({service="api"} | json | event="sync_failed" [5m])) > 1"#),
    silent: || logging(r#"sum(rate({service="api"} |= "sync_failed" | json | event="sync_failed" [5m])) > 1"#),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for placed in input.logs.iter().filter(|placed| placed.in_rule) {
        for used in placed.query.expr().log_queries() {
            let Some(parser) = used.query.unfiltered_parser() else {
                continue;
            };
            // Where nothing is left out afterwards, every line has to be parsed.
            if !used
                .query
                .stages
                .iter()
                .any(obsctl_logql::ast::Stage::is_label_filter)
            {
                continue;
            }
            let range = parser.span.range();
            findings.push(
                placed
                    .finding(placed.query.as_str(), range, "every line is parsed to find a few", "sees all lines")
                    .help("put a line filter before it: `|= \"…\"` with a part of the text that is looked for"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn shows_the_parser() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        note[parser-without-filter]: every line is parsed to find a few
         --> definitions.rs:1:26
          |
        1 | sum(rate({service="api"} | json | event="sync_failed" [5m])) > 1
          |                          ^^^^^^ sees all lines
          |
          = in: alert `HighLatency` of group `api`
          = help: put a line filter before it: `|= "…"` with a part of the text that is looked for
        "#);
    }

    #[test]
    fn is_about_lines_that_are_left_out() {
        for query in [
            r#"sum(rate({service="api"} | json | unwrap level [5m])) > 1"#,
            r#"sum by (level) (rate({service="api"} | json [5m])) > 1"#,
            r#"sum(rate({service="api"} |~ "a|b" | json | level="error" [5m])) > 1"#,
        ] {
            assert_eq!(
                underlined(&CHECK, logging(query)),
                Vec::<String>::new(),
                "{query}"
            );
        }
    }
}
