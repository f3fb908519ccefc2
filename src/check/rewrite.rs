//! Parts of PromQL queries as they would be written otherwise, with everything around them as it was.

use std::ops::Range;

use obsctl_promql::Span;
use obsctl_promql::ast::{MatchOp, Matcher, Selector, StringLiteral};

/// A matcher behind its label, with another operator and value; none where a comment stands in it.
pub(super) fn matcher(
    query: &str,
    matcher: &Matcher,
    op: MatchOp,
    value: &str,
) -> Option<(Range<usize>, String)> {
    let (name, old) = (matcher.name.span.range(), matcher.value.span.range());
    let between = query.get(name.end..old.start)?;
    let value = string(query, &old, value);
    let op = between.replacen(&matcher.op.to_string(), &op.to_string(), 1);
    (!between.contains('#')).then(|| (name.end..old.end, op + &value))
}

/// A string literal with another value, in the quotes it has where they can hold it.
fn string(query: &str, old: &Range<usize>, value: &str) -> String {
    let quote = query.as_bytes().get(old.start);
    let special = |char: char| char.is_control() || matches!(char, '\\' | '"' | '\'');
    match quote {
        Some(b'`') if !value.contains('`') => format!("`{value}`"),
        Some(b'\'') if !value.contains(special) => format!("'{value}'"),
        _ => StringLiteral {
            value: value.to_owned(),
            span: Span::default(),
        }
        .to_string(),
    }
}

/// What goes when a part of a selector's braces goes: its comma too, and empty braces behind a name. None where a
/// comment would go along, or where nothing would be left to select by.
pub(super) fn without(query: &str, selector: &Selector, part: Span) -> Option<Range<usize>> {
    let part = part.range();
    let whole = selector.span.range();
    let matchers = selector.matchers.iter().map(|one| one.span.range());
    let variables = selector.variables.iter().map(|one| one.span.range());
    let open = whole.start + query.get(whole.clone())?.find('{')?;
    let name = selector.name.as_ref().map(|name| name.span.range());
    let quoted = name.clone().filter(|name| name.start > open);
    let mut parts: Vec<_> = matchers.chain(variables).chain(quoted).collect();
    parts.sort_by_key(|one| one.start);
    let index = parts.iter().position(|one| *one == part)?;
    let range = match (index.checked_sub(1), parts.get(index + 1)) {
        (_, Some(next)) => part.start..next.start,
        (Some(before), None) => parts[before].end..part.end,
        (None, None) => {
            let rest = query.get(part.end..)?;
            let close = part.end + rest.find('}')?;
            let inside = query.get(open + 1..part.start)?.trim();
            let behind = query.get(part.end..close)?.trim();
            let alone = inside.is_empty() && matches!(behind, "" | ",");
            (alone && name.is_some()).then_some(open..close + 1)?
        }
    };
    let before = query.get(range.start..part.start.max(range.start))?;
    let behind = query.get(part.end.min(range.end)..range.end)?;
    (!before.contains('#') && !behind.contains('#')).then_some(range)
}

/// What goes when a clause goes, with the blanks before it; none where a comment would go along.
pub(super) fn without_clause(query: &str, clause: Span) -> Option<Range<usize>> {
    let clause = clause.range();
    let before = query.get(..clause.start)?.trim_end().len();
    let comment = query.get(clause.clone())?.contains('#');
    // A line above may end in a comment, which would swallow what follows the clause.
    let above = query.get(before..clause.start)?.contains('\n');
    // A word that follows without a blank needs the one before.
    let apart = query[clause.end..]
        .chars()
        .next()
        .is_none_or(|next| next == '(' || next.is_whitespace());
    let start = if apart { before } else { clause.start };
    (!comment && !above).then_some(start..clause.end)
}

/// What goes when an element of a list goes that is not its first: the comma before it too.
pub(super) fn without_element(query: &str, before: Span, element: Span) -> Option<Range<usize>> {
    let range = before.range().end..element.range().end;
    (!query.get(range.clone())?.contains('#')).then_some(range)
}
