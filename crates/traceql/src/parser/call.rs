//! Functions with their arguments and groupings.

use super::Parser;
use crate::SyntaxError;
use crate::ast::{Call, Expr, GroupBy, Name};
use crate::lexer::{Kind, Token};

impl Parser<'_> {
    pub(super) fn call(&mut self) -> Expr {
        let token = self.bump();
        if token.kind != Kind::Word {
            self.check_variables(token);
        }
        let args = self.list();
        let height = self.height;
        let grouped = self.at_word("by") && self.peek().kind == Kind::LeftParen;
        let by = grouped.then(|| self.grouping());
        self.grow(height.max(self.height));
        self.end_call(token, args, by)
    }

    fn end_call(&self, token: Token, args: Vec<Expr>, by: Option<GroupBy>) -> Expr {
        let name = Name {
            text: self.slice(token).to_owned(),
            span: Self::span(token),
        };
        let span = self.span_from(token.start);
        Expr::Call(Call {
            name,
            args,
            by,
            span,
        })
    }

    fn grouping(&mut self) -> GroupBy {
        let start = self.bump().start;
        let keys = self.list();
        let span = self.span_from(start);
        GroupBy { keys, span }
    }

    /// Expressions between parentheses.
    fn list(&mut self) -> Vec<Expr> {
        let mut items = Vec::new();
        let mut height = 0;
        let open = self.bump();
        self.open_parens += 1;
        while !self.at_close() {
            items.push(self.operators());
            height = height.max(self.height);
            self.end_item();
        }
        self.open_parens -= 1;
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        self.height = height;
        items
    }

    /// Reads on to the next item or the closing parenthesis.
    fn end_item(&mut self) {
        let mut reported = false;
        while !self.at(Kind::Comma) && !self.at_close() {
            if !reported {
                self.unexpected_after_operand("an operator, `,` or `)`");
                reported = true;
            }
            self.skip_or_read();
        }
        if let Some(comma) = self.eat(Kind::Comma)
            && self.at(Kind::RightParen)
        {
            let error = SyntaxError::new(Self::span(comma), "a comma behind the last argument");
            self.report(error.help("remove it"));
        }
    }
}
