//! The stream selectors of a LogQL query: which of them finds no streams.

/// The stream selectors of a query, each once: what stands in braces outside of quotes.
#[must_use]
pub fn selectors(query: &str) -> Vec<&str> {
    let mut found = vec![];
    let (mut quote, mut escaped, mut open) = (None, false, None);
    for (at, byte) in query.bytes().enumerate() {
        match (quote, byte) {
            (Some(b'"'), _) if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(q), _) if q == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(byte),
            (None, b'{') => open = Some(at),
            (None, b'}') => {
                if let Some(start) = open.take()
                    && !found.contains(&&query[start..=at])
                {
                    found.push(&query[start..=at]);
                }
            }
            _ => {}
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
