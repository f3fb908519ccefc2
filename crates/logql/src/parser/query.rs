//! Log queries: a selector, its stages, its range.

use obsctl_promql::variable;

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{
    Duration, DurationLiteral, ErrorNode, Expr, LogQuery, MatchOp, Matcher, RangeQuery, Selector,
    StageKind,
};
use crate::lexer::Keyword;
use crate::lexer::{Kind, Token};
use crate::quantity;

/// Where the parts of a log query were met, to say when they are in the wrong order.
#[derive(Default)]
struct Parts {
    range: Option<Duration>,
    offset: Option<Duration>,
    /// Stages stood before the range.
    staged: bool,
    /// The token before was the range's bracket.
    fresh_range: bool,
}

impl Parser<'_> {
    /// Whether the token behind the next one goes on with a log query, so that the next one, a variable,
    /// is its selector.
    pub(super) fn peek_is_pipeline(&self) -> bool {
        let mut ahead = self.lexer;
        match ahead.next_token().kind {
            Kind::Pipe
            | Kind::PipeContains
            | Kind::PipeRegex
            | Kind::PipePattern
            | Kind::NotPattern
            | Kind::RegexNotEqual
            | Kind::LeftBracket => true,
            Kind::NotEqual => {
                let next = ahead.next_token();
                next.kind == Kind::String || self.slice(next).eq_ignore_ascii_case("ip")
            }
            _ => false,
        }
    }

    /// A log query or, with a range, what range aggregations take. The next token begins its selector.
    pub(super) fn log_query(&mut self) -> Expr {
        self.height = 1;
        let start = self.token.start;
        let mut query = LogQuery {
            selector: self.selector(),
            ..LogQuery::default()
        };
        query.span = self.span_from(start);
        let mut parts = Parts::default();
        self.pipeline(&mut query, &mut parts);
        self.finish(query, parts, start)
    }

    fn finish(&mut self, query: LogQuery, parts: Parts, start: usize) -> Expr {
        let span = self.span_from(start);
        match parts.range {
            Some(range) => Expr::from(RangeQuery {
                query,
                range,
                offset: parts.offset,
                span,
            }),
            None => Expr::from(query),
        }
    }

    /// A range behind a log query in parentheses; only `unwrap` may follow it.
    pub(super) fn range_behind_paren(&mut self, query: LogQuery, paren: Span) -> Expr {
        let start = paren.range().start;
        let mut query = query;
        if self.text[query.span.range()].starts_with('(') {
            let error = SyntaxError::new(paren, "two pairs of parentheses before a range");
            self.report(error.help("remove one of them"));
        }
        let staged = query.stages.len();
        let mut parts = Parts {
            staged: staged > 0,
            ..Parts::default()
        };
        self.pipeline(&mut query, &mut parts);
        let unwrap =
            |kind: &StageKind| matches!(kind, StageKind::Unwrap(_) | StageKind::Variable(_));
        if let Some(stage) = query
            .stages
            .get(staged)
            .filter(|stage| !unwrap(&stage.kind))
        {
            let error = SyntaxError::new(
                stage.span,
                "a stage behind the range of a query in parentheses",
            );
            self.report(error.help("put it inside the parentheses"));
        }
        self.finish(query, parts, start)
    }

    /// Stages, range and offset, in any order; Loki's is checked.
    fn pipeline(&mut self, query: &mut LogQuery, parts: &mut Parts) {
        let start = query.span.range().start;
        loop {
            match self.token.kind {
                Kind::LeftBracket => {
                    let place = self.here();
                    let range = self.range();
                    if parts.range.is_some() {
                        let error = SyntaxError::new(place, "a second range");
                        self.report(error.help("LogQL has no subqueries: keep one range"));
                    } else {
                        parts.range = Some(range);
                        parts.staged |= !query.stages.is_empty();
                        parts.fresh_range = true;
                    }
                    continue;
                }
                Kind::Keyword(Keyword::Offset) => {
                    self.offset(parts);
                }
                _ if self.starts_stage() => {
                    if parts.range.is_some() && parts.staged {
                        let error =
                            SyntaxError::new(self.here(), "stages before and behind the range");
                        self.report(error.help("put the range behind all of them"));
                    }
                    self.stages(&mut query.stages);
                    if parts.range.is_none() {
                        query.span = self.span_from(start);
                    }
                }
                _ => break,
            }
            parts.fresh_range = false;
        }
        query.span = query
            .stages
            .iter()
            .fold(query.span, |span, stage| span.to(stage.span));
    }

    fn offset(&mut self, parts: &mut Parts) {
        let keyword = self.bump();
        let fresh = parts.fresh_range;
        let offset = self.offset_duration();
        let message = match (&parts.range, &parts.offset) {
            (None, _) => "an offset without a range",
            (_, Some(_)) => "a second offset",
            _ if !fresh => "the offset does not follow the range",
            _ => {
                parts.offset = Some(offset);
                return;
            }
        };
        let help = "write `{job=\"api\"}[5m] offset 1h`";
        self.report(SyntaxError::new(Self::span(keyword), message).help(help));
        if parts.range.is_some() {
            parts.offset.get_or_insert(offset);
        }
    }

    /// `[5m]`
    fn range(&mut self) -> Duration {
        let open = self.bump();
        let range = self.range_duration(open);
        if !self.ends_range() {
            self.unexpected("`]`");
            while !self.ends_range() {
                self.bump();
            }
        }
        let before = self.end;
        match self.eat(Kind::RightBracket) {
            None => self.unclosed(open, "]"),
            Some(close) => {
                let around = (open.end..range.span().range().start, before..close.start);
                let is_space = |place: std::ops::Range<usize>| {
                    self.text
                        .get(place)
                        .is_some_and(|text| !text.is_empty() && text.trim().is_empty())
                };
                let spaces = is_space(around.0) || is_space(around.1);
                if spaces && matches!(range, Duration::Literal(_)) {
                    let error =
                        SyntaxError::new(self.span_from(open.start), "spaces inside the range");
                    self.report(error.help(format!("write `[{range}]`")));
                }
            }
        }
        range
    }

    fn ends_range(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::RightBracket | Kind::Eof | Kind::RightParen | Kind::RightBrace | Kind::Pipe
        )
    }

    fn range_duration(&mut self, open: Token) -> Duration {
        let token = self.token;
        let span = Self::span(token);
        let word = self.slice(token);
        match token.kind {
            Kind::Variable | Kind::Template | Kind::MixedNumber => {
                Duration::Variable(self.variable())
            }
            Kind::Number => match quantity::nanos(word) {
                Ok(nanos) => {
                    self.bump();
                    if nanos == 0 {
                        let error = SyntaxError::new(span, "the range must be more than 0");
                        self.report(error.help("write one such as `5m`"));
                    }
                    Duration::Literal(DurationLiteral { nanos, span })
                }
                Err(error) => {
                    let unit = self.slice(self.peek());
                    let apart = self.peek().kind == Kind::Ident;
                    let (message, help) = match word.parse::<u64>() {
                        Ok(_) if apart => (
                            "spaces inside the range".to_owned(),
                            format!("write `[{word}{unit}]`"),
                        ),
                        Ok(_) => (
                            format!("`{word}` has no unit"),
                            format!("write `{word}m` or `{word}s`"),
                        ),
                        Err(_) => (
                            format!("`{word}` is not a duration: {error}"),
                            error.help().to_owned(),
                        ),
                    };
                    let span = if apart {
                        span.to(Self::span(self.peek()))
                    } else {
                        span
                    };
                    self.report(SyntaxError::new(span, message).help(help));
                    let node = self.unread();
                    if apart {
                        self.bump();
                    }
                    Duration::Error(ErrorNode {
                        text: self.text[span.range()].to_owned(),
                        ..node
                    })
                }
            },
            Kind::RightBracket => {
                let error =
                    SyntaxError::new(self.span_from(open.start).to(span), "the range is empty");
                self.report(error.expected("a duration").help("write `[5m]`"));
                Duration::Error(self.gap())
            }
            Kind::String | Kind::Ident => {
                let message = format!("`{word}` is not a duration");
                let error = SyntaxError::new(span, message).expected("a duration");
                self.report(error.help("write `[5m]`, without quotes"));
                Duration::Error(self.unread())
            }
            Kind::Minus => {
                let error = SyntaxError::new(span, "a range is not negative");
                self.report(error.help("to look further back, write `[5m] offset 1h`"));
                self.bump();
                self.range_duration(open)
            }
            _ => {
                self.unexpected("a duration such as `5m`");
                Duration::Error(self.gap())
            }
        }
    }

    /// The braces of a selector, or the variable that stands for them.
    fn selector(&mut self) -> Selector {
        let start = self.token.start;
        let mut selector = Selector::default();
        if self.at(Kind::Variable) {
            selector.whole = Some(self.variable());
            selector.span = self.span_from(start);
            return selector;
        }
        let open = self.bump();
        loop {
            match self.token.kind {
                Kind::RightBrace => {
                    self.bump();
                    break;
                }
                _ if self.at_brace_end() => {
                    self.unclosed(open, "}");
                    break;
                }
                _ => self.selector_item(&mut selector),
            }
            if !matches!(self.token.kind, Kind::Comma | Kind::RightBrace) && !self.at_brace_end() {
                self.unexpected_in_braces();
            }
            if let Some(comma) = self.eat(Kind::Comma)
                && self.at(Kind::RightBrace)
            {
                let error = SyntaxError::new(Self::span(comma), "a comma behind the last matcher");
                self.report(error.help("remove it"));
            }
        }
        selector.span = self.span_from(start);
        selector
    }

    /// Whether the next token shows that the closing brace was forgotten.
    fn at_brace_end(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Eof
                | Kind::RightParen
                | Kind::LeftBracket
                | Kind::RightBracket
                | Kind::Pipe
                | Kind::PipeContains
                | Kind::PipeRegex
                | Kind::PipePattern
                | Kind::LeftBrace
        )
    }

    fn unexpected_in_braces(&mut self) {
        if self.at_name() || self.at(Kind::String) {
            let error = SyntaxError::new(self.here(), self.unexpected_text(self.token));
            self.report(
                error
                    .expected("`,` or `}`")
                    .help("a comma is missing before it"),
            );
            return;
        }
        self.unexpected("`,` or `}`");
        while !matches!(self.token.kind, Kind::Comma | Kind::RightBrace) && !self.at_brace_end() {
            self.bump();
        }
    }

    fn selector_item(&mut self, selector: &mut Selector) {
        if self.at(Kind::Variable)
            && match_op(self.peek()).is_none()
            && self.peek().kind != Kind::Equal
        {
            let variable = self.variable();
            return selector.variables.push(variable);
        }
        let start = self.token.start;
        let Some(name) = self.label("a label or `}`") else {
            return;
        };
        if matches!(self.token.kind, Kind::Comma | Kind::RightBrace) {
            let message = format!("label `{}` is not compared with anything", name.text);
            let help = format!(
                "write `{}=\"…\"`, or `{0}=~\".+\"` for any value",
                name.text
            );
            let error = SyntaxError::new(name.span, message);
            return self.report(error.expected("`=`, `!=`, `=~` or `!~`").help(help));
        }
        let Some(op) = self.match_op() else { return };
        let form = format!("{}{op}\"…\"", name.text);
        let value = self.text(&form);
        selector.matchers.push(Matcher {
            name,
            op,
            value,
            span: self.span_from(start),
        });
    }

    fn match_op(&mut self) -> Option<MatchOp> {
        let token = self.token;
        if let Some(op) = match_op(token) {
            self.bump();
            return Some(op);
        }
        let (op, written) = match (token.kind, self.slice(token)) {
            (Kind::Equal, _) => (MatchOp::Equal, "=="),
            (Kind::Unknown, ":") => (MatchOp::Equal, ":"),
            (Kind::Unknown, "~") => (MatchOp::Regex, "~"),
            _ => {
                self.unexpected("`=`, `!=`, `=~` or `!~`");
                return None;
            }
        };
        self.report(
            SyntaxError::new(
                Self::span(token),
                format!("`{written}` does not match labels"),
            )
            .expected("`=`, `!=`, `=~` or `!~`")
            .help(format!("write `{op}`")),
        );
        self.bump();
        Some(op)
    }

    /// The stages that a token made of variables alone stands for: `${a}${b}`.
    pub(super) fn variable_stages(&mut self) -> Vec<Result<crate::ast::Variable, ErrorNode>> {
        let token = self.bump();
        let text = self.slice(token);
        let found = variable::scan(text);
        let covered: usize = found.iter().map(|(range, _)| range.len()).sum();
        if covered < text.len() {
            let span = Self::span(token);
            let error = SyntaxError::new(span, format!("`{text}` is no stage"));
            self.report(error.expected("`|`").help("a stage begins with `|`"));
            return vec![Err(ErrorNode {
                text: text.to_owned(),
                span,
            })];
        }
        let placed = found.into_iter().map(|(range, mut variable)| {
            variable.span = Span::new(token.start + range.start, token.start + range.end);
            Ok(variable)
        });
        placed.collect()
    }
}

pub(super) fn match_op(token: Token) -> Option<MatchOp> {
    Some(match token.kind {
        Kind::Assign => MatchOp::Equal,
        Kind::NotEqual => MatchOp::NotEqual,
        Kind::RegexEqual => MatchOp::Regex,
        Kind::RegexNotEqual => MatchOp::NotRegex,
        _ => return None,
    })
}
