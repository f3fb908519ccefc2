//! Known findings: recorded once, so that only new ones are reported. A line of JSON for each, sorted, without line
//! numbers, so that its diff says what was mended.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Problem;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::identity::Identity;

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    entries: BTreeMap<Identity, Known>,
}

/// How often a finding is known, and the line that says so.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Known {
    count: usize,
    line: usize,
}

/// A known finding that was found less often than it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The finding.
    pub identity: Identity,
    /// How often it is recorded.
    pub recorded: usize,
    /// How often it was found.
    pub found: usize,
    /// The line of the file.
    pub line: usize,
}

/// What a baseline makes of findings.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Those that it does not know.
    pub new: Vec<Diagnostic>,
    /// How many it knows.
    pub known: usize,
    /// What it knows and is no longer found.
    pub unused: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    check: std::borrow::Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    file: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    subject: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    message: std::borrow::Cow<'a, str>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

const fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Baseline {
    /// Records findings.
    #[must_use]
    pub fn of(found: &[Diagnostic]) -> Self {
        let mut entries: BTreeMap<Identity, Known> = BTreeMap::new();
        for diagnostic in found {
            entries.entry(diagnostic.identity()).or_default().count += 1;
        }
        for (line, known) in (1..).zip(entries.values_mut()) {
            known.line = line;
        }
        Self { entries }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is not a finding.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut entries: BTreeMap<Identity, Known> = BTreeMap::new();
        for (line, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            let read: Line<'_> = serde_json::from_str(text).map_err(|error| {
                let reason = error.to_string();
                // The line is that of the file, not the only one of this text.
                let reason = match text.trim_start().starts_with('{') {
                    true => reason.split(" at line ").next().unwrap_or_default(),
                    false => "this is no JSON object with `check`, `file`, `subject`, `message` and `count`",
                };
                let fix = "correct the line, or delete the file and record all findings anew with `--write-baseline`";
                Problem::in_line(line, reason.replace("field", "key"), fix)
            })?;
            let identity = Identity {
                file: read.file.map(Into::into),
                check: read.check.into(),
                subject: read.subject.into(),
                message: read.message.into(),
            };
            // A merge of two branches can leave two lines.
            let known = entries.entry(identity).or_insert(Known { count: 0, line });
            known.count += read.count;
        }
        Ok(Self { entries })
    }

    /// How many findings it records.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.values().map(|known| known.count).sum()
    }

    /// Takes the known ones out. `looked_for` says whether a known finding could have been found at all.
    #[must_use]
    pub fn compare(
        &self,
        found: Vec<Diagnostic>,
        looked_for: impl Fn(&Identity) -> bool,
    ) -> Compared {
        if self.entries.is_empty() {
            return Compared {
                new: found,
                ..Compared::default()
            };
        }
        let mut seen: BTreeMap<&Identity, usize> = BTreeMap::new();
        let mut compared = Compared::default();
        for diagnostic in found {
            if let Some((identity, known)) = self.entries.get_key_value(&diagnostic.identity()) {
                let seen = seen.entry(identity).or_default();
                if *seen < known.count {
                    *seen += 1;
                    compared.known += 1;
                    continue;
                }
            }
            compared.new.push(diagnostic);
        }
        let entries = self.entries.iter().map(|(identity, known)| Entry {
            identity: identity.clone(),
            recorded: known.count,
            found: seen.get(identity).copied().unwrap_or_default(),
            line: known.line,
        });
        compared.unused = entries
            .filter(|entry| entry.found < entry.recorded && looked_for(&entry.identity))
            .collect();
        compared
    }
}

/// The file.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (identity, known) in &self.entries {
            let line = Line {
                check: identity.check.as_str().into(),
                file: identity.file.as_deref().map(Into::into),
                subject: identity.subject.as_str().into(),
                message: identity.message.as_str().into(),
                count: known.count,
            };
            let line = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::Origin;

    use super::*;

    fn finding(check: &'static str, file: &'static str, line: u32) -> Diagnostic {
        Diagnostic {
            check,
            ..Diagnostic::new("alert `A`", Origin::at(file, line, 1), "it is \"wrong\"")
        }
    }

    fn found() -> Vec<Diagnostic> {
        vec![
            finding("b", "x.yml", 1),
            finding("a", "x.yml", 2),
            finding("b", "x.yml", 3),
            finding("a", "a.yml", 4),
        ]
    }

    #[test]
    fn a_line_for_each_sorted_and_read_again() {
        let text = Baseline::of(&found()).to_string();
        insta::assert_snapshot!(text, @r#"
        {"check":"a","file":"a.yml","subject":"alert `A`","message":"it is \"wrong\""}
        {"check":"a","file":"x.yml","subject":"alert `A`","message":"it is \"wrong\""}
        {"check":"b","file":"x.yml","subject":"alert `A`","message":"it is \"wrong\"","count":2}
        "#);
        let read = Baseline::parse(&text).unwrap();
        assert_eq!(read, Baseline::of(&found()));
        assert_eq!(read.to_string(), text);
        assert_eq!(read.count(), 4);
    }

    #[test]
    fn known_ones_are_counted_and_new_ones_stay() {
        let baseline = Baseline::of(&found());
        let moved: Vec<_> = [
            finding("b", "x.yml", 10),
            finding("b", "x.yml", 20),
            finding("b", "x.yml", 30),
            finding("a", "y.yml", 2),
        ]
        .into();
        let compared =
            baseline.compare(moved, |identity| identity.file.as_deref() != Some("a.yml"));
        assert_eq!(compared.known, 2);
        let new: Vec<_> = compared.new.iter().map(|one| one.file().unwrap()).collect();
        assert_eq!(new, ["x.yml", "y.yml"]);
        assert_eq!(compared.unused.len(), 1);
        assert_eq!((compared.unused[0].line, compared.unused[0].found), (2, 0));
    }

    #[test]
    fn lines_that_are_no_findings_are_named() {
        let good = Baseline::of(&found()[..1]).to_string();
        for (wrong, expected) in [
            ("{", "line 3, column 1: EOF while parsing an object"),
            (
                r#"{"check":"a","subject":"b"}"#,
                "line 3, column 1: missing key `message`",
            ),
            (
                r#"{"check":"a","subject":"b","message":"c","lines":1}"#,
                "line 3, column 1: unknown key `lines`, expected one of `check`, `file`, `subject`, `message`, `count`",
            ),
        ] {
            let problem = Baseline::parse(&format!("{good}\n{wrong}\n")).unwrap_err();
            assert_eq!(problem.to_string(), expected);
        }
    }
}
