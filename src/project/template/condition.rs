//! What conditions ask of labels. A text that asks whether a label is there says that it may be absent.

use obsctl_gotemplate::ast::{Command, Keyword, Operand, Pipeline, Term};

use super::Reader;

/// The labels that a condition asks for.
#[derive(Debug, Default)]
pub(super) struct Condition<'t> {
    /// All of them.
    pub asked: Vec<&'t str>,
    /// Those that are there where it is true.
    pub there_if_true: Vec<&'t str>,
    /// Those that are there where it is false.
    pub there_if_false: Vec<&'t str>,
}

impl<'t> Condition<'t> {
    /// Whether a label is there.
    fn has(label: &'t str) -> Self {
        Self {
            asked: vec![label],
            there_if_true: vec![label],
            there_if_false: vec![],
        }
    }

    fn not(self) -> Self {
        Self {
            asked: self.asked,
            there_if_true: self.there_if_false,
            there_if_false: self.there_if_true,
        }
    }

    /// Where one of two is false it is not known which.
    fn and(mut self, other: Self) -> Self {
        self.asked.extend(other.asked);
        self.there_if_true.extend(other.there_if_true);
        self.there_if_false.clear();
        self
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl<'t> Reader<'t> {
    /// What the condition of a branch asks of labels; nothing where it is no condition.
    pub(super) fn condition(&self, keyword: Keyword, pipeline: &'t Pipeline) -> Condition<'t> {
        match keyword {
            Keyword::If | Keyword::With => self.asks(pipeline),
            Keyword::Range => Condition::default(),
        }
    }

    fn asks(&self, pipeline: &'t Pipeline) -> Condition<'t> {
        match pipeline.commands.as_slice() {
            [command] => self.command_asks(command),
            _ => Condition::default(),
        }
    }

    fn command_asks(&self, command: &'t Command) -> Condition<'t> {
        if let Some((label, _)) = self.looked_up(command) {
            return Condition::has(label);
        }
        let Some((first, arguments)) = command.operands.split_first() else {
            return Condition::default();
        };
        let asked = arguments.iter().map(|one| self.operand_asks(one));
        match (first.function(), arguments) {
            (None, []) => self.operand_asks(first),
            (Some("not"), [one]) => self.operand_asks(one).not(),
            (Some("and"), _) => asked.reduce(Condition::and).unwrap_or_default(),
            (Some("or"), _) => asked.reduce(Condition::or).unwrap_or_default(),
            // An absent label is an empty text.
            (Some("ne"), [one, empty] | [empty, one]) if is_empty(empty) => self.operand_asks(one),
            (Some("eq"), [one, empty] | [empty, one]) if is_empty(empty) => {
                self.operand_asks(one).not()
            }
            _ => Condition::default(),
        }
    }

    fn operand_asks(&self, operand: &'t Operand) -> Condition<'t> {
        match &operand.term {
            Term::Pipeline(inner) if operand.fields.is_empty() => self.asks(inner),
            _ => match self.label(operand) {
                Some((label, _)) => Condition::has(label),
                None => Condition::default(),
            },
        }
    }
}

fn is_empty(operand: &Operand) -> bool {
    operand
        .text()
        .is_some_and(|literal| literal.text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::read;

    /// The labels that have to be there.
    fn bare(text: &str) -> Vec<&str> {
        let found = read(text);
        assert_eq!(found.problems, [], "{text}");
        found.labels.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_label_that_a_condition_asks_for_may_be_absent() {
        for text in [
            "{{ with $labels.a }}{{ . }}{{ end }}",
            "{{ if $labels.a }}{{ $labels.a }}{{ end }}",
            "{{ if .Labels.a }}{{ $.Labels.a }}{{ .Labels.a }}{{ end }}",
            r#"{{ with index $labels "a" }}{{ . }} {{ $labels.a }}{{ end }}"#,
            r#"{{ if $labels.a }}{{ index $labels "a" | toUpper }}{{ end }}"#,
            "{{ if and $labels.a $labels.b }}{{ $labels.a }}{{ $labels.b }}{{ end }}",
            r#"{{ if and $labels.a (eq $labels.a "x") }}{{ $labels.a }}{{ end }}"#,
            "{{ if $labels.a }}{{ if true }}{{ $labels.a }}{{ end }}{{ range query \"up\" }}{{ $labels.a }}{{ end }}{{ end }}",
            "{{ if not $labels.a }}none{{ else }}{{ $labels.a }}{{ end }}",
            "{{ if or (not $labels.a) (not $labels.b) }}{{ else }}{{ $labels.a }}{{ $labels.b }}{{ end }}",
            r#"{{ if ne $labels.a "" }}{{ $labels.a }}{{ end }}{{ if eq "" $labels.a }}{{ else }}{{ $labels.a }}{{ end }}"#,
            "{{ if $labels.a }}{{ else if $labels.b }}{{ $labels.b }}{{ end }}",
            "{{ if not $labels.a }}{{ else if true }}{{ $labels.a }}{{ end }}",
            "{{ if $x := $labels.a }}{{ $x }}{{ $labels.a }}{{ end }}",
        ] {
            assert_eq!(bare(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn elsewhere_it_has_to_be_there() {
        for (text, expected) in [
            ("{{ with $labels.a }}{{ end }}{{ $labels.a }}", &["a"][..]),
            (
                "{{ $labels.a }}{{ if $labels.a }}{{ $labels.a }}{{ end }}",
                &["a"],
            ),
            ("{{ if $labels.a }}{{ $labels.b }}{{ end }}", &["b"]),
            (
                "{{ if $labels.a }}{{ else }}{{ $labels.a }}{{ end }}",
                &["a"],
            ),
            (
                "{{ if $labels.a }}{{ else if $labels.b }}{{ $labels.a }}{{ end }}",
                &["a"],
            ),
            // One of the two is there, and nobody knows which.
            (
                "{{ if or $labels.a $labels.b }}{{ $labels.a }}{{ $labels.b }}{{ end }}",
                &["a", "b"],
            ),
            (
                "{{ if and $labels.a $labels.b }}{{ else }}{{ $labels.a }}{{ end }}",
                &["a"],
            ),
            ("{{ if not $labels.a }}{{ $labels.a }}{{ end }}", &["a"]),
            // What is compared with a text is meant to have it.
            (
                r#"{{ if eq $labels.a "x" }}{{ $labels.a }}{{ end }}"#,
                &["a", "a"],
            ),
            (
                "{{ if $labels.a | len }}{{ end }}{{ if $value }}{{ $labels.a }}{{ end }}",
                &["a", "a"],
            ),
            (
                r#"{{ if index $labels "a" }}{{ end }}{{ index $labels "a" }}"#,
                &["a"],
            ),
        ] {
            assert_eq!(bare(text), expected, "{text}");
        }
    }
}
