//! `unused-baseline`

use obsctl_model::dashboard::Dashboard;
use obsctl_model::query::promql;
use obsctl_model::{Origin, Stack};

use crate::check::{Check, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Entry;

/// A known finding that is no longer found.
pub static CHECK: Check = Check {
    name: "unused-baseline",
    severity: Severity::Note,
    docs: "\
A baseline records a finding that is no longer found, or is found less often.

## Why it matters

What it recorded has been mended. As long as the line stands there, the same mistake can come back unseen.

## How to fix it

Run `obsctl check --write-baseline FILE` with the same file: it records what is still found. Or delete the line:

```json
{\"check\":\"duplicate-uid\",\"file\":\"dashboards/api.json\",\"subject\":\"dashboard `api`\",\"message\":\"dashboard `api` is defined twice\"}
```
",
    // Found when all other findings are known: see `baseline`.
    run: Run::Once(|_, _| {}),
    fires: || example::alert(promql("connections > 100")),
    silent: twice,
};

/// A stack with the finding that the page's line records.
fn twice() -> Stack {
    let dashboard = || Dashboard {
        origin: Origin::at("dashboards/api.json", 1, 1),
        ..example::dashboard()
    };
    example::stack()
        .dashboard(dashboard())
        .dashboard(dashboard())
}

/// What is said about a line of the baseline `file`.
pub(in crate::check) fn finding(entry: &Entry, file: &'static str) -> Diagnostic {
    let identity = &entry.identity;
    let line = u32::try_from(entry.line).unwrap_or(u32::MAX);
    let message = match entry.found {
        0 => format!(
            "`{}` is in the baseline, but was not found: {}",
            identity.check, identity.message
        ),
        found => format!(
            "`{}` is in the baseline {} times, but was found {found} {}: {}",
            identity.check,
            entry.recorded,
            if found == 1 { "time" } else { "times" },
            identity.message
        ),
    };
    Diagnostic::new(&identity.subject, Origin::at(file, line, 1), message)
        .help("record what is still found with `--write-baseline`, or delete the line")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_which() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[unused-baseline]: `duplicate-uid` is in the baseline, but was not found: dashboard `api` is defined twice
        --> definitions.rs
         = in: dashboard `api`
         = help: record what is still found with `--write-baseline`, or delete the line
        ");
    }
}
