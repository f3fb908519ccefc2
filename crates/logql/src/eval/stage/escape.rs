//! Escapes in texts of JSON and logfmt. Loki reads them with different libraries, which differ in `\\u` alone and in
//! what stands for itself.

/// A text without its escapes; nothing where one is wrong. The letters of `plain` stand for themselves; `unicode` gives
/// the letter of what follows `\\u`, and how many bytes of it that took.
pub(super) fn undo(
    text: &str,
    plain: &str,
    unicode: impl Fn(&str) -> Option<(char, usize)>,
) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let sign = after.chars().next()?;
        let mut length = 1;
        out.push(match sign {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (char, taken) = unicode(after.get(1..)?)?;
                length += taken;
                char
            }
            sign if plain.contains(sign) => sign,
            _ => return None,
        });
        rest = after.get(length..)?;
    }
    out.push_str(rest);
    Some(out)
}
