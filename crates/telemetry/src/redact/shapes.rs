//! By value: the shapes of what must not appear, each recognised at a place in a text.
//!
//! Every function looks at a bounded number of bytes or is asked once a run, so that a text is read in linear time.

/// Shorter runs of letters and digits are words.
const TOKEN: usize = 20;
/// From here on, letters and digits in one run are no word in any writing.
const OPAQUE: usize = 32;

/// What comes before the `@` of an address is no longer than this, escapes included.
const LONGEST_LOCAL: usize = 192;

/// Whether it is an identifier by its shape: a UUID, a trace id, a span id, a `traceparent`.
pub(super) fn is_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        16 | 32 => bytes.iter().all(u8::is_ascii_hexdigit),
        36 => is_uuid(bytes),
        55 => is_traceparent(bytes),
        _ => false,
    }
}

/// `550e8400-e29b-41d4-a716-446655440000`.
pub(super) fn is_uuid(bytes: &[u8]) -> bool {
    grouped(bytes, &[8, 4, 4, 4, 12])
}

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
pub(super) fn is_traceparent(bytes: &[u8]) -> bool {
    grouped(bytes, &[2, 32, 16, 2])
}

/// Whether it is groups of hexadecimal digits of these lengths, joined by hyphens.
fn grouped(bytes: &[u8], lengths: &[usize]) -> bool {
    let mut groups = bytes.split(|byte| *byte == b'-');
    lengths.iter().all(|length| {
        (groups.next())
            .is_some_and(|group| group.len() == *length && group.iter().all(u8::is_ascii_hexdigit))
    }) && groups.next().is_none()
}

/// The end of the run of characters a token is made of, beginning at `start`; padding counts.
pub(super) fn run_end(bytes: &[u8], start: usize) -> usize {
    let end = end_while(bytes, start, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
    });
    if end - start < TOKEN {
        return end;
    }
    end_while(bytes, end, |byte| byte == b'=')
}

/// What a run of characters is made of.
#[derive(Default)]
struct Makeup {
    upper: usize,
    lower: usize,
    digit: usize,
    /// How often the kind of character changes; random texts change often, words and dates rarely.
    changes: usize,
}

impl Makeup {
    fn of(run: &[u8]) -> Self {
        let mut made = Self::default();
        let mut last = 0;
        for byte in run {
            let kind = match byte {
                b'A'..=b'Z' => 1,
                b'a'..=b'z' => 2,
                b'0'..=b'9' => 3,
                _ => continue,
            };
            made.upper += usize::from(kind == 1);
            made.lower += usize::from(kind == 2);
            made.digit += usize::from(kind == 3);
            made.changes += usize::from(last != 0 && kind != last);
            last = kind;
        }
        made
    }

    /// Whether letters of both cases and digits are mixed, changing at least once in `every` characters.
    fn is_mixed(&self, every: usize) -> bool {
        let all = self.upper + self.lower + self.digit;
        self.upper > 0 && self.lower > 0 && self.digit > 0 && self.changes * every >= all
    }
}

/// Whether the run is a long hexadecimal or base64 token.
pub(super) fn is_token(run: &[u8]) -> bool {
    if run.len() < TOKEN || is_uuid(run) || is_traceparent(run) {
        return false;
    }
    Makeup::of(run).is_mixed(4)
        || run
            .split(|byte| !byte.is_ascii_alphanumeric())
            .filter(|part| part.len() >= TOKEN)
            .any(|part| {
                let letters = part.iter().any(u8::is_ascii_alphabetic);
                let digits = part.iter().any(u8::is_ascii_digit);
                letters && part.iter().all(u8::is_ascii_hexdigit)
                    || letters && digits && part.len() >= OPAQUE
            })
}

/// The end of a base64 token with slashes that begins at `start`; a path is none.
pub(super) fn slashed_token(bytes: &[u8], start: usize) -> Option<usize> {
    let end = end_while(bytes, start, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
    });
    let end = end_while(bytes, end, |byte| byte == b'=');
    (end - start >= OPAQUE && Makeup::of(&bytes[start..end]).is_mixed(3)).then_some(end)
}

/// The end of a JSON Web Token that begins at `start`.
pub(super) fn jwt(bytes: &[u8], start: usize) -> Option<usize> {
    if !bytes[start..].starts_with(b"eyJ") {
        return None;
    }
    let end = end_while(bytes, start, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=')
    });
    (end - start >= TOKEN).then_some(end)
}

/// Where the token after `Bearer` or `Basic` at `start` begins and ends.
pub(super) fn bearer(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let scheme = [&b"bearer"[..], b"basic"].into_iter().find(|scheme| {
        (bytes.get(start..start + scheme.len()))
            .is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    })?;
    let after = start + scheme.len();
    let begin = end_while(bytes, after, |byte| matches!(byte, b' ' | b':' | b'='));
    if begin == after {
        return None;
    }
    let end = end_while(bytes, begin, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
    });
    let token = &bytes[begin..end];
    let opaque = token.len() >= 16 || token.len() >= 6 && token.iter().any(u8::is_ascii_digit);
    opaque.then_some((begin, end))
}

