//! Label filters: `status >= 500 and (method="GET" or method="HEAD")`.
//!
//! Loki lets `and` bind more tightly than `or`. A comma, or nothing, between two conditions means `and`, but
//! binds most loosely to its right: what follows it, up to the end, is its right side, and only the condition
//! before it the left one. So `a or b, c or d` is `a or (b and (c or d))`.

use super::{MAX_DEPTH, MAX_HEIGHT, Parser, SyntaxError};
use crate::Span;
use crate::ast::{CompareOp, Comparison, IpFilter, LabelFilter, MatchOp, Matcher, Name, Quantity};
use crate::lexer::{Keyword, Kind};
use obsctl_promql::variable;

/// The conditions between two commas: alternatives of conditions that must all hold.
type Segment = Vec<Vec<LabelFilter>>;

impl Parser<'_> {
    pub(super) fn conditions(&mut self) -> LabelFilter {
        if self.depth >= MAX_DEPTH {
            self.abort(MAX_DEPTH);
            return LabelFilter::Error(self.gap());
        }
        self.depth += 1;
        let mut height = 1;
        let mut segments: Vec<Segment> = vec![vec![Vec::new()]];
        loop {
            self.height = 1;
            let condition = self.condition();
            height = height.max(self.height);
            let mut next = false;
            if let Some(segment) = segments.last_mut() {
                if let Some(all) = segment.last_mut() {
                    all.push(condition);
                }
                match self.token.kind {
                    Kind::Keyword(Keyword::And) => next = true,
                    Kind::Keyword(Keyword::Or) => {
                        segment.push(Vec::new());
                        next = true;
                    }
                    _ => {}
                }
            }
            if next {
                self.bump();
                continue;
            }
            if self.other_conjunction(&mut segments) {
                continue;
            }
            let comma = self.eat(Kind::Comma).is_some();
            if !comma && !self.starts_condition() {
                break;
            }
            segments.push(vec![Vec::new()]);
        }
        self.depth -= 1;
        let nested = segments.iter().filter(|segment| segment.len() > 1).count();
        let nested = u32::try_from(nested).unwrap_or(u32::MAX).saturating_mul(2);
        self.height = height.saturating_add(nested).saturating_add(1);
        if self.height > MAX_HEIGHT {
            self.abort(MAX_HEIGHT);
            return LabelFilter::Error(self.gap());
        }
        fold(segments)
    }

    /// `&&`, `||`, `unless`, which label filters do not have.
    fn other_conjunction(&mut self, segments: &mut [Segment]) -> bool {
        let word = self.word();
        let meant = match (self.token.kind, word) {
            (Kind::Unknown, "&&" | "&") => "and",
            (Kind::Unknown, "||") => "or",
            _ => return false,
        };
        let error = SyntaxError::new(self.here(), format!("`{word}` is no operator"));
        self.report(
            error
                .expected(&format!("`{meant}`"))
                .help(format!("write `{meant}`")),
        );
        self.bump();
        if meant == "or"
            && let Some(segment) = segments.last_mut()
        {
            segment.push(Vec::new());
        }
        true
    }

    /// Whether another condition follows without a comma. A variable is taken for a stage.
    fn starts_condition(&self) -> bool {
        matches!(self.token.kind, Kind::Ident | Kind::LeftParen)
    }

    fn condition(&mut self) -> LabelFilter {
        if self.at(Kind::LeftParen) {
            return self.condition_in_parens();
        }
        if self.at(Kind::Variable) && !is_compare(self.peek().kind) {
            return LabelFilter::Variable(self.variable());
        }
        let start = self.token.start;
        let stop = matches!(self.token.kind, Kind::Pipe | Kind::LeftBracket);
        if stop {
            self.unexpected("a condition such as `status >= 500`");
            return LabelFilter::Error(self.gap());
        }
        let ended = matches!(self.token.kind, Kind::Eof | Kind::RightParen | Kind::Comma);
        let Some(label) = self.label("a label") else {
            return LabelFilter::Error(if ended {
                self.gap()
            } else {
                self.error_from(start)
            });
        };
        self.comparison(label)
    }

    fn condition_in_parens(&mut self) -> LabelFilter {
        let open = self.bump();
        let inner = self.conditions();
        self.height += 1;
        if self.eat(Kind::RightParen).is_none() {
            if matches!(self.token.kind, Kind::Eof | Kind::Pipe | Kind::LeftBracket) {
                self.unclosed(open, ")");
            } else {
                self.unexpected("`and`, `or` or `)`");
                while !matches!(
                    self.token.kind,
                    Kind::RightParen | Kind::Eof | Kind::Pipe | Kind::LeftBracket
                ) {
                    self.bump();
                }
                self.eat(Kind::RightParen);
            }
        }
        inner
    }

    fn error_from(&self, start: usize) -> crate::ast::ErrorNode {
        let span = self.span_from(start);
        crate::ast::ErrorNode {
            text: self.text[span.range()].to_owned(),
            span,
        }
    }

    /// What stands behind a label.
    fn comparison(&mut self, label: Name) -> LabelFilter {
        let start = label.span.range().start;
        let op = self.token;
        if !is_compare(op.kind) {
            let name = &label.text;
            let message = format!("label `{name}` is not compared with anything");
            let error = SyntaxError::new(label.span, message);
            self.report(error.help(format!("write `{name} = \"…\"` or `{name} > 5`")));
            return LabelFilter::Error(self.error_from(start));
        }
        self.bump();
        let next = self.token;
        let is_ip = next.kind == Kind::Ident
            && self.slice(next).eq_ignore_ascii_case("ip")
            && self.peek().kind == Kind::LeftParen;
        if is_ip {
            return self.ip_filter(label, op);
        }
        let quoted = next.kind == Kind::Variable && variable::quotes_itself(self.slice(next));
        let regex = match op.kind {
            Kind::RegexEqual => Some(MatchOp::Regex),
            Kind::RegexNotEqual => Some(MatchOp::NotRegex),
            _ => None,
        };
        if self.at_quantity() && regex.is_none() && !quoted {
            let op = compare_op(op.kind);
            let value = self.quantity();
            return LabelFilter::Compare(Comparison {
                label,
                op,
                value,
                span: self.span_from(start),
            });
        }
        let op = match op.kind {
            Kind::Assign => MatchOp::Equal,
            Kind::NotEqual => MatchOp::NotEqual,
            _ => match regex {
                Some(op) => op,
                None => return self.mistaken_comparison(label, op),
            },
        };
        let form = format!("{} {op} \"…\"", label.text);
        let value = self.text(&form);
        LabelFilter::Match(Matcher {
            name: label,
            op,
            value,
            span: self.span_from(start),
        })
    }

    /// `a == "b"`, `a > "5"`
    fn mistaken_comparison(&mut self, label: Name, op: crate::lexer::Token) -> LabelFilter {
        let start = label.span.range().start;
        let symbol = self.slice(op);
        let name = &label.text;
        if !self.at(Kind::String) {
            self.unexpected("a number, a duration such as `250ms`, or bytes such as `20MB`");
            return LabelFilter::Compare(Comparison {
                op: compare_op(op.kind),
                value: Quantity::Error(self.gap()),
                span: self.span_from(start),
                label,
            });
        }
        let word = self.word();
        let inner = &word[1..word.len() - 1];
        let (span, message, help) = if op.kind == Kind::Equal {
            let help = format!("write `{name} = {word}`");
            (
                Self::span(op),
                "`==` compares with numbers".to_owned(),
                help,
            )
        } else {
            let message = format!("`{symbol}` compares with numbers, durations and bytes");
            (
                self.here(),
                message,
                format!("write `{name} {symbol} {inner}`, without quotes"),
            )
        };
        self.report(SyntaxError::new(span, message).help(help));
        let value = self.string();
        LabelFilter::Match(Matcher {
            name: label,
            op: MatchOp::Equal,
            value,
            span: self.span_from(start),
        })
    }

    fn ip_filter(&mut self, label: Name, op: crate::lexer::Token) -> LabelFilter {
        let start = label.span.range().start;
        if !matches!(op.kind, Kind::Assign | Kind::NotEqual) {
            let message = format!("`{}` does not compare with addresses", self.slice(op));
            let error = SyntaxError::new(Self::span(op), message);
            self.report(error.expected("`=` or `!=`").help("write `=` or `!=`"));
        }
        let (value, _) = self.ip();
        LabelFilter::Ip(IpFilter {
            label,
            negative: op.kind == Kind::NotEqual,
            value,
            span: self.span_from(start),
        })
    }
}

