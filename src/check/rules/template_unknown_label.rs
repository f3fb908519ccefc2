//! `template-unknown-label`

use super::unknown_label::available;
use crate::check::{Check, Findings, Input, Query, Run, example, template};
use crate::diagnostic::{Diagnostic, Severity};

/// A text that shows a label the series never had.
pub static CHECK: Check = Check {
    name: "template-unknown-label",
    severity: Severity::Error,
    docs: "\
An annotation of an alert, or a legend, shows a label that the result of its query does not have.

## Why it matters

The text shows nothing in its place: the message that wakes somebody lacks the one word that matters.

## How to fix it

Correct the name. `$labels` holds the labels of the query's result only: `severity` and other labels that the alert
itself adds are not among them. What is shown only where it is there is no mistake: `{{ with $labels.route }}…{{ end }}`,
`{{ or $labels.route \"?\" }}`.
",
    run: Run::PerQuery(run),
    fires: || example::saying("{{ $labels.route }} is slow"),
    silent: || example::saying("{{ $labels.path }} is slow"),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for missing in template::missing(input, query) {
        if missing.loss.is_some() {
            continue;
        }
        let (label, what) = (missing.label, missing.what);
        let message = format!("{what} shows label `{label}`, which does not exist here");
        let names: Vec<_> = query.flow.labels.names().collect();
        findings.push(
            Diagnostic::new(query.at.site.subject(), missing.origin, message)
                .underline(missing.text, missing.range, "shows nothing")
                .did_you_mean(label, names.iter().copied())
                .help(available(&names)),
        );
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::timeseries;
    use obsctl_model::query::promql;

    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn underlines_the_label_in_the_text() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[template-unknown-label]: summary shows label `route`, which does not exist here
         --> definitions.rs:1:12
          |
        1 | {{ $labels.route }} is slow
          |            ^^^^^ shows nothing
          |
          = in: alert `HighLatency` of group `api`
          = help: the labels are `instance`, `job`, `path`
        ");
    }

    #[test]
    fn labels_that_the_alert_adds_are_not_in_its_templates() {
        let found = underlined(
            &CHECK,
            example::saying("{{ $labels.severity }}: {{ $labels.job }}"),
        );
        assert_eq!(found, ["severity"]);
    }

    #[test]
    fn legends_are_templates_too() {
        let panel = timeseries("x")
            .query(promql("connections"))
            .legend("{{route}}");
        assert_eq!(underlined(&CHECK, example::panels(panel)), ["route"]);
    }
}
