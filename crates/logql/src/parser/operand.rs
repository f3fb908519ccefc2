//! Operands: literals, log queries, calls, aggregations, parentheses, variables.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{
    Aggregate, AggregateOp, Call, ErrorNode, Expr, Grouping, Paren, RangeAggregate, RangeOp,
    Variants,
};
use crate::lexer::{Keyword, Kind, Token};

/// What takes arguments and may be grouped.
#[derive(Clone, Copy)]
enum Function {
    Range(RangeOp),
    Aggregate(AggregateOp),
}

impl Function {
    fn find(name: &str) -> Option<Self> {
        RangeOp::find(name)
            .map(Self::Range)
            .or_else(|| AggregateOp::find(name).map(Self::Aggregate))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Range(op) => op.name(),
            Self::Aggregate(op) => op.name(),
        }
    }

    const fn takes_parameter(self) -> bool {
        match self {
            Self::Range(op) => op.takes_parameter(),
            Self::Aggregate(op) => op.takes_parameter(),
        }
    }

    /// How it is written.
    fn form(self) -> String {
        let name = self.name();
        match self {
            Self::Range(RangeOp::QuantileOverTime) => {
                format!("{name}(0.99, {{job=\"api\"}} | json | unwrap took [5m])")
            }
            Self::Range(op) if op.takes_lines() => format!("{name}({{job=\"api\"}}[5m])"),
            Self::Range(_) => format!("{name}({{job=\"api\"}} | json | unwrap took [5m])"),
            Self::Aggregate(op) if op.takes_parameter() => format!("{name}(5, …)"),
            Self::Aggregate(_) => format!("{name}(…)"),
        }
    }
}

