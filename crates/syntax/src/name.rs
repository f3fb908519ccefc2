//! Names that were mistyped.

use std::borrow::Cow;

/// The known name that was most likely meant: at most a third of its letters differ, or one. Capitals do not count.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let farthest = |candidate: &str| (candidate.len().max(name.len()) / 3).max(1);
    let meant = lower(name);
    known
        .into_iter()
        // Names of very different lengths cannot be near, and comparing them is slow.
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= farthest(candidate))
        .map(|candidate| (strsim::osa_distance(&meant, &lower(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= farthest(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant_is_near() {
        let known = ["rate", "irate", "rootName", "by"];
        for (name, expected) in [
            ("rate", Some("rate")),
            ("rat", Some("rate")),
            ("raet", Some("rate")),
            ("Rate", Some("rate")),
            ("rootname", Some("rootName")),
            ("bx", Some("by")),
            ("increase", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest(&"rate".repeat(1000), known), None);
    }
}
