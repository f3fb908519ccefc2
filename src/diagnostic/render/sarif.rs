//! SARIF 2.1.0, for code scanning. It has what GitHub asks for: every rule with its texts, a region with its end,
//! and a fingerprint that survives when lines move. GitHub shows the worst 5,000 of at most 25,000 results.

use serde::Serialize;

use super::{Rule, Source, Spot, details, locate, pretty};
use crate::diagnostic::{Diagnostic, Edit, Place, Severity, identity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    name: &'a str,
    short_description: Message,
    full_description: Message,
    help: Help<'a>,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 1],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Mend>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mend {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

/// GitHub reads the first and nothing else.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "primaryLocationLineHash")]
    github: String,
    #[serde(rename = "obsctl/v1")]
    own: String,
}

/// What an edit changes in its file; lines and columns from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The line and column it begins at.
    pub start: (u32, u32),
    /// The line and column behind what goes.
    pub end: (u32, u32),
    /// What is written there.
    pub with: String,
}

/// The report as JSON, with its line end. `rules` are all that were looked at, whether they found something or not;
/// `changes` says what an edit changes in its file, where it can be done there.
#[must_use]
pub fn sarif(
    diagnostics: &[Diagnostic],
    source: Source<'_>,
    rules: &[Rule<'_>],
    changes: &dyn Fn(&Edit) -> Option<Change>,
) -> String {
    let results = diagnostics
        .iter()
        .zip(identity::fingerprints(diagnostics))
        .map(|(diagnostic, fingerprint)| Outcome {
            fixes: Vec::from_iter(mend(diagnostic, changes)),
            ..outcome(diagnostic, fingerprint, source, rules)
        })
        .collect();
    let driver = Driver {
        name: "obsctl",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: REPOSITORY,
        rules: rules.iter().map(descriptor).collect(),
    };
    pretty(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

fn descriptor<'a>(rule: &Rule<'a>) -> Descriptor<'a> {
    let description = || Message {
        text: rule.summary.to_owned(),
    };
    let docs = rule.docs.trim();
    Descriptor {
        id: rule.name,
        name: rule.name,
        short_description: description(),
        full_description: description(),
        help: Help {
            text: docs,
            markdown: docs,
        },
        help_uri: format!("{REPOSITORY}/blob/main/docs/checks/{}.md", rule.name),
        default_configuration: Configuration {
            level: rule.severity.word(),
        },
        properties: Properties {
            tags: ["observability"],
            precision: "very-high",
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    }
}

fn outcome<'a>(
    diagnostic: &'a Diagnostic,
    fingerprint: String,
    source: Source<'_>,
    rules: &[Rule<'_>],
) -> Outcome<'a> {
    let mut text = diagnostic.message.clone();
    for line in details(diagnostic, source) {
        text.push('\n');
        text.push_str(&line);
    }
    let first = diagnostic.places.first();
    let further = diagnostic.places.iter().skip(1);
    let related = further
        .filter_map(|place| Some((place, physical(place, source)?)))
        .enumerate()
        .map(|(index, (place, physical))| Location {
            id: Some(index + 1),
            physical_location: Some(physical),
            message: (!place.note.is_empty()).then(|| Message {
                text: place.note.clone(),
            }),
            ..Location::default()
        });
    Outcome {
        rule_id: diagnostic.check,
        rule_index: rules.iter().position(|rule| rule.name == diagnostic.check),
        level: diagnostic.severity.word(),
        message: Message { text },
        locations: [Location {
            physical_location: first.and_then(|place| physical(place, source)),
            logical_locations: vec![LogicalLocation {
                fully_qualified_name: diagnostic.subject.clone(),
            }],
            ..Location::default()
        }],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints {
            own: fingerprint.clone(),
            github: fingerprint,
        },
        fixes: vec![],
    }
}

fn mend(diagnostic: &Diagnostic, changes: &dyn Fn(&Edit) -> Option<Change>) -> Option<Mend> {
    let fix = diagnostic.fix.as_ref()?;
    let changes = fix.edits.iter().filter_map(|edit| {
        let (file, ..) = edit.origin.location()?;
        let Change { start, end, with } = changes(edit)?;
        Some(ArtifactChange {
            artifact_location: ArtifactLocation {
                uri: uri(&identity::path(file)),
            },
            replacements: vec![Replacement {
                deleted_region: Region {
                    start_line: start.0,
                    start_column: start.1,
                    end_line: end.0,
                    end_column: end.1,
                },
                inserted_content: Message { text: with },
            }],
        })
    });
    let artifact_changes: Vec<_> = changes.collect();
    (!artifact_changes.is_empty()).then(|| Mend {
        description: Message {
            text: fix.title.clone(),
        },
        artifact_changes,
    })
}

fn physical(place: &Place, source: Source<'_>) -> Option<PhysicalLocation> {
    let spot = locate(place.origin, source)?;
    Some(PhysicalLocation {
        artifact_location: ArtifactLocation {
            uri: uri(&identity::path(spot.file)),
        },
        region: region(spot, source),
    })
}

/// What is meant of the line; its first character where the file could not be read.
fn region(spot: Spot, source: Source<'_>) -> Region {
    let length = spot
        .shown(source)
        .and_then(|(text, range)| Some(text.get(range)?.chars().count()));
    let length = length.unwrap_or(1);
    Region {
        start_line: spot.line,
        start_column: spot.column,
        end_line: spot.line,
        end_column: spot.column + u32::try_from(length.max(1)).unwrap_or(1),
    }
}

/// A path as a reference: relative ones are relative to the repository.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("rules/a.yml"), "rules/a.yml");
        assert_eq!(uri("a b:c/é%.yml"), "a%20b%3Ac/%C3%A9%25.yml");
        assert_eq!(uri("/tmp/a.yml"), "file:///tmp/a.yml");
    }
}
