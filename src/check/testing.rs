//! What the tests of checks share.

use obsctl_model::Stack;
use obsctl_model::query::promql;

use super::{Check, run};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, human};
use crate::policy::Policy;
use crate::project::Project;

/// What a check finds in a stack as a person sees it, without the places of the test itself.
pub(super) fn report(check: &Check, stack: Stack) -> String {
    let style = Style {
        places: false,
        width: 100,
        ..Style::default()
    };
    let mut found = check.rehearse(stack, TODAY);
    found.retain(|diagnostic| diagnostic.check == check.name);
    human(&found, &|_| None, style)
}

const TODAY: Option<&str> = Some("2026-01-01");

/// All findings about a stack.
pub(super) fn findings(stack: Stack) -> Vec<Diagnostic> {
    run(&Project::link(stack), &Policy::default(), TODAY)
}

/// The bytes that a check underlines in a stack, in order.
pub(super) fn underlined(check: &Check, stack: Stack) -> Vec<String> {
    check
        .rehearse(stack, TODAY)
        .into_iter()
        .filter(|diagnostic| diagnostic.check == check.name)
        .map(|diagnostic| match &diagnostic.places[0].text {
            Some((text, range)) => text[range.clone()].to_owned(),
            None => String::new(),
        })
        .collect()
}

/// The condition of an alert after the fixes that a check offers, one after the other.
pub(super) fn mended(check: &Check, query: &str) -> String {
    let mut text = query.to_owned();
    for _ in 0..10 {
        let found = findings(super::example::alert(promql(&text)));
        let own = found.iter().filter(|one| one.check == check.name);
        let Some(fix) = own.filter_map(|one| one.fix.as_ref()).next() else {
            break;
        };
        text.replace_range(fix.edits[0].range.clone(), &fix.edits[0].with);
    }
    text
}
