//! Which findings of two runs are the same one, although lines have moved in between.

use std::collections::BTreeMap;

use super::Diagnostic;

/// What a finding says, without where in its file it says so. Ordered as reports are: by file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The file of its primary place, with `/`; none for definitions that were not read from one.
    pub file: Option<String>,
    /// The check that found it.
    pub check: String,
    /// The definition it is about.
    pub subject: String,
    /// What is wrong.
    pub message: String,
}

impl Identity {
    /// A short text that is equal for equal findings, on every machine and in every version.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let file = self.file.as_deref().unwrap_or_default();
        let text = [file, &self.check, &self.subject, &self.message].join("\0");
        format!("{:032x}", hash(&text))
    }
}

impl Diagnostic {
    /// The file of the primary place, as reports name it.
    #[must_use]
    pub fn file(&self) -> Option<String> {
        let (file, ..) = self.location()?;
        Some(path(file))
    }

    /// What tells it from other findings, whatever lines were added above it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            file: self.file(),
            check: self.check.to_owned(),
            subject: self.subject.clone(),
            message: without_positions(&self.message),
        }
    }
}

/// The fingerprint of each finding, different for each: of several that say the same the second ends in `:2`.
#[must_use]
pub fn fingerprints(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    diagnostics
        .iter()
        .map(|diagnostic| {
            let fingerprint = diagnostic.identity().fingerprint();
            let count = seen.entry(fingerprint.clone()).or_default();
            *count += 1;
            format!("{fingerprint}:{count}")
        })
        .collect()
}

/// A path as reports name it, on every system: with `/`, without `.` and, where they lead back, without `..`.
#[must_use]
pub fn path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = vec![];
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// A message without the numbers of lines and columns that it mentions.
fn without_positions(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((at, word)) = ["line ", "column "]
        .into_iter()
        .filter_map(|word| Some((rest.find(word)?, word)))
        .min()
    {
        let (before, after) = rest.split_at(at + word.len());
        let number = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text.push_str(before);
        if number > 0 {
            text.push('_');
        }
        rest = &after[number..];
    }
    text + rest
}

/// FNV-1a with 128 bits: the same on every machine and in every version, which the standard hasher does not
/// promise.
fn hash(text: &str) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes().fold(BASIS, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use obsctl_model::Origin;

    use super::*;

    fn finding(line: u32, message: &str) -> Diagnostic {
        Diagnostic::new("alert `A`", Origin::at("./rules/a.yml", line, 3), message)
    }

    #[test]
    fn lines_do_not_matter_and_words_do() {
        let first = finding(3, "wrong in line 3, column 14").identity();
        assert_eq!(first, finding(70, "wrong in line 70, column 2").identity());
        assert_ne!(first, finding(3, "right in line 3, column 14").identity());
        assert_eq!(first.file.as_deref(), Some("rules/a.yml"));
        assert_eq!(first.message, "wrong in line _, column _");
    }

    #[test]
    fn fingerprints_are_fixed_and_different() {
        let found = [finding(1, "a"), finding(2, "b"), finding(3, "a")];
        assert_eq!(
            fingerprints(&found),
            [
                "3d4deec9b890a498f89694540fb1a958:1",
                "3d4deec9bb90a498f89694540fb1ad09:1",
                "3d4deec9b890a498f89694540fb1a958:2"
            ]
        );
    }

    #[test]
    fn paths_are_the_shortest() {
        for (written, expected) in [
            ("./a/./b.yml", "a/b.yml"),
            ("tests/it/../../a.rs", "a.rs"),
            ("../../a.rs", "../../a.rs"),
            ("/a/../b", "/b"),
            ("a\\b.yml", "a/b.yml"),
        ] {
            assert_eq!(path(written), expected);
        }
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(hash(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(hash("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
