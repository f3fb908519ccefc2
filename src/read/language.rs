//! Which language a query is in, where nobody says it.

/// Whether a text is LogQL and cannot be PromQL.
pub(super) fn is_logql(text: &str) -> bool {
    if text.trim().is_empty() || obsctl_promql::parse(text).errors.is_empty() {
        return false;
    }
    // A stream selector, and what only LogQL has after one.
    let stage = |rest: &str| {
        ["|=", "!=", "|~", "!~", "|>", "!>", "|"]
            .iter()
            .any(|op| rest.starts_with(op))
    };
    text.contains('{')
        && text
            .match_indices('}')
            .any(|(at, _)| stage(text[at + 1..].trim_start()))
}
