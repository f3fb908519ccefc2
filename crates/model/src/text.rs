//! Texts of several lines, as they stand in a source file.

/// Takes the indentation of the source file away from a text of several lines.
pub(crate) fn dedent(text: &str) -> String {
    let lines = || text.lines().skip_while(|line| line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    // The first line follows the opening quote, so its indentation says nothing.
    let first_is_quoted = text
        .lines()
        .next()
        .is_some_and(|line| !line.trim().is_empty());
    let margin = lines()
        .skip(usize::from(first_is_quoted))
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min()
        .unwrap_or(0);
    let body: Vec<_> = lines()
        .map(|line| line[indent(line).min(margin)..].trim_end())
        .collect();
    body.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn indentation_of_the_source_is_taken_away() {
        let text = "
            SELECT 1
              FROM x
            ";
        assert_eq!(dedent(text), "SELECT 1\n  FROM x");
    }

    #[test]
    fn a_text_may_begin_at_its_quote() {
        assert_eq!(dedent("SELECT 1"), "SELECT 1");
        let text = "a
            b";
        assert_eq!(dedent(text), "a\nb");
    }
}
