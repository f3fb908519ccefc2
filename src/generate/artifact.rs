//! Files to be written, as data.

use std::collections::BTreeMap;

/// A file that a target makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Path relative to the repository's root (or `--out`), with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Artifact {
    /// A file of this text.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// Everything that was generated, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArtifactSet {
    files: BTreeMap<String, String>,
}

impl ArtifactSet {
    /// Collects artifacts.
    ///
    /// # Panics
    /// When two have the same path, or one is outside of the generated folders: a bug in a target.
    #[must_use]
    pub fn new(artifacts: impl IntoIterator<Item = Artifact>) -> Self {
        let mut files = BTreeMap::new();
        for artifact in artifacts {
            assert!(
                super::in_generated_folder(&artifact.path),
                "`{}` is in no generated folder",
                artifact.path
            );
            let twice = files.insert(artifact.path.clone(), artifact.text);
            assert!(twice.is_none(), "two targets write `{}`", artifact.path);
        }
        Self { files }
    }

    /// Paths and texts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}
