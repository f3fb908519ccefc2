//! The stream selectors of a LogQL query: which of them finds no streams.

/// The stream selectors of a query, each once; none of a query that cannot be read.
#[must_use]
pub fn selectors(query: &str) -> Vec<&str> {
    let parsed = obsctl_logql::parse(query);
    if !parsed.errors.is_empty() {
        return vec![];
    }
    let mut found = vec![];
    for used in parsed.expr.log_queries() {
        let text = &query[used.query.selector.span.range()];
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::selectors;

    #[test]
    fn braces_inside_quotes_are_text() {
        let query = r#"sum(rate({job="a{b}\"}"} |= `{x}` | json [5m])) / sum(rate({job="b"}[5m])) or sum(rate({job="b"}[1m]))"#;
        assert_eq!(selectors(query), [r#"{job="a{b}\"}"}"#, r#"{job="b"}"#]);
        assert_eq!(selectors("sum("), [""; 0]);
        assert_eq!(selectors("{a=\"b"), [""; 0]);
    }
}
