//! JUnit's XML, which every build server shows: a test case per finding, and one that passed per check that
//! found nothing.

use std::collections::BTreeSet;

use super::xml::Xml;
use super::{Rule, Source, details, locate};
use crate::diagnostic::{Diagnostic, Severity, identity};

/// The report as XML. Findings of the severity `fails` and worse ones are failures; the others are told and pass.
#[must_use]
pub fn junit(
    diagnostics: &[Diagnostic],
    source: Source<'_>,
    rules: &[Rule<'_>],
    fails: Option<Severity>,
) -> String {
    let failing = |one: &Diagnostic| fails.is_some_and(|worst| one.severity <= worst);
    let failures = diagnostics.iter().filter(|one| failing(one)).count();
    let found: BTreeSet<_> = diagnostics.iter().map(|one| one.check).collect();
    let passed: Vec<_> = rules
        .iter()
        .filter(|rule| !found.contains(rule.name))
        .collect();
    let tests = (diagnostics.len() + passed.len()).to_string();
    let failures = failures.to_string();
    let counts = [
        ("name", "obsctl check"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
    ];
    let mut xml = Xml::new();
    xml.open("testsuites", &counts);
    xml.open("testsuite", &counts);
    for diagnostic in diagnostics {
        case(&mut xml, diagnostic, source, failing(diagnostic));
    }
    for rule in passed {
        xml.empty(
            "testcase",
            &[("classname", rule.name), ("name", rule.summary)],
        );
    }
    xml.finish()
}

fn case(xml: &mut Xml, diagnostic: &Diagnostic, source: Source<'_>, fails: bool) {
    let first = diagnostic.places.first();
    let spot = first.and_then(|place| locate(place.origin, source));
    let place = spot.map(|spot| (identity::path(spot.file), spot.line.to_string()));
    let name = format!("{}: {}", diagnostic.subject, diagnostic.message);
    let mut attributes = vec![("classname", diagnostic.check), ("name", name.as_str())];
    let mut text = vec![];
    if let Some((file, line)) = &place {
        attributes.push(("file", file));
        attributes.push(("line", line));
        text.push(format!("{file}:{line}"));
    }
    text.extend(details(diagnostic, source));
    let text = text.join("\n");
    xml.open("testcase", &attributes);
    if fails {
        let kind = diagnostic.severity.word();
        let attributes = [("type", kind), ("message", diagnostic.message.as_str())];
        xml.text("failure", &attributes, &text);
    } else {
        let text = format!(
            "{}: {}\n{text}",
            diagnostic.severity.word(),
            diagnostic.message
        );
        xml.text("system-out", &[], &text);
    }
    xml.close();
}
