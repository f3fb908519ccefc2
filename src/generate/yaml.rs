//! The one place that knows the YAML library: text from values under our header, and values from text.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::header;

/// A YAML document under our header.
///
/// # Panics
/// When the value has no YAML form (a map with keys that are no text): a bug in a target's types.
#[must_use]
pub fn document(value: &impl Serialize) -> String {
    let body = serde_yaml_ng::to_string(value).expect("targets write types that have a YAML form");
    format!("{}{body}", header::HASH)
}

/// A YAML document that is people's own, in the form of the JSON schema: without tags.
///
/// # Panics
/// When the value has no such form: as of [`document`].
#[must_use]
pub fn plain(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).expect("definitions have a JSON form");
    serde_yaml_ng::to_string(&json).expect("JSON has a YAML form")
}

/// Reads a document back.
///
/// # Errors
/// When the text is no YAML or does not have the type's form; the message names line and column.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    serde_yaml_ng::from_str(text).map_err(YamlError)
}

/// YAML that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct YamlError(serde_yaml_ng::Error);

#[cfg(test)]
mod tests {
    use super::header::HASH;
    use super::*;

    #[test]
    fn texts_of_several_lines_are_literal_blocks() {
        let text = document(&std::collections::BTreeMap::from([(
            "expr",
            "sum(\n  rate(x[5m])\n)",
        )]));
        assert_eq!(
            text,
            format!("{HASH}expr: |-\n  sum(\n    rate(x[5m])\n  )\n")
        );
    }

    #[test]
    fn numbers_have_no_noise() {
        assert_eq!(
            document(&[0.1, 0.001, 14.4, 1.0]),
            format!("{HASH}- 0.1\n- 0.001\n- 14.4\n- 1.0\n")
        );
    }

    #[test]
    fn words_that_yaml_would_take_for_something_else_are_quoted() {
        let text = document(&["true", "null", "1", "0x1F", "~", "2020-01-01", "yes: no"]);
        let back: Vec<String> = read(&text).unwrap();
        assert_eq!(
            back,
            ["true", "null", "1", "0x1F", "~", "2020-01-01", "yes: no"]
        );
    }
}
