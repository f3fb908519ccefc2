//! The stages of a pipeline.

use obsctl_syntax::nearest;

use super::error::STAGES;
use super::line_filter::{line_filter_op, mistaken_line_filter_op};
use super::{Parser, SyntaxError};
use crate::ast::{ErrorNode, LabelFilter, Logfmt, Stage, StageKind};
use crate::lexer::{Keyword, Kind, Token};

impl Parser<'_> {
    pub(super) fn starts_stage(&self) -> bool {
        match self.token.kind {
            Kind::Pipe
            | Kind::PipeContains
            | Kind::PipeRegex
            | Kind::PipePattern
            | Kind::NotPattern
            | Kind::Variable
            | Kind::Template => true,
            Kind::NotEqual | Kind::RegexNotEqual => self.is_negative_filter(),
            // `|| json`
            Kind::Unknown => self.word() == "||",
            // `= "error"`
            kind => mistaken_line_filter_op(kind).is_some() && self.peek().kind == Kind::String,
        }
    }

    /// The stage that the next token begins; several where variables stand side by side.
    pub(super) fn stages(&mut self, stages: &mut Vec<Stage>) {
        let start = self.token.start;
        if matches!(self.token.kind, Kind::Variable | Kind::Template) {
            for variable in self.variable_stages() {
                stages.push(match variable {
                    Ok(variable) => Stage {
                        span: variable.span,
                        kind: StageKind::Variable(variable),
                    },
                    Err(node) => Stage {
                        span: node.span,
                        kind: StageKind::Error(node),
                    },
                });
            }
            return;
        }
        let mistaken = mistaken_line_filter_op(self.token.kind);
        if let Some(op) = mistaken {
            let message = format!("`{}` is no line filter", self.word());
            let error = SyntaxError::new(self.here(), message);
            self.report(
                error
                    .expected(&format!("`{op}`"))
                    .help(format!("write `{op}`")),
            );
        }
        let kind = match line_filter_op(self.token.kind).or(mistaken) {
            Some(op) => StageKind::LineFilter(self.line_filter(op)),
            None => self.piped_stage(),
        };
        stages.push(Stage {
            kind,
            span: self.span_from(start),
        });
    }

    fn piped_stage(&mut self) -> StageKind {
        let pipe = self.bump();
        if pipe.kind == Kind::Unknown {
            let error = SyntaxError::new(Self::span(pipe), "`||` is no operator");
            self.report(error.expected("`|`").help("write `|`"));
        }
        let token = self.token;
        match token.kind {
            Kind::Keyword(keyword) if keyword.is_stage() => self.keyword_stage(keyword),
            Kind::Ident if self.is_distinct() => {
                self.bump();
                StageKind::Distinct(self.names())
            }
            Kind::Ident if self.is_unknown_stage() => self.unknown_stage(),
            Kind::Ident | Kind::Template | Kind::Variable | Kind::LeftParen => {
                StageKind::LabelFilter(self.label_filter())
            }
            // `| ip("…")`, `| "text"`, `| = "text"`
            Kind::String | Kind::OpenString | Kind::Assign | Kind::RegexEqual => {
                self.mistaken_line_filter(pipe)
            }
            Kind::Keyword(_) => StageKind::LabelFilter(self.label_filter()),
            _ => {
                self.unexpected("a stage");
                StageKind::Error(self.gap())
            }
        }
    }

    /// `| "text"` or `| = "text"`: a line filter without its operator, or with spaces in it.
    fn mistaken_line_filter(&mut self, pipe: Token) -> StageKind {
        let op = match self.token.kind {
            Kind::Assign => "|=",
            Kind::RegexEqual => "|~",
            _ => {
                let word = self.word();
                let error = SyntaxError::new(self.here(), "a string is no stage");
                self.report(error.help(format!("a line filter is written `|= {word}`")));
                return StageKind::Error(self.unread());
            }
        };
        let span = Self::span(pipe).to(self.here());
        let error = SyntaxError::new(span, "spaces inside an operator");
        self.report(error.help(format!("write `{op}`")));
        let mut node = self.unread();
        if matches!(self.token.kind, Kind::String) {
            let string = self.bump();
            node = ErrorNode {
                text: self.text[node.span.range().start..string.end].to_owned(),
                span: node.span.to(Self::span(string)),
            };
        }
        StageKind::Error(node)
    }

    /// `distinct a`; a label may be called `distinct` too.
    fn is_distinct(&self) -> bool {
        self.word().eq_ignore_ascii_case("distinct")
            && matches!(
                self.peek().kind,
                Kind::Ident | Kind::Template | Kind::Variable
            )
    }

    /// A word that begins no label filter, because no operator follows.
    fn is_unknown_stage(&self) -> bool {
        !matches!(
            self.peek().kind,
            Kind::Assign
                | Kind::Equal
                | Kind::NotEqual
                | Kind::RegexEqual
                | Kind::RegexNotEqual
                | Kind::Less
                | Kind::LessEqual
                | Kind::Greater
                | Kind::GreaterEqual
        )
    }

    fn unknown_stage(&mut self) -> StageKind {
        let word = self.word();
        let span = self.here();
        let dotted = self.peek().end == self.token.end + 1 && self.slice(self.peek()) == ".";
        let error = if self.has_enough_errors() {
            SyntaxError::new(span, "unknown stage")
        } else if dotted {
            SyntaxError::new(span, "a label has no dots").help("Loki turns them into `_`")
        } else {
            let error = SyntaxError::new(span, format!("unknown stage `{word}`"));
            match (nearest(word, STAGES), word.to_ascii_lowercase().as_str()) {
                (_, "where" | "filter") => {
                    error.help("a label filter has no word before it: `| status >= 500`")
                }
                (_, "not") => error.help("there is no `not`: write `status != 500`"),
                (_, "rename" | "label_replace") => error.help("write `| label_format new=old`"),
                (_, "regex") => error.help("the stage is called `regexp`"),
                (_, "count" | "sum" | "stats") => error
                    .help("aggregate around the query: `sum(count_over_time({job=\"api\"}[5m]))`"),
                (Some(stage), _) => error.help(format!("did you mean `{stage}`?")),
                (None, _) => error.help(format!(
                    "a label filter compares: `| {word} = \"…\"`, `| {word} > 5`"
                )),
            }
        };
        self.report(error);
        let start = self.token.start;
        while !self.ends_stage() {
            self.bump();
        }
        let span = self.span_from(start);
        StageKind::Error(ErrorNode {
            text: self.text[span.range()].to_owned(),
            span,
        })
    }

    /// Whether the next token ends a stage that could not be read.
    fn ends_stage(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Eof
                | Kind::Pipe
                | Kind::PipeContains
                | Kind::PipeRegex
                | Kind::PipePattern
                | Kind::NotPattern
                | Kind::LeftBracket
                | Kind::LeftParen
                | Kind::RightParen
                | Kind::LeftBrace
                | Kind::Keyword(Keyword::By | Keyword::Without | Keyword::Offset)
        )
    }

    fn keyword_stage(&mut self, keyword: Keyword) -> StageKind {
        let next = self.peek().kind;
        if matches!(
            next,
            Kind::Equal
                | Kind::Assign
                | Kind::RegexEqual
                | Kind::Greater
                | Kind::Less
                | Kind::GreaterEqual
                | Kind::LessEqual
        ) {
            // A label that is called like a stage: the label filter says that it cannot be.
            return StageKind::LabelFilter(self.label_filter());
        }
        let word = self.word();
        self.bump();
        match keyword {
            Keyword::Json => StageKind::Json(self.extractions()),
            Keyword::Logfmt => StageKind::Logfmt(self.logfmt()),
            Keyword::Regexp => StageKind::Regexp(self.text("regexp \"(?P<method>\\\\w+)\"")),
            Keyword::Pattern => StageKind::Pattern(self.text("pattern \"<ip> - <_>\"")),
            Keyword::Unpack => StageKind::Unpack,
            Keyword::LineFormat => StageKind::LineFormat(self.text("line_format \"{{.message}}\"")),
            Keyword::LabelFormat => StageKind::LabelFormat(self.label_formats()),
            Keyword::Decolorize => StageKind::Decolorize,
            Keyword::Drop => StageKind::Drop(self.label_choices(word)),
            Keyword::Keep => StageKind::Keep(self.label_choices(word)),
            _ => StageKind::Unwrap(self.unwrap_stage()),
        }
    }

    fn logfmt(&mut self) -> Logfmt {
        let mut logfmt = Logfmt::default();
        while let Some(flag) = self.eat(Kind::Flag) {
            match self.slice(flag) {
                "--strict" => logfmt.strict = true,
                "--keep-empty" => logfmt.keep_empty = true,
                word => {
                    let error =
                        SyntaxError::new(Self::span(flag), format!("unknown flag `{word}`"));
                    let near = nearest(word, ["--strict", "--keep-empty"]);
                    self.report(match near {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => error.help("the flags are `--strict` and `--keep-empty`"),
                    });
                }
            }
        }
        logfmt.labels = self.extractions();
        logfmt
    }

    fn label_filter(&mut self) -> LabelFilter {
        let height = self.height;
        let filter = self.conditions();
        self.height = self.height.max(height);
        filter
    }
}
