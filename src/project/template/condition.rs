//! What conditions ask of labels. A text that asks whether a label is there says that it may be absent.

use obsctl_gotemplate::ast::{Command, Keyword, Operand, Pipeline, Term};

use super::{Label, Reader};

/// The labels that a condition asks for.
#[derive(Debug, Default)]
pub(super) struct Condition<'t> {
    /// All of them.
    pub asked: Vec<Label<'t>>,
    /// Those that are there where it is true.
    pub there_if_true: Vec<Label<'t>>,
    /// Those that are there where it is false.
    pub there_if_false: Vec<Label<'t>>,
}

impl<'t> Condition<'t> {
    /// Whether a label is there.
    fn has(label: Label<'t>) -> Self {
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

    /// What is known behind an argument of `and` or `or` that is not the last, in `there_if_true`: the ones behind it
    /// count only where it is true, or false. Nothing of another function.
    pub(super) fn passed(&self, command: &Command, argument: &'t Operand) -> Condition<'t> {
        match command.operands.first().and_then(Operand::function) {
            Some("and") => self.operand_asks(argument),
            Some("or") => self.operand_asks(argument).not(),
            _ => Condition::default(),
        }
    }

    fn asks(&self, pipeline: &'t Pipeline) -> Condition<'t> {
        let commands = pipeline.commands.iter();
        let last = commands.fold(None, |piped, command| {
            Some(self.command_asks(command, piped))
        });
        last.unwrap_or_default()
    }

    /// What a command asks, with what its last argument asks where that is piped in.
    fn command_asks(&self, command: &'t Command, piped: Option<Condition<'t>>) -> Condition<'t> {
        if let Some((label, _)) = self.looked_up(command) {
            return Condition::has(label);
        }
        let Some((first, operands)) = command.operands.split_first() else {
            return Condition::default();
        };
        // An absent label is an empty text: what is compared with one is asked whether it is there.
        let function = first.function();
        let compares = matches!(function, Some("eq" | "ne"));
        let (empty, others): (Vec<_>, Vec<_>) =
            operands.iter().partition(|one| compares && is_empty(one));
        let asked = others.into_iter().map(|one| self.operand_asks(one));
        let mut asked = asked.chain(piped);
        let found = match (function, empty.len()) {
            (Some("and"), _) => asked.reduce(Condition::and),
            (Some("or"), _) => asked.reduce(Condition::or),
            (None, _) if asked.next().is_none() => Some(self.operand_asks(first)),
            (Some("not"), _) | (Some("eq"), 1) => only(asked).map(Condition::not),
            (Some("ne"), 1) => only(asked),
            _ => None,
        };
        found.unwrap_or_default()
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

/// The one there is, if there are no others.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

fn is_empty(operand: &Operand) -> bool {
    operand
        .text()
        .is_some_and(|literal| literal.text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn labels_of_the_server_are_others_than_those_of_the_alert() {
        let text = "{{ if $labels.a }}{{ $externalLabels.a }}{{ end }}{{ with .ExternalLabels.b }}{{ . }}{{ end }}\
            {{ if $externalLabels.c }}{{ $labels.c }}{{ end }}{{ index $externalLabels \"d\" }}";
        let found = read(text);
        let named = |ranges: Vec<std::ops::Range<usize>>| {
            let names = ranges.into_iter().map(|range| &text[range]);
            names.collect::<Vec<_>>()
        };
        assert_eq!(found.problems, []);
        assert_eq!(named(found.labels), ["c"]);
        assert_eq!(named(found.external_labels), ["a", "d"]);
    }

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
            // Another value stands in for what is absent.
            r#"{{ or $labels.a "?" }} {{ or (index $labels "a") "?" | toUpper }} {{ "?" | or $labels.a }}"#,
            r#"{{ printf "%s" (or $labels.a .Labels.b "?") }} {{ with $x := or $labels.a "?" }}{{ . }}{{ end }}"#,
            r#"{{ or (and $labels.a (printf "%s, " $labels.a)) "" }}{{ and (not $labels.a) "none" }}"#,
            r#"{{ and $labels.a "there" }}{{ "there" | and $labels.a }}{{ or (not $labels.a) $labels.a }}"#,
            r#"{{ $labels.a | toUpper | and $labels.a }}{{ $labels.a | or (not $labels.a) | toUpper }}"#,
            // Pipes within conditions.
            r#"{{ if $labels.a | ne "" }}{{ $labels.a }}{{ end }}"#,
            "{{ if $labels.a | not }}{{ else }}{{ $labels.a }}{{ end }}",
            "{{ if $labels.b | and $labels.a }}{{ $labels.a }}{{ $labels.b }}{{ end }}",
            "{{ if or $labels.a $labels.b | not }}{{ else if $labels.a }}{{ $labels.a }}{{ end }}",
            "{{ if ($labels.a | or (not $labels.b)) | not }}{{ $labels.b }}{{ end }}",
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
            // The last one is printed, there or not; so is what another function makes of a label.
            ("{{ or $labels.a $labels.b }}", &["b"]),
            ("{{ $labels.a | or $labels.b }}", &["a"]),
            ("{{ and $labels.a $labels.b }}", &["b"]),
            (r#"{{ or (toUpper $labels.a) "?" }}"#, &["a"]),
            (
                r#"{{ or "?" $labels.a }}{{ $labels.a | or "?" }}"#,
                &["a", "a"],
            ),
            (r#"{{ or $labels.a "?" }}{{ $labels.a }}"#, &["a"]),
            (r#"{{ $labels.a | toUpper | or $labels.a }}"#, &["a"]),
            ("{{ if $labels.a | eq $labels.b }}{{ end }}", &["a", "b"]),
            (r#"{{ if eq "" "" $labels.a }}{{ end }}"#, &["a"]),
        ] {
            assert_eq!(bare(text), expected, "{text}");
        }
    }
}