impl Parser<'_> {
    /// Whether the next token can begin an operand.
    pub(super) fn starts_operand(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Ident
                | Kind::Template
                | Kind::Variable
                | Kind::Number
                | Kind::MixedNumber
                | Kind::String
                | Kind::OpenString
                | Kind::LeftParen
                | Kind::LeftBrace
        )
    }

    // The functions that call one another for each level of nesting build no nodes themselves: this
    // keeps their stack frames small.
    pub(super) fn operand(&mut self) -> Expr {
        self.height = 1;
        match self.token.kind {
            Kind::LeftParen => self.paren(),
            Kind::Ident | Kind::Template | Kind::Variable if self.at_function() => self.function(),
            _ => self.leaf(),
        }
    }

    /// An operand without expressions inside it.
    fn leaf(&mut self) -> Expr {
        match self.token.kind {
            Kind::Number | Kind::MixedNumber => self.number_operand(),
            Kind::Minus | Kind::Plus
                if matches!(
                    self.peek().kind,
                    Kind::Number | Kind::MixedNumber | Kind::Variable
                ) =>
            {
                self.number_operand()
            }
            Kind::String | Kind::OpenString => Expr::String(self.string()),
            Kind::LeftBrace => self.log_query(),
            Kind::Variable if self.peek_is_pipeline() => self.log_query(),
            Kind::Variable => Expr::Variable(self.variable()),
            Kind::Ident | Kind::Template => self.metric_name(),
            Kind::Unknown | Kind::Plus | Kind::Minus => self.operand_after_noise(),
            _ => {
                self.unexpected("a query");
                self.hole()
            }
        }
    }

    /// Steps over what is no operand to the one behind it.
    fn operand_after_noise(&mut self) -> Expr {
        let start = self.token.start;
        self.unexpected("a query");
        while matches!(self.token.kind, Kind::Unknown | Kind::Plus | Kind::Minus) {
            self.bump();
        }
        if self.starts_operand() {
            return self.tight();
        }
        let span = self.span_from(start);
        Expr::Error(ErrorNode {
            text: self.text[span.range()].to_owned(),
            span,
        })
    }

    /// A name where LogQL has none: what PromQL writes.
    fn metric_name(&mut self) -> Expr {
        let token = self.bump();
        let word = self.slice(token);
        let span = Self::span(token);
        if let Some(function) = Function::find(word) {
            let message = format!("what `{word}` takes is not between parentheses");
            let error = SyntaxError::new(span, message).expected("`(`");
            self.report(error.help(format!("write `{}`", function.form())));
            if self.starts_operand() {
                return self.tight();
            }
        }
        let braces = self.at(Kind::LeftBrace);
        if matches!(self.token.kind, Kind::Comma | Kind::RightParen) {
            let message = format!("`{word}` is neither a query nor a string");
            let error = SyntaxError::new(span, message);
            self.report(error.help(format!(
                "a string has quotes, `\"{word}\"`, and streams are selected by labels, `{{job=\"api\"}}`"
            )));
        }
        let message = format!("`{word}` is not LogQL: streams have no name");
        let error = SyntaxError::new(span, message).expected("a stream selector or a function");
        self.report(if braces {
            error.help("write the braces alone: `{job=\"api\"}`")
        } else {
            error.help("select streams by their labels: `{job=\"api\"}`")
        });
        if braces {
            return self.log_query();
        }
        Expr::Error(ErrorNode {
            text: word.to_owned(),
            span,
        })
    }

    /// Whether the next token is the name of something that is called: parentheses or a grouping follow.
    fn at_function(&self) -> bool {
        match self.peek().kind {
            Kind::LeftParen => true,
            Kind::Keyword(Keyword::By | Keyword::Without) => {
                self.at(Kind::Ident) && Function::find(self.word()).is_some()
            }
            _ => false,
        }
    }

    fn paren(&mut self) -> Expr {
        let open = self.bump();
        if self.at(Kind::RightParen) {
            self.unexpected("a query");
            let hole = self.hole();
            return self.end_paren(open, hole);
        }
        let inner = self.expr();
        self.end_paren(open, inner)
    }

    fn end_paren(&mut self, open: Token, expr: Expr) -> Expr {
        let height = self.height;
        self.close_paren(open, &expr);
        let span = self.span_from(open.start);
        match expr {
            // Parentheses around a log query change nothing.
            Expr::Range(mut range) => {
                range.span = span;
                Expr::Range(range)
            }
            Expr::Log(query) if self.at(Kind::LeftBracket) => self.range_behind_paren(*query, span),
            Expr::Log(mut query) => {
                query.span = span;
                Expr::Log(query)
            }
            expr => {
                self.grow(height);
                Expr::Paren(Paren {
                    expr: Box::new(expr),
                    span,
                })
            }
        }
    }

    /// Reads on to the closing parenthesis, finding the errors before it.
    fn close_paren(&mut self, open: Token, expr: &Expr) {
        if !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            self.unexpected_after_operand(expr, "an operator or `)`");
        }
        while !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            self.skip_or_read();
        }
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
    }

    fn function(&mut self) -> Expr {
        if self.at(Kind::Ident) {
            let name = self.word();
            if let Some(function) = Function::find(name) {
                return self.aggregation(function);
            }
            if name.eq_ignore_ascii_case("variants") {
                return self.variants();
            }
        }
        let func = self.name();
        let args = self.arguments(None);
        let height = self.height;
        self.grow(height);
        let span = self.span_from(func.span.range().start);
        Expr::Call(Call { func, args, span })
    }

    fn variants(&mut self) -> Expr {
        let start = self.bump().start;
        let exprs = self.arguments(None);
        let height = self.height;
        let of = if self.at(Kind::Ident) && self.word().eq_ignore_ascii_case("of") {
            self.bump();
            if self.at(Kind::LeftParen) {
                Box::new(match self.paren() {
                    Expr::Paren(paren) => *paren.expr,
                    range => range,
                })
            } else {
                self.unexpected("the range that all variants read: `of ({job=\"api\"}[5m])`");
                Box::new(self.hole())
            }
        } else {
            self.unexpected("`of ({job=\"api\"}[5m])`");
            Box::new(self.hole())
        };
        self.grow(height.max(self.height));
        let span = self.span_from(start);
        Expr::Variants(Variants { exprs, of, span })
    }

    /// Arguments between parentheses. A `by` clause that was put among those of an aggregation is
    /// taken out into `grouping`.
    fn arguments(&mut self, mut grouping: Option<&mut Option<Grouping>>) -> Vec<Expr> {
        let mut args = Vec::new();
        let mut height = 0;
        let open = self.bump();
        while !matches!(self.token.kind, Kind::RightParen | Kind::Eof) {
            let arg = self.expr();
            height = height.max(self.height);
            self.end_argument(&arg, grouping.as_deref_mut());
            args.push(arg);
        }
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        self.height = height;
        args
    }

    /// Reads on to the next argument or the closing parenthesis.
    fn end_argument(&mut self, arg: &Expr, mut grouping: Option<&mut Option<Grouping>>) {
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
                        self.unexpected_after_operand(arg, "an operator, `,` or `)`");
                        reported = true;
                    }
                    self.skip_or_read();
                }
            }
        }
        if let Some(comma) = self.eat(Kind::Comma)
            && self.at(Kind::RightParen)
        {
            let error = SyntaxError::new(Self::span(comma), "a comma behind the last argument");
            self.report(error.help("remove it"));
        }
    }

    fn misplaced_grouping(&mut self) -> Grouping {
        let word = self.word();
        let message = format!("`{word}` stands inside the parentheses of the aggregation");
        let help = format!("put it behind them: `(…) {word} (label)`");
        self.report(SyntaxError::new(self.here(), message).help(help));
        self.grouping()
    }

    fn aggregation(&mut self, function: Function) -> Expr {
        let op_token = self.bump();
        let mut grouping = None;
        if self.at_grouping() {
            let clause = self.grouping();
            if matches!(function, Function::Range(_)) {
                let name = function.name();
                let message = format!("the grouping of `{name}` stands behind its parentheses");
                let error = SyntaxError::new(clause.span, message);
                self.report(error.help(format!("write `{name}(…) {clause}`")));
            }
            grouping = Some(clause);
        }
        let open = self.token;
        let args = if self.at(Kind::LeftParen) {
            self.arguments(Some(&mut grouping))
        } else {
            let name = function.name();
            let message = format!("what `{name}` takes is not between parentheses");
            let error = SyntaxError::new(self.here(), message);
            self.report(
                error
                    .expected("`(`")
                    .help(format!("write `{}`", function.form())),
            );
            Vec::new()
        };
        self.end_aggregation(function, op_token, open, grouping, args)
    }

    fn end_aggregation(
        &mut self,
        function: Function,
        op_token: Token,
        open: Token,
        mut grouping: Option<Grouping>,
        args: Vec<Expr>,
    ) -> Expr {
        let height = self.height;
        if self.at_grouping() {
            let before = grouping.is_some();
            let clause = self.grouping();
            if before {
                let error = SyntaxError::new(clause.span, "a second grouping clause");
                self.report(error.help("put all labels into one"));
            }
            grouping.get_or_insert(clause);
        }
        let span = self.span_from(op_token.start);
        if let Some(error) = argument_count(
            function,
            args.len(),
            Span::new(open.start, self.end.max(open.start)),
        ) {
            self.report(error);
        }
        let (param, expr) = split_arguments(args, span);
        let (param, expr) = (param.map(Box::new), Box::new(expr));
        self.grow(height);
        let op_span = Self::span(op_token);
        match function {
            Function::Range(op) => Expr::RangeAggregate(RangeAggregate {
                op,
                op_span,
                param,
                expr,
                grouping,
                span,
            }),
            Function::Aggregate(op) => Expr::Aggregate(Aggregate {
                op,
                op_span,
                param,
                expr,
                grouping,
                span,
            }),
        }
    }
}

/// What is wrong with the number of arguments. A parameter too many or too few is left to the types, which
/// can say more about it.
fn argument_count(function: Function, found: usize, span: Span) -> Option<SyntaxError> {
    if matches!(found, 1 | 2) {
        return None;
    }
    let wanted = if function.takes_parameter() {
        "2 arguments"
    } else {
        "1 argument"
    };
    let message = format!("`{}` takes {wanted}, found {found}", function.name());
    Some(SyntaxError::new(span, message).help(format!("write `{}`", function.form())))
}

/// Which arguments are the parameter and the query, whatever their number.
fn split_arguments(args: Vec<Expr>, span: Span) -> (Option<Expr>, Expr) {
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (None, _) => {
            let place = Span::new(span.range().end, span.range().end);
            (
                None,
                Expr::Error(ErrorNode {
                    text: String::new(),
                    span: place,
                }),
            )
        }
        (Some(only), None) => (None, only),
        (Some(param), Some(expr)) => (Some(param), expr),
    }
}
