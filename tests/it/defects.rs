//! Deliberate defects in a copy of the reference stack: each is found, and nothing else is.

use obsctl::check::run;
use obsctl::diagnostic::render::{Style, human};
use obsctl::project::Project;

/// A day before every date in the reference stack.
const TODAY: Option<&str> = Some("2026-01-01");

#[test]
fn the_reference_stack_has_no_findings() {
    let found = run(&Project::link(obsctl_stack::stack()), TODAY);
    let shown = human(&found, &|_| None, Style::default());
    assert!(found.is_empty(), "{shown}");
}
