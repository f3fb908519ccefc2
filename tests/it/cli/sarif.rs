//! SARIF as it is written: against the schema that OASIS publishes, where it is at hand, and everywhere against the part
//! of SARIF 2.1.0 that is written, with what no schema says: what an index points at, and which regions there are.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{fix, reports};
use crate::engines::notice;

/// Reports of definitions, of files with fixes, and of a file that cannot be read.
fn logs() -> [String; 3] {
    let files = |path: &str| {
        let test = fix::team();
        test.write("broken.yml", "groups:\n- name: g\n  rules: 7\n");
        let report = test.run(&["check", path, "--format", "sarif"]);
        let (_, log) = report.split_once("----- stdout -----\n").unwrap();
        let (log, _) = log.split_once("----- stderr -----\n").unwrap_or((log, ""));
        log.to_owned()
    };
    [
        reports::report("sarif"),
        files("dashboards"),
        files("broken.yml"),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    #[serde(rename = "$schema")]
    schema: String,
    version: Version,
    runs: [Run; 1],
}

#[derive(Deserialize)]
enum Version {
    #[serde(rename = "2.1.0")]
    TwoOne,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Run {
    tool: Tool,
    #[serde(rename = "columnKind")]
    _columns: Columns,
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
enum Columns {
    #[serde(rename = "unicodeCodePoints")]
    CodePoints,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Driver {
    name: String,
    semantic_version: String,
    information_uri: String,
    rules: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Descriptor {
    id: String,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    help_uri: String,
    #[serde(rename = "defaultConfiguration")]
    _level: Configuration,
    /// A bag in which SARIF leaves everything open.
    #[serde(rename = "properties")]
    _properties: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    #[serde(rename = "level")]
    _level: Level,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Note,
    Warning,
    Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Outcome {
    rule_id: Option<String>,
    rule_index: Option<usize>,
    #[serde(rename = "level")]
    _level: Level,
    message: Message,
    locations: [Location; 1],
    #[serde(default)]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(default)]
    fixes: Vec<Mend>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fingerprints {
    #[serde(rename = "primaryLocationLineHash")]
    github: String,
    #[serde(rename = "obsctl/v1")]
    own: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Location {
    id: Option<usize>,
    physical_location: Option<Physical>,
    #[serde(default)]
    logical_locations: Vec<Logical>,
    message: Option<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Artifact {
    uri: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Mend {
    description: Message,
    artifact_changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    /// What is only taken away leaves nothing.
    #[serde(rename = "insertedContent")]
    _inserted: Inserted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inserted {
    #[serde(rename = "text")]
    _text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
}

/// What is wrong with a log.
fn wrong(log: &str) -> Result<(), String> {
    let log: Log = serde_json::from_str(log).map_err(|error| error.to_string())?;
    let Version::TwoOne = log.version;
    let [run] = log.runs;
    let driver = run.tool.driver;
    full(&[
        &log.schema,
        &driver.name,
        &driver.semantic_version,
        &driver.information_uri,
    ])?;
    let mut ids = BTreeSet::new();
    for rule in &driver.rules {
        let texts = [&rule.short_description.text, &rule.full_description.text];
        full(&[&rule.id, &rule.name, &rule.help_uri, texts[0], texts[1]])?;
        full(&[&rule.help.text, &rule.help.markdown])?;
        if !ids.insert(&rule.id) {
            return Err(format!("two rules are `{}`", rule.id));
        }
    }
    let mut fingerprints = BTreeSet::new();
    for result in &run.results {
        let rule = result.rule_index.map(|index| driver.rules.get(index));
        let rule = rule.map(|rule| rule.map(|rule| &rule.id));
        if rule.is_some_and(|id| id != result.rule_id.as_ref()) {
            return Err(format!(
                "`ruleIndex` points at {rule:?}, not {:?}",
                result.rule_id
            ));
        }
        let known = result.rule_id.as_ref().is_some_and(|id| ids.contains(id));
        if known && rule.is_none() {
            return Err(format!("{:?} has no `ruleIndex`", result.rule_id));
        }
        let prints = &result.partial_fingerprints;
        full(&[&result.message.text, &prints.github, &prints.own])?;
        if !fingerprints.insert(&prints.own) {
            return Err(format!("two results have the fingerprint `{}`", prints.own));
        }
        result.locations.iter().try_for_each(location)?;
        for (index, related) in result.related_locations.iter().enumerate() {
            location(related)?;
            if related.id != Some(index + 1) {
                return Err(format!(
                    "related location {} has id {:?}",
                    index + 1,
                    related.id
                ));
            }
        }
        for fix in &result.fixes {
            full(&[&fix.description.text])?;
            for change in &fix.artifact_changes {
                uri(&change.artifact_location.uri)?;
                if change.replacements.is_empty() {
                    return Err("a change replaces nothing".to_owned());
                }
                let regions = change.replacements.iter();
                regions
                    .map(|one| &one.deleted_region)
                    .try_for_each(region)?;
            }
        }
    }
    Ok(())
}

fn full(texts: &[&String]) -> Result<(), String> {
    let empty = texts.iter().any(|text| text.trim().is_empty());
    if empty {
        Err(format!("an empty text among {texts:?}"))
    } else {
        Ok(())
    }
}

fn location(location: &Location) -> Result<(), String> {
    for logical in &location.logical_locations {
        full(&[&logical.fully_qualified_name])?;
    }
    if let Some(message) = &location.message {
        full(&[&message.text])?;
    }
    match &location.physical_location {
        Some(place) => {
            uri(&place.artifact_location.uri)?;
            region(&place.region)
        }
        None if location.logical_locations.is_empty() => Err("a location is nowhere".to_owned()),
        None => Ok(()),
    }
}

/// Lines and columns count from 1, and the end stands behind the beginning.
fn region(region: &Region) -> Result<(), String> {
    let start = (region.start_line, region.start_column);
    let end = (region.end_line, region.end_column);
    let counts = start.0 >= 1 && start.1 >= 1 && end.0 >= 1 && end.1 >= 1;
    if counts && start <= end {
        Ok(())
    } else {
        Err(format!("no region from {start:?} to {end:?}"))
    }
}

/// A reference as RFC 3986 has it: of a file in the repository, or a `file` with its whole path.
fn uri(uri: &str) -> Result<(), String> {
    let path = uri.strip_prefix("file://");
    let is_whole = path.is_none_or(|path| path.starts_with('/'));
    let path = path.unwrap_or(uri);
    let legal = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
    let is_inside = uri.starts_with("file:") || !path.starts_with('/');
    if is_whole && is_inside && !path.is_empty() && path.chars().all(legal) {
        Ok(())
    } else {
        Err(format!("`{uri}` is no reference of a file"))
    }
}

#[test]
fn everything_written_is_sarif() {
    let logs = logs();
    for log in &logs {
        assert_eq!(wrong(log), Ok(()), "{log}");
    }
    // Each has what the others have not.
    for (log, part) in logs
        .iter()
        .zip(["\"ruleIndex\"", "\"fixes\"", "\"unreadable\""])
    {
        assert!(log.contains(part), "{part}: {log}");
    }
}

#[test]
fn what_is_no_sarif_is_found() {
    let [log, fixed, _] = logs();
    let first = "/runs/0/results/0";
    for (log, at, value) in [
        (&log, "/version".to_owned(), json!("2.0.0")),
        (&log, "/runs/0/columnKind".to_owned(), json!("bytes")),
        (
            &log,
            "/runs/0/tool/driver/rules/0/helpUri".to_owned(),
            json!(""),
        ),
        (&log, format!("{first}/level"), json!("fatal")),
        (&log, format!("{first}/ruleIndex"), json!(0)),
        (&log, format!("{first}/ruleIndex"), json!(100_000)),
        (&log, format!("{first}/ruleIndex"), Value::Null),
        (
            &log,
            format!("{first}/message"),
            json!({"text": "x", "markup": "x"}),
        ),
        (&log, format!("{first}/locations"), json!([{}])),
        (
            &log,
            format!("{first}/locations/0/physicalLocation/region/startLine"),
            json!(0),
        ),
        (
            &log,
            format!("{first}/locations/0/physicalLocation/region/endColumn"),
            json!(0),
        ),
        (
            &log,
            format!("{first}/locations/0/physicalLocation/artifactLocation/uri"),
            json!("/a b.rs"),
        ),
        (
            &log,
            format!("{first}/partialFingerprints/obsctl~1v1"),
            json!(""),
        ),
        (
            &fixed,
            format!("{first}/fixes/0/artifactChanges/0/replacements"),
            json!([]),
        ),
    ] {
        let mut spoilt: Value = serde_json::from_str(log).unwrap();
        *spoilt
            .pointer_mut(&at)
            .unwrap_or_else(|| panic!("{at}: {log}")) = value;
        assert!(wrong(&spoilt.to_string()).is_err(), "{at}");
    }
}

/// `OBSCTL_SARIF_SCHEMA` names the schema that OASIS publishes: `.ci/run` gets it with a package that has it.
#[test]
fn sarif_follows_its_schema() {
    let Some(path) = std::env::var_os("OBSCTL_SARIF_SCHEMA").map(PathBuf::from) else {
        return notice("`OBSCTL_SARIF_SCHEMA` names no schema");
    };
    // Of the pattern of languages, which are not written, a bracket is a literal that not every reader of patterns takes.
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for log in logs() {
        let log: Value = serde_json::from_str(&log).unwrap();
        let wrong = validator.iter_errors(&log).map(|error| error.to_string());
        let wrong: Vec<_> = wrong.collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
