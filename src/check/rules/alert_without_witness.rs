//! `alert-without-witness`

use obsctl_model::query::promql;
use obsctl_witness::{contradiction, find};

use crate::check::{Check, Findings, Input, Metrics, Run, example, tried, wanted};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// An alert that gets no generated test.
pub static CHECK: Check = Check {
    name: "alert-without-witness",
    severity: Severity::Note,
    docs: "\
No series are found that make an alert fire and stop, so `obsctl generate` writes no test of it.

## Why it matters

All other alerts are proven to fire by `alerts/tests`. What this one does nobody has seen. That is no defect of the alert:
part of its condition is not understood, which is the part that is named. Looking for witnesses takes longer than all other checks
together, so the check is run only where it is asked for, and on a stack's own alerts only: by `--only`, or by a level.

```toml
[check.levels]
alert-without-witness = \"note\"
```

## How to fix it

Write the part in another way, or a test of your own: `obsctl test` runs it.
",
    run: Run::Once(run),
    fires: || example::alert(promql("stddev(connections) > 100")),
    silent: || example::alert(promql("max(connections) > 100")),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    if !input.project.knows().ours {
        return;
    }
    let metrics = Metrics::new(input.project);
    for group in tried(input.project) {
        for (alert, asked) in wanted(group, &metrics) {
            let Err(obstacle) = find(&asked, &metrics) else {
                continue;
            };
            // That nothing can make it fire is another check's finding.
            if contradiction(asked.expr, &metrics).is_some() {
                continue;
            }
            let message = format!("no series are found that make `{}` fire", alert.name);
            let found = Diagnostic::new(subject::alert(group, alert), alert.origin, message);
            let text = alert.query.as_str();
            findings.push(
                found
                    .underline(text, obstacle.span.range(), obstacle.message)
                    .help("write this part in another way, or a test of your own"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;
    use crate::check::{Policy, run};
    use crate::project::{Knowledge, Project};

    #[test]
    fn names_the_part() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[alert-without-witness]: no series are found that make `HighLatency` fire
         --> definitions.rs:1:1
          |
        1 | stddev(connections) > 100
          | ^^^^^^^^^^^^^^^^^^^ what `stddev` needs is not derived
          |
          = in: alert `HighLatency` of group `api`
          = help: write this part in another way, or a test of your own
        ");
    }

    #[test]
    fn files_of_others_and_those_who_did_not_ask_are_told_nothing() {
        let project = || Project::link((CHECK.fires)());
        let own = |project: &Project, policy: &Policy| {
            let found = run(project, policy, None).into_iter();
            found.filter(|one| one.check == CHECK.name).count()
        };
        let asked = Policy::default().only([CHECK.name.to_owned()]);
        assert_eq!(own(&project(), &asked), 1);
        assert_eq!(own(&project(), &Policy::default()), 0);
        assert_eq!(own(&project().knowing(Knowledge::FILES), &asked), 0);
    }
}
