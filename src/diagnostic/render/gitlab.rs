//! GitLab's code quality report: shown in merge requests, compared by fingerprints.

use serde::Serialize;

use super::{Source, details, locate, pretty};
use crate::diagnostic::{Diagnostic, Severity, identity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report as JSON, with its line end.
#[must_use]
pub fn gitlab(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    let fingerprints = identity::fingerprints(diagnostics);
    let issues: Vec<_> = diagnostics
        .iter()
        .zip(fingerprints)
        .map(|(diagnostic, fingerprint)| issue(diagnostic, fingerprint, source))
        .collect();
    pretty(&issues)
}

fn issue<'a>(diagnostic: &'a Diagnostic, fingerprint: String, source: Source<'_>) -> Issue<'a> {
    let first = diagnostic.places.first();
    let spot = first.and_then(|place| locate(place.origin, source));
    let mut description = diagnostic.message.clone();
    for line in details(diagnostic, source) {
        description.push('\n');
        description.push_str(&line);
    }
    Issue {
        description,
        check_name: diagnostic.check,
        fingerprint,
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location {
            // GitLab leaves out what has no path: the whole repository is the place of such a finding.
            path: spot
                .as_ref()
                .map_or_else(|| ".".to_owned(), |spot| identity::path(spot.file)),
            lines: Lines {
                begin: spot.map_or(1, |spot| spot.line),
            },
        },
    }
}
