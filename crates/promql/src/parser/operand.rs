//! Operands: literals, selectors, calls, aggregations, parentheses, variables.

use super::{Dialect, Parser, SyntaxError};
use crate::Span;
use crate::ast::{
    Aggregate, AggregateOp, Call, ErrorNode, Expr, Grouping, Name, Number, Paren, StringLiteral,
    Variable, VariableForm,
};
use crate::lexer::{Keyword, Kind, Token};
use crate::literal::{self, NumberError};
use crate::variable;

impl Parser<'_> {
    /// Whether the next token can begin an operand.
    pub(super) fn starts_operand(&self) -> bool {
        match self.token.kind {
            Kind::Ident
            | Kind::Template
            | Kind::Variable
            | Kind::Number
            | Kind::MixedNumber
            | Kind::String
            | Kind::OpenString
            | Kind::LeftParen
            | Kind::LeftBrace => true,
            Kind::Keyword(keyword) => {
                !matches!(keyword, Keyword::By | Keyword::Without) && keyword.is_metric_name()
            }
            _ => false,
        }
    }

    // The functions that call one another for each level of nesting build no nodes themselves: this
    // keeps their stack frames small.
    pub(super) fn operand(&mut self) -> Expr {
        self.height = 1;
        match self.token.kind {
            Kind::LeftParen => self.paren(),
            Kind::Keyword(keyword) => self.keyword_operand(keyword),
            Kind::Ident | Kind::Template | Kind::Variable
                if self.peek().kind == Kind::LeftParen =>
            {
                self.call()
            }
            Kind::Unknown => self.operand_after_noise(),
            _ => self.leaf(),
        }
    }

    /// An operand without expressions inside it.
    fn leaf(&mut self) -> Expr {
        match self.token.kind {
            Kind::Number => Expr::Number(self.number()),
            Kind::String | Kind::OpenString => Expr::String(self.string()),
            Kind::LeftBrace => Expr::from(self.selector(None)),
            Kind::Variable if self.peek().kind == Kind::LeftBrace => self.named_selector(),
            Kind::Variable | Kind::MixedNumber => Expr::Variable(self.variable()),
            Kind::Ident | Kind::Template => self.named_selector(),
            _ => {
                self.unexpected("an expression");
                self.hole()
            }
        }
    }

    /// Steps over what is no operand to the one behind it.
    fn operand_after_noise(&mut self) -> Expr {
        let first = self.token;
        self.unexpected("an expression");
        while self.at(Kind::Unknown) {
            self.bump();
        }
        if self.starts_operand() {
            return self.tight();
        }
        let span = self.span_from(first.start);
        Expr::Error(ErrorNode {
            text: self.text[span.range()].to_owned(),
            span,
        })
    }

    fn keyword_operand(&mut self, keyword: Keyword) -> Expr {
        let next = self.peek().kind;
        let grouping = matches!(keyword, Keyword::By | Keyword::Without);
        match (keyword, next) {
            (
                Keyword::Aggregate(op),
                Kind::LeftParen | Kind::Keyword(Keyword::By | Keyword::Without),
            ) => return self.aggregate(op),
            // A metric may be called `sum`, but not have another one behind it.
            (
                Keyword::Aggregate(op),
                Kind::Ident | Kind::Template | Kind::Variable | Kind::Number | Kind::String,
            ) => return self.aggregate(op),
            (_, Kind::LeftParen) if keyword.is_function() => return self.call(),
            (_, Kind::LeftParen) => {
                self.unexpected("an expression");
                if grouping {
                    self.grouping();
                } else {
                    self.bump();
                }
                return if self.starts_operand() {
                    self.tight()
                } else {
                    self.hole()
                };
            }
            _ => {}
        }
        self.keyword_metric(keyword)
    }

    fn keyword_metric(&mut self, keyword: Keyword) -> Expr {
        if !keyword.is_metric_name() {
            let token = self.token;
            let word = self.slice(token);
            self.report(
                SyntaxError::new(
                    Self::span(token),
                    format!("`{word}` is a keyword, not a metric"),
                )
                .expected("an expression")
                .help(format!("a metric of that name is written `{{\"{word}\"}}`")),
            );
        }
        self.named_selector()
    }

    pub(super) fn number(&mut self) -> Number {
        let token = self.bump();
        let text = self.slice(token);
        let span = Self::span(token);
        let (value, duration) = literal::number(text).unwrap_or_else(|error| {
            let (message, help) = match error {
                NumberError::TooLarge => (format!("`{text}` is too large"), ""),
                NumberError::Malformed => (format!("`{text}` is not a number"), ""),
                NumberError::Duration(error) if text.starts_with(|c: char| c.is_ascii_digit()) => (
                    format!("`{text}` is neither a number nor a duration: {error}"),
                    error.help(),
                ),
                NumberError::Duration(_) => (format!("`{text}` is not a number"), ""),
            };
            let error = SyntaxError::new(span, message);
            self.report(if help.is_empty() {
                error
            } else {
                error.help(help)
            });
            (f64::NAN, false)
        });
        Number {
            value,
            duration,
            span,
        }
    }

    pub(super) fn string(&mut self) -> StringLiteral {
        let token = self.bump();
        let closed = token.kind == Kind::String;
        let (value, errors) = literal::unquote(self.slice(token), closed);
        if !closed {
            let quote = &self.text[token.start..=token.start];
            self.report(
                SyntaxError::new(Self::span(token), "the string is never closed")
                    .expected(quote)
                    .help("only a string between backticks goes over several lines"),
            );
        }
        for error in errors {
            let span = Span::new(token.start + error.start, token.start + error.end);
            self.report(SyntaxError::new(span, error.message).help(error.help));
        }
        StringLiteral {
            value,
            span: Self::span(token),
        }
    }

    pub(super) fn variable(&mut self) -> Variable {
        let token = self.bump();
        let span = Self::span(token);
        self.check_variables(token);
        match variable::variable_at(self.text, token.start) {
            Some(variable) if variable.span.range() == span.range() => variable,
            _ => Variable {
                form: VariableForm::Mixed,
                name: self.slice(token).to_owned(),
                field: None,
                format: None,
                span,
            },
        }
    }

    /// Outside of Grafana nobody fills variables in.
    pub(super) fn check_variables(&mut self, token: Token) {
        if self.dialect == Dialect::Prometheus {
            let text = self.slice(token);
            self.report(
                SyntaxError::new(Self::span(token), format!("`{text}` is a Grafana variable"))
                    .help("Prometheus does not fill variables in: write the value"),
            );
        }
    }

    /// The name that the next token is.
    pub(super) fn name(&mut self) -> Name {
        if matches!(
            self.token.kind,
            Kind::Template | Kind::Variable | Kind::MixedNumber
        ) {
            self.check_variables(self.token);
        }
        let token = self.bump();
        Name {
            text: self.slice(token).to_owned(),
            span: Self::span(token),
        }
    }

    fn paren(&mut self) -> Expr {
        let open = self.bump();
        if self.at(Kind::RightParen) {
            self.unexpected("an expression");
            let hole = Box::new(self.hole());
            return self.end_paren(open, hole);
        }
        let inner = Box::new(self.expr());
        self.end_paren(open, inner)
    }

    fn end_paren(&mut self, open: Token, expr: Box<Expr>) -> Expr {
        let height = self.height;
        self.close_paren(open);
        self.grow(height);
        Expr::Paren(Paren {
            expr,
            span: self.span_from(open.start),
        })
    }

    /// Reads on to the closing parenthesis, finding the errors before it.
    fn close_paren(&mut self, open: Token) {
        if !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            self.unexpected_after_operand("an operator or `)`");
        }
        while !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            self.skip_or_read();
        }
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
    }

    fn call(&mut self) -> Expr {
        let func = self.function_name();
        let args = self.arguments(None);
        let height = self.height;
        self.grow(height);
        let span = self.span_from(func.span.range().start);
        Expr::Call(Call { func, args, span })
    }

    fn function_name(&mut self) -> Name {
        let token = self.token;
        let func = self.name();
        if token.kind == Kind::Ident && func.text.contains(':') {
            self.report(
                SyntaxError::new(func.span, format!("`{}` is not a function name", func.text))
                    .help("a name with a colon is a recording rule: it takes no parentheses"),
            );
        }
        func
    }

    /// Arguments between parentheses. A `by` clause that was put among those of an aggregation is
    /// taken out into `grouping`.
    fn arguments(&mut self, mut grouping: Option<&mut Option<Grouping>>) -> Vec<Expr> {
        let mut args = Vec::new();
        let mut height = 0;
        let open = self.bump();
        while !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            args.push(self.expr());
            height = height.max(self.height);
            self.end_argument(grouping.as_deref_mut());
        }
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        self.height = height;
        args
    }

    /// Reads on to the next argument or the closing parenthesis.
    fn end_argument(&mut self, mut grouping: Option<&mut Option<Grouping>>) {
        let mut reported = false;
        loop {
            match self.token.kind {
                Kind::Comma | Kind::RightParen | Kind::Eof => break,
                Kind::Keyword(Keyword::By | Keyword::Without) if grouping.is_some() => {
                    let clause = self.misplaced_grouping();
                    if let Some(grouping) = &mut grouping {
                        grouping.get_or_insert(clause);
                    }
                }
                _ => {
                    if !reported {
                        self.unexpected_after_operand("an operator, `,` or `)`");
                        reported = true;
                    }
                    self.skip_or_read();
                }
            }
        }
        if let Some(comma) = self.eat(Kind::Comma)
            && self.at(Kind::RightParen)
        {
            self.report(
                SyntaxError::new(Self::span(comma), "a comma behind the last argument")
                    .help("remove it"),
            );
        }
    }

    fn misplaced_grouping(&mut self) -> Grouping {
        let word = self.slice(self.token).to_owned();
        self.report(
            SyntaxError::new(
                Self::span(self.token),
                format!("`{word}` stands inside the parentheses of the aggregation"),
            )
            .help(format!(
                "put it before or behind them: `sum {word} (label) (…)`"
            )),
        );
        self.grouping()
    }

    fn aggregate(&mut self, op: AggregateOp) -> Expr {
        let op_token = self.bump();
        let mut grouping = None;
        if matches!(
            self.token.kind,
            Kind::Keyword(Keyword::By | Keyword::Without)
        ) {
            grouping = Some(self.grouping());
        }
        let open = self.token;
        let args = if self.at(Kind::LeftParen) {
            self.arguments(Some(&mut grouping))
        } else {
            self.missing_parens(op);
            if self.starts_operand() {
                vec![self.tight()]
            } else {
                Vec::new()
            }
        };
        self.end_aggregate(op, op_token, open, grouping, args)
    }

    fn missing_parens(&mut self, op: AggregateOp) {
        let error = SyntaxError::new(
            Self::span(self.token),
            format!("what `{op}` aggregates is not between parentheses"),
        );
        self.report(error.expected("`(`").help(format!("write `{op}(…)`")));
    }

    fn end_aggregate(
        &mut self,
        op: AggregateOp,
        op_token: Token,
        open: Token,
        mut grouping: Option<Grouping>,
        args: Vec<Expr>,
    ) -> Expr {
        let height = self.height;
        if matches!(
            self.token.kind,
            Kind::Keyword(Keyword::By | Keyword::Without)
        ) {
            if grouping.is_some() {
                let error = SyntaxError::new(Self::span(self.token), "a second grouping clause");
                self.report(error.help("put all labels into one"));
            }
            let clause = self.grouping();
            grouping.get_or_insert(clause);
        }
        let span = self.span_from(op_token.start);
        let wanted = 1 + usize::from(op.parameter().is_some());
        if args.len() != wanted {
            let place = if open.kind == Kind::LeftParen {
                open.start
            } else {
                op_token.start
            };
            let end = self.end.max(place);
            self.report(argument_count(op, args.len(), Span::new(place, end)));
        }
        let (param, expr) = split_arguments(wanted, args, span);
        self.grow(height);
        Expr::Aggregate(Aggregate {
            op,
            op_span: Self::span(op_token),
            param: param.map(Box::new),
            expr: Box::new(expr),
            grouping,
            span,
        })
    }
}

