//! `unused-path`

use obsctl_model::dashboard::Dashboard;
use obsctl_model::{Origin, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity, identity};

/// Levels for files that are not there.
pub static CHECK: Check = Check {
    name: "unused-path",
    severity: Severity::Warning,
    docs: "\
The configuration has levels for some files, and there is no such file.

## Why it matters

What was to be stricter or more lenient is not, since a folder was renamed or its name mistyped, and nobody sees it. What is
left of a folder that is gone applies to the next one of that name.

## How to fix it

Correct the path, which begins at the folder that obsctl runs in, or remove it from `obsctl.toml`:

```toml
[[check.rules]]
paths = [\"dashboards/legacy/**\"]
levels = { panel-without-unit = \"off\" }
```

It is said only where all files that a path can mean were looked at, or where the folder it begins with does not exist.
",
    run: Run::Once(run),
    fires: || read_from("dashboards/api.json"),
    silent: || read_from("dashboards/legacy/api.json"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let knows = input.project.knows();
    let Some(files) = &knows.files else {
        return;
    };
    let files: Vec<_> = files.iter().map(|file| identity::path(file)).collect();
    let rules = input.policy.check.rules.iter();
    for glob in rules.flat_map(|rule| &rule.paths) {
        let glob = glob.get_ref();
        if knows.looks_through(glob.folder()) && !files.iter().any(|file| glob.matches(file)) {
            let message = format!("there is no file `{}`", glob.as_str());
            findings.push(
                Diagnostic::new("`check.rules`", glob.origin, message)
                    .help("correct the path, or remove it"),
            );
        }
    }
}

/// A stack with a dashboard from this file.
fn read_from(file: &'static str) -> Stack {
    example::stack().dashboard(Dashboard {
        origin: Origin::at(file, 1, 1),
        ..example::dashboard()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_which() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[unused-path]: there is no file `dashboards/legacy/**`
        --> definitions.rs
         = in: `check.rules`
         = help: correct the path, or remove it
        "#);
    }
}
