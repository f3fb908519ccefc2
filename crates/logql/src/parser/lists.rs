//! Stages that list labels.

use obsctl_promql::variable;

use super::query::match_op;
use super::{Parser, SyntaxError};
use crate::ast::{
    Conversion, Extraction, LabelChoice, LabelFormat, LabelFormatValue, Matcher, Name, Unwrap,
};
use crate::lexer::Kind;

impl Parser<'_> {
    /// Whether a list goes on: behind a comma, or where one is missing.
    fn goes_on(&mut self) -> bool {
        let variable = matches!(self.token.kind, Kind::Variable | Kind::Template);
        self.eat(Kind::Comma).is_some() || !variable && self.missing_comma("`,` or `|`")
    }

    /// The list behind `json` or `logfmt`, if there is one. A lonely variable is a stage of its own.
    pub(super) fn extractions(&mut self) -> Vec<Extraction> {
        let mut list = Vec::new();
        let listed = match self.token.kind {
            Kind::Ident | Kind::Template => true,
            Kind::Variable => matches!(self.peek().kind, Kind::Assign | Kind::Comma),
            _ => false,
        };
        if !listed {
            return list;
        }
        loop {
            let start = self.token.start;
            let Some(label) = self.label("a label") else {
                return list;
            };
            let mut path = None;
            if self.at(Kind::Equal) {
                let error = SyntaxError::new(self.here(), "`==` sets no label");
                self.report(error.expected("`=`").help("write `=`"));
                self.token.kind = Kind::Assign;
            }
            if self.eat(Kind::Assign).is_some() {
                let form = format!("{}=\"path.to.it\"", label.text);
                path = Some(self.text(&form));
            }
            let span = self.span_from(start);
            list.push(Extraction { label, path, span });
            if !self.goes_on() {
                return list;
            }
        }
    }

    /// `a, b` behind `distinct`
    pub(super) fn names(&mut self) -> Vec<Name> {
        let mut list = Vec::new();
        loop {
            list.extend(self.label("a label"));
            if !self.goes_on() {
                return list;
            }
        }
    }

    /// `a, b="c"` behind `drop` and `keep`
    pub(super) fn label_choices(&mut self, stage: &str) -> Vec<LabelChoice> {
        let mut list = Vec::new();
        loop {
            let start = self.token.start;
            if let Some(name) = self.label("a label") {
                let choice = match match_op(self.token) {
                    Some(op) if !self.is_stage_behind_list() => {
                        self.bump();
                        let form = format!("{stage} {}{op}\"…\"", name.text);
                        let value = self.text(&form);
                        let span = self.span_from(start);
                        LabelChoice::Match(Matcher {
                            name,
                            op,
                            value,
                            span,
                        })
                    }
                    _ => LabelChoice::Name(name),
                };
                list.push(choice);
            }
            if !self.goes_on() {
                return list;
            }
        }
    }

    /// Loki reads `drop a != "b"` as a matcher; this is only for a variable that brings its own stage.
    fn is_stage_behind_list(&self) -> bool {
        let next = self.peek();
        next.kind == Kind::Variable && !variable::quotes_itself(self.slice(next))
    }

    /// `a=b, c="{{.d}}"` behind `label_format`
    pub(super) fn label_formats(&mut self) -> Vec<LabelFormat> {
        let mut list = Vec::new();
        loop {
            let start = self.token.start;
            if let Some(label) = self.label("a label") {
                if self.at(Kind::Equal) {
                    let error = SyntaxError::new(self.here(), "`==` sets no label");
                    self.report(error.expected("`=`").help("write `=`"));
                    self.token.kind = Kind::Assign;
                }
                if self.eat(Kind::Assign).is_none() {
                    let name = &label.text;
                    let error =
                        SyntaxError::new(label.span, format!("label `{name}` is set to nothing"));
                    self.report(error.expected("`=`").help(format!(
                        "write `{name}=other` for a new name, or `{name}=\"{{{{.other}}}}\"`"
                    )));
                } else {
                    let value = self.label_format_value(&label);
                    let span = self.span_from(start);
                    list.push(LabelFormat { label, value, span });
                }
            }
            if !self.goes_on() {
                return list;
            }
        }
    }

    fn label_format_value(&mut self, label: &Name) -> LabelFormatValue {
        let quoted = self.at(Kind::Variable) && variable::quotes_itself(self.word());
        if self.at_name() && !quoted {
            return LabelFormatValue::Rename(self.name());
        }
        let form = format!("{}=\"{{{{.other}}}}\"", label.text);
        LabelFormatValue::Template(self.text(&form))
    }

    /// `took` or `duration(took)` behind `unwrap`
    pub(super) fn unwrap_stage(&mut self) -> Unwrap {
        let mut unwrap = Unwrap {
            label: Name::default(),
            conversion: None,
        };
        if self.at(Kind::Ident) && self.peek().kind == Kind::LeftParen {
            let word = self.word();
            unwrap.conversion = Conversion::ALL
                .into_iter()
                .find(|conversion| conversion.name().eq_ignore_ascii_case(word));
            if unwrap.conversion.is_none() {
                let message = format!("unknown conversion `{word}`");
                let help = "they are `duration(…)`, `duration_seconds(…)` and `bytes(…)`";
                self.report(SyntaxError::new(self.here(), message).help(help));
            }
            self.bump();
            let open = self.bump();
            unwrap.label = self.unwrapped_label();
            if self.eat(Kind::RightParen).is_none() {
                self.unclosed(open, ")");
            }
            return unwrap;
        }
        unwrap.label = self.unwrapped_label();
        unwrap
    }

    fn unwrapped_label(&mut self) -> Name {
        let place = self.token.start;
        let ended = matches!(self.token.kind, Kind::LeftBracket | Kind::Pipe);
        if ended {
            self.unexpected("the label whose value is taken");
        } else if let Some(label) = self.label("the label whose value is taken") {
            return label;
        }
        Name {
            text: String::new(),
            span: crate::Span::new(place, place),
        }
    }
}