const fn is_compare(kind: Kind) -> bool {
    matches!(
        kind,
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

const fn compare_op(kind: Kind) -> CompareOp {
    match kind {
        Kind::NotEqual => CompareOp::NotEqual,
        Kind::Less => CompareOp::Less,
        Kind::LessEqual => CompareOp::LessEqual,
        Kind::Greater => CompareOp::Greater,
        Kind::GreaterEqual => CompareOp::GreaterEqual,
        _ => CompareOp::Equal,
    }
}

/// Joins the segments from the last to the first: each is the right side of the condition before it.
fn fold(segments: Vec<Segment>) -> LabelFilter {
    // What must hold together, in reverse.
    let mut all: Vec<LabelFilter> = Vec::new();
    for mut segment in segments.into_iter().rev() {
        let last = segment.pop().unwrap_or_default();
        all.extend(last.into_iter().rev());
        if segment.is_empty() {
            continue;
        }
        let mut any: Vec<LabelFilter> = segment.into_iter().map(conjunction).collect();
        all.reverse();
        any.push(conjunction(std::mem::take(&mut all)));
        all.push(disjunction(any));
    }
    all.reverse();
    conjunction(all)
}

/// All of the conditions, those of nested conjunctions among them.
fn conjunction(conditions: Vec<LabelFilter>) -> LabelFilter {
    join(conditions, true)
}

/// Any of the conditions, those of nested disjunctions among them.
fn disjunction(conditions: Vec<LabelFilter>) -> LabelFilter {
    join(conditions, false)
}

fn join(conditions: Vec<LabelFilter>, and: bool) -> LabelFilter {
    let mut flat = Vec::with_capacity(conditions.len());
    for condition in conditions {
        match condition {
            LabelFilter::And(inner, _) if and => flat.extend(inner),
            LabelFilter::Or(inner, _) if !and => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1
        && let Some(only) = flat.pop()
    {
        return only;
    }
    let ends = flat.first().zip(flat.last());
    let span = ends.map_or_else(Span::default, |(first, last)| first.span().to(last.span()));
    if and {
        LabelFilter::And(flat, span)
    } else {
        LabelFilter::Or(flat, span)
    }
}
