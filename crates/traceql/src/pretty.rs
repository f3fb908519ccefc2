//! The text of a tree on as many lines as it needs to stay narrow. It reads back as the same tree.

use obsctl_syntax::Page;

use crate::ast::{Binary, BinaryOp, Expr};
use crate::print::{is_query, lhs_needs_parens, rhs_needs_parens, unary_needs_parens};

const WIDTH: usize = 100;

const STEP: usize = 2;

impl Expr {
    /// The expression on several lines where it is longer than 100 characters.
    #[must_use]
    pub fn pretty(&self) -> String {
        self.pretty_within(WIDTH)
    }

    /// The expression on several lines where it is longer than `width` characters. Only what cannot be
    /// broken, such as a long string, may be longer.
    #[must_use]
    pub fn pretty_within(&self, width: usize) -> String {
        let mut printer = Printer {
            page: Page::new(width),
        };
        printer.expr(self, 0);
        printer.page.into_text()
    }
}

struct Printer {
    page: Page,
}

impl Printer {
    /// Prints `expr`, whose first line is already indented.
    fn expr(&mut self, expr: &Expr, indent: usize) {
        if self.page.fits(expr, indent) {
            return self.page.put(expr);
        }
        match expr {
            Expr::Paren(paren) => self.parenthesized(&paren.expr, indent),
            Expr::Spanset(spanset) => match &spanset.filter {
                Some(filter) => {
                    self.page.put('{');
                    self.page.line(indent + STEP);
                    self.operand(filter, is_query(filter), indent + STEP);
                    self.page.line(indent);
                    self.page.put('}');
                }
                None => self.page.put(expr),
            },
            Expr::Call(call) if !call.args.is_empty() || call.by.is_some() => {
                self.page.put(&call.name);
                self.list(&call.args, indent);
                if let Some(by) = &call.by {
                    self.page.put(" by ");
                    self.list(&by.keys, indent);
                }
            }
            Expr::Unary(unary) => {
                self.page.put(unary.op);
                self.operand(&unary.expr, unary_needs_parens(unary), indent);
            }
            Expr::Binary(binary) => self.binary(binary, indent),
            Expr::Pipeline(pipeline) => {
                for (index, stage) in pipeline.stages.iter().enumerate() {
                    if index > 0 {
                        self.page.line(indent);
                        self.page.put("| ");
                    }
                    self.operand(stage, is_query(stage), indent);
                }
            }
            Expr::Hinted(hinted) => {
                self.expr(&hinted.expr, indent);
                self.page.line(indent);
                self.page.with(|out| hinted.write_clause(out));
            }
            _ => self.page.put(expr),
        }
    }

    fn operand(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if !parens {
            self.expr(expr, indent);
        } else if self.page.fits(expr, indent + STEP) {
            self.page.put(format_args!("({expr})"));
        } else {
            self.parenthesized(expr, indent);
        }
    }

    fn parenthesized(&mut self, expr: &Expr, indent: usize) {
        self.page.put('(');
        self.page.line(indent + STEP);
        self.expr(expr, indent + STEP);
        self.page.line(indent);
        self.page.put(')');
    }

    /// Expressions between parentheses, each on a line of its own.
    fn list(&mut self, items: &[Expr], indent: usize) {
        self.page.put('(');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.page.put(',');
            }
            self.page.line(indent + STEP);
            self.operand(item, is_query(item), indent + STEP);
        }
        if !items.is_empty() {
            self.page.line(indent);
        }
        self.page.put(')');
    }

    /// Operands of one chain stand below one another, each but the first behind its operator. The first
    /// is already indented.
    fn binary(&mut self, binary: &Binary, indent: usize) {
        let lhs_parens = lhs_needs_parens(binary.op, &binary.lhs);
        match &*binary.lhs {
            Expr::Binary(lhs) if !lhs_parens && same_chain(lhs.op, binary.op) => {
                self.binary(lhs, indent);
            }
            lhs => self.operand(lhs, lhs_parens, indent),
        }
        self.page.line(indent);
        self.page.put(format_args!("{} ", binary.op));
        let rhs_parens = rhs_needs_parens(binary.op, &binary.rhs);
        self.operand(&binary.rhs, rhs_parens, indent + STEP);
    }
}

fn same_chain(inner: BinaryOp, outer: BinaryOp) -> bool {
    inner.precedence() == outer.precedence() && !outer.is_right_associative()
}
