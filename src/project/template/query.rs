//! What templates ask with `query`.

use std::ops::Range;

use obsctl_gotemplate::ast::{Command, Operand, Term};

use super::Reader;

impl Reader<'_> {
    /// Keeps what `query` is asked: `query "up"`, `printf "up{job='%s'}" $labels.job | query`.
    pub(super) fn asked(&mut self, command: &Command, before: Option<&Command>) {
        let [first, arguments @ ..] = command.operands.as_slice() else {
            return;
        };
        if first.function() == Some("query") {
            let asked = match (arguments, before) {
                ([argument], _) => text_of(argument),
                (_, Some(before)) => text_made(before),
                _ => None,
            };
            self.found.queries.extend(asked);
        }
    }
}

/// The text that an operand is, with its place.
fn text_of(operand: &Operand) -> Option<(Range<usize>, String)> {
    match &operand.term {
        Term::Text(literal) => Some((literal.span.range(), literal.text.clone())),
        Term::Pipeline(inner) => text_made(inner.commands.last()?),
        _ => None,
    }
}

/// The text that a command makes, with a variable for what is only known later.
fn text_made(command: &Command) -> Option<(Range<usize>, String)> {
    match command.operands.as_slice() {
        [only] => text_of(only),
        [first, format, ..] if first.function() == Some("printf") => {
            let format = format.text()?;
            Some((format.span.range(), formatted(&format.text)?))
        }
        _ => None,
    }
}

/// What `printf` makes of a format, with a variable for what it puts in; nothing where that is no plain text.
fn formatted(format: &str) -> Option<String> {
    let mut result = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            result.push(char);
            continue;
        }
        match chars.next()? {
            's' | 'v' | 'd' => result.push_str("${value}"),
            'q' => result.push_str("\"${value}\""),
            '%' => result.push('%'),
            _ => return None,
        }
    }
    Some(result)
}
