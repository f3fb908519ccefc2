//! Which language a query is in, where nobody says it.

/// Whether a text is LogQL and cannot be PromQL.
pub(super) fn is_logql(text: &str) -> bool {
    // Nearly everything is PromQL; what has no selector is no LogQL.
    text.contains('{')
        && !obsctl_promql::parse(text).errors.is_empty()
        && obsctl_logql::parse(text).errors.is_empty()
}
