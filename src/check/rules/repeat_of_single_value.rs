//! `repeat-of-single-value`

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::series_label_values;
use obsctl_model::dashboard::{Dashboard, Variable, variable};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A repetition that happens once.
pub static CHECK: Check = Check {
    name: "repeat-of-single-value",
    severity: Severity::Note,
    docs: "\
A panel or row is repeated for each value of a variable, and only one value of it can be chosen.

## Why it matters

There is always one copy. Whoever set the repetition wanted one for each value side by side.

## How to fix it

Let several values of the variable be chosen (`multi`, `include_all`), or remove the repetition.
",
    run: Run::PerDashboard(run),
    fires: || repeated(choice()),
    silent: || repeated(choice().multi()),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for row in &dashboard.rows {
        if let Some(variable) = single(dashboard, row.repeat.as_deref()) {
            let subject = format!("row `{}` of {}", row.title, subject::dashboard(dashboard));
            findings.push(finding(&subject, row.origin, &row.title, variable));
        }
    }
    for panel in dashboard.panels() {
        let by = panel.repeat.as_ref().map(|repeat| repeat.variable.as_str());
        if let Some(variable) = single(dashboard, by) {
            let subject = subject::panel(dashboard, panel);
            findings.push(finding(&subject, panel.origin, &panel.title, variable));
        }
    }
}

/// The variable of that name, if one value of it can be chosen.
fn single<'d>(dashboard: &'d Dashboard, name: Option<&str>) -> Option<&'d Variable> {
    let name = name?;
    let mut variables = dashboard.variables.iter();
    variables.find(|one| one.name == name && !one.multi && !one.include_all)
}

fn finding(
    subject: &str,
    origin: obsctl_model::Origin,
    title: &str,
    variable: &Variable,
) -> Diagnostic {
    let name = &variable.name;
    let message = format!("`{title}` is repeated for each `{name}`, of which one can be chosen");
    Diagnostic::new(subject, origin, message)
        .also(variable.origin, "the variable")
        .help(format!(
            "let several values of `{name}` be chosen, or do not repeat"
        ))
}

fn choice() -> Variable {
    variable::query("path", series_label_values("path", promql("connections")))
}

fn repeated(choice: Variable) -> Stack {
    let panel = timeseries("Connections of $path").query(promql("connections{path=~\"$path\"}"));
    example::stack().dashboard(
        example::dashboard()
            .variable(choice)
            .row("Traffic", panel.repeat("path", 4)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_variable() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[repeat-of-single-value]: `Connections of $path` is repeated for each `path`, of which one can be chosen
        --> definitions.rs
        ::: definitions.rs
         = note: the variable
         = in: panel `Connections of $path` of dashboard `api`
         = help: let several values of `path` be chosen, or do not repeat
        ");
    }
}
