//! Lines of long texts, found by counting their ends many bytes at a time.

/// The bytes of a block: lines are counted block by block.
pub(crate) const BLOCK: usize = 1024;

/// How many lines end in these bytes.
pub(crate) fn ends(bytes: &[u8]) -> usize {
    // Of so few bytes the count fits into one: the compiler then compares many at once.
    let few = bytes.chunks(128).map(|few| {
        let ends = few.iter().map(|byte| u8::from(*byte == b'\n'));
        usize::from(ends.sum::<u8>())
    });
    few.sum()
}

/// A line of a text by its number, from 1, without its end; none where the text has fewer lines.
pub(crate) fn line(text: &str, number: u32) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut before = number.saturating_sub(1) as usize;
    let mut from = 0;
    while let Some(ended) = bytes[from..].get(..BLOCK).map(ends)
        && ended < before
    {
        before -= ended;
        from += BLOCK;
    }
    for _ in 0..before {
        from += memchr::memchr(b'\n', &bytes[from..])? + 1;
    }
    text[from..].lines().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_text() {
        for lengths in [1..4, 0..40, 100..1100, 1020..1030] {
            let lines: Vec<_> = (lengths.cycle().take(60))
                .map(|length| "é".repeat(length / 2))
                .collect();
            let text = lines.join("\n") + "\n";
            assert_eq!(ends(text.as_bytes()), lines.len());
            for (number, expected) in (1..).zip(&lines) {
                assert_eq!(line(&text, number), Some(expected.as_str()), "{number}");
            }
            assert_eq!(line(&text, 61), None);
            assert_eq!(line(&text, 90), None);
        }
        assert_eq!(
            (line("", 1), line("a", 1), line("a", 2)),
            (None, Some("a"), None)
        );
    }
}