fn argument_count(op: AggregateOp, found: usize, span: Span) -> SyntaxError {
    let form = match op {
        AggregateOp::CountValues => "count_values(\"label\", …)".to_owned(),
        AggregateOp::Quantile => "quantile(0.95, …)".to_owned(),
        _ if op.parameter().is_some() => format!("{op}(5, …)"),
        _ => format!("{op}(…)"),
    };
    let wanted = 1 + usize::from(op.parameter().is_some());
    let arguments = if wanted == 1 { "argument" } else { "arguments" };
    SyntaxError::new(
        span,
        format!("`{op}` takes {wanted} {arguments}, found {found}"),
    )
    .help(format!("write `{form}`"))
}

/// Which arguments are the parameter and the vector, whatever their number.
fn split_arguments(wanted: usize, args: Vec<Expr>, span: Span) -> (Option<Expr>, Expr) {
    let mut args = args.into_iter();
    let hole = || {
        Expr::Error(ErrorNode {
            text: String::new(),
            span,
        })
    };
    match (args.next(), args.next()) {
        (None, _) => (None, hole()),
        (Some(only), None) if wanted == 1 => (None, only),
        (Some(param @ (Expr::Number(_) | Expr::String(_))), None) => (Some(param), hole()),
        (Some(only), None) => (Some(hole()), only),
        (Some(param), Some(expr)) => (Some(param), expr),
    }
}