/// The start and end of the e-mail address whose `@` (or `%40`) is at `at`; nothing before `from` belongs to it.
pub(super) fn email(bytes: &[u8], from: usize, at: usize) -> Option<(usize, usize)> {
    let domain = at + if bytes[at] == b'@' { 1 } else { 3 };
    let local =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-'".contains(byte) || *byte >= 0x80;
    let before = bytes[from..at].iter().rev().take(LONGEST_LOCAL);
    let start = at - before.take_while(|byte| local(byte)).count();
    let mut end = end_while(bytes, domain, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || byte >= 0x80
    });
    while end > domain && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    let host = &bytes[domain..end];
    let dot = host.iter().rposition(|byte| *byte == b'.')?;
    (start < at && dot > 0 && host.len() - dot > 2).then_some((start, end))
}

/// The end of the user and password of an address whose `://` ends at `start`.
pub(super) fn userinfo(bytes: &[u8], start: usize) -> Option<usize> {
    let end = end_while(&bytes[..bytes.len().min(start + 512)], start, |byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'<' | b'>')
    });
    let at = bytes[start..end].iter().rposition(|byte| *byte == b'@')?;
    (at > 0).then_some(start + at)
}

/// A number in a text that is more than a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// A payment card by its length, first digit and checksum.
    Card(usize),
    /// A phone number by its plus sign or its grouping.
    Phone(usize),
}

/// What the digits at `start` are.
pub(super) fn digits(bytes: &[u8], start: usize) -> Option<Digits> {
    card(bytes, start)
        .map(Digits::Card)
        .or_else(|| phone(bytes, start).map(Digits::Phone))
}

/// Digits with the index after each, single separators between them skipped.
fn spaced<'a>(
    bytes: &'a [u8],
    start: usize,
    separators: &'a [u8],
) -> impl Iterator<Item = (u8, usize)> + 'a {
    let mut at = start;
    std::iter::from_fn(move || {
        if at > start && bytes.get(at).is_some_and(|byte| separators.contains(byte)) {
            at += 1;
        }
        let digit = bytes.get(at).filter(|byte| byte.is_ascii_digit())?;
        at += 1;
        Some((digit - b'0', at))
    })
}

/// The end of a card number that begins at `start`.
fn card(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits = [0; 19];
    let mut end = None;
    for (count, (digit, after)) in spaced(bytes, start, b" -").take(19).enumerate() {
        digits[count] = digit;
        let length = count + 1;
        let first_fits = matches!(digits[0], 3..=6) || digits[0] == 2 && length == 16;
        let ends = !bytes.get(after).is_some_and(u8::is_ascii_alphanumeric);
        if length >= 13 && first_fits && ends && passes_luhn(&digits[..length]) {
            end = Some(after);
        }
    }
    end
}

/// The checksum of card numbers: every second digit from the right counts twice.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The end of a phone number that begins at `start`: `+49 30 901820`, `(555) 123-4567`, `555-123-4567`.
fn phone(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) == Some(&b'+') {
        return international(bytes, start + 1);
    }
    let mut at = start;
    if bytes.get(at) == Some(&b'1') && matches!(bytes.get(at + 1), Some(b'-' | b'.' | b' ')) {
        at += 2;
    }
    let open = bytes.get(at) == Some(&b'(');
    let area = exactly(bytes, at + usize::from(open), 3)?;
    let area = if open {
        (bytes.get(area) == Some(&b')')).then_some(area + 1)?
    } else {
        area
    };
    let separated = |at: usize| matches!(bytes.get(at), Some(b'-' | b'.' | b' '));
    let exchange = area + usize::from(separated(area));
    let second = exactly(bytes, exchange, 3)?;
    let end = exactly(bytes, second + usize::from(separated(second)), 4)?;
    let grouped = (open || separated(area)) && separated(second);
    (grouped && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some(end)
}

/// The end of the 8 to 15 digits of an international number; brackets and single separators may be between.
fn international(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut end, mut count) = (start, start, 0);
    while at < bytes.len() && count <= 15 {
        match bytes[at] {
            b'0'..=b'9' => {
                count += 1;
                end = at + 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' if at - end < 2 => {}
            _ => break,
        }
        at += 1;
    }
    let ends = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    ((8..=15).contains(&count) && ends).then_some(end)
}

/// The end of exactly `count` digits at `start`.
fn exactly(bytes: &[u8], start: usize, count: usize) -> Option<usize> {
    let end = start + count;
    let all = bytes.get(start..end)?.iter().all(u8::is_ascii_digit);
    all.then_some(end)
}

/// Where bytes stop to be `wanted`.
pub(super) fn end_while(bytes: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes[start..].iter().take_while(|byte| wanted(**byte));
    start + rest.count()
}
