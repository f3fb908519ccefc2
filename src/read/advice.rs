//! How to mend a text that is no YAML or JSON: what the parsers say is right, and means little to who made a common slip.

use super::Trouble;
use super::source::Source;

/// What to do about it, where that can be told from the line.
pub(super) fn help(source: &Source<'_>, trouble: &Trouble) -> Option<&'static str> {
    let said = |part: &str| trouble.message.contains(part);
    let line = &source.text[source.line_start(trouble.at)..];
    let line = line.lines().next().unwrap_or_default().trim_start();
    let behind = source.text.get(trouble.at..).unwrap_or_default();
    // What stands behind the key and the dash of a list.
    let value = line.strip_prefix("- ").unwrap_or(line);
    let value = value.split_once(": ").map_or(value, |(_, value)| value);
    let value = value.trim_start();
    Some(if line.starts_with("{{") {
        "a template becomes YAML only when it is rendered: look at what comes out, of Helm with `helm template`"
    } else if said("did not find expected") && is_written_by_go(&source.text[..trouble.at]) {
        "the library that rulers write YAML with sets texts whose first line is indented wrongly: save the JSON of \
         `/api/v1/rules` instead"
    } else if said("tabs disallowed") {
        "indent with spaces: YAML takes no tabs"
    } else if said("stands twice") {
        "leave one of them"
    } else if said("not JSON") && (behind.starts_with("//") || behind.starts_with("/*")) {
        "JSON has no comments: take them out"
    } else if said("the text ends") || said("a text is never closed") {
        "a quote or a bracket is missing, or the file is cut off: save or download it again"
    } else if said("quoted scalar") {
        "a quote before this place is never closed"
    } else if said("not JSON") {
        return None;
    } else if value.starts_with("{{") {
        "a text that begins with `{` stands in quotes: `\"{{ … }}\"`"
    } else if value.starts_with(['{', '[', '*', '&', '!', '%', '@', '`', '"', '\'']) {
        "a text that begins with a sign like `{`, `*`, `!` or a quote stands in quotes, or below `|`"
    } else if said("mapping values are not allowed") {
        "a key stands as deep as those before it; a text with `: ` in it stands in quotes, or below `|`"
    } else {
        return None;
    })
}

/// Whether the text before a place is one below `|4-`: the number says how deep it stands, and Go's library does not keep
/// to it.
fn is_written_by_go(before: &str) -> bool {
    let mut lines = before.lines().rev();
    let header = lines.find(|line| line.trim_start().split_once(": ").is_some());
    let header = header.map_or("", |line| line.trim_end_matches(['-', '+']));
    let digit = header.ends_with(|c: char| c.is_ascii_digit());
    digit
        && header
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .ends_with(['|', '>'])
}
