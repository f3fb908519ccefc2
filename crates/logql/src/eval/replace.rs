//! `label_replace`.

use super::plan::LabelReplace;
use super::value::Sample;

/// Sets a label from a match of another; what does not match stays as it is.
pub(super) fn replace(node: &LabelReplace, mut samples: Vec<Sample>) -> Vec<Sample> {
    for sample in &mut samples {
        let Some(captures) = node.regex.captures(sample.labels.value(&node.source)) else {
            continue;
        };
        let mut value = String::new();
        captures.expand(&node.replacement, &mut value);
        drop(captures);
        sample.labels = sample.labels.with(&node.target, &value);
    }
    samples
}
