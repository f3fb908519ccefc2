//! The text of a tree on as many lines as it needs to stay narrow. It reads back as the same tree.

use std::fmt::{self, Display, Write};

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
            out: String::new(),
            width,
        };
        printer.expr(self, 0);
        printer.out
    }
}

/// Counts characters and stops with an error when there are too many.
struct Room(usize);

impl Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.chars().count()).ok_or(fmt::Error)?;
        Ok(())
    }
}

struct Printer {
    out: String,
    width: usize,
}

impl Printer {
    fn put(&mut self, text: impl Display) {
        write!(self.out, "{text}").expect("writing to a string does not fail");
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn fits(&self, expr: &Expr, indent: usize) -> bool {
        write!(Room(self.width.saturating_sub(indent)), "{expr}").is_ok()
    }

    /// Prints `expr`, whose first line is already indented.
    fn expr(&mut self, expr: &Expr, indent: usize) {
        if self.fits(expr, indent) {
            return self.put(expr);
        }
        match expr {
            Expr::Paren(paren) => self.parenthesized(&paren.expr, indent),
            Expr::Spanset(spanset) => match &spanset.filter {
                Some(filter) => {
                    self.put('{');
                    self.line(indent + STEP);
                    self.operand(filter, is_query(filter), indent + STEP);
                    self.line(indent);
                    self.put('}');
                }
                None => self.put(expr),
            },
            Expr::Call(call) if !call.args.is_empty() || call.by.is_some() => {
                self.put(&call.name);
                self.list(&call.args, indent);
                if let Some(by) = &call.by {
                    self.put(" by ");
                    self.list(&by.keys, indent);
                }
            }
            Expr::Unary(unary) => {
                self.put(unary.op);
                self.operand(&unary.expr, unary_needs_parens(unary), indent);
            }
            Expr::Binary(binary) => self.binary(binary, indent),
            Expr::Pipeline(pipeline) => {
                for (index, stage) in pipeline.stages.iter().enumerate() {
                    if index > 0 {
                        self.line(indent);
                        self.put("| ");
                    }
                    self.operand(stage, is_query(stage), indent);
                }
            }
            Expr::Hinted(hinted) => {
                self.expr(&hinted.expr, indent);
                self.line(indent);
                hinted
                    .write_clause(&mut self.out)
                    .expect("writing to a string does not fail");
            }
            _ => self.put(expr),
        }
    }

    fn operand(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if !parens {
            self.expr(expr, indent);
        } else if self.fits(expr, indent + STEP) {
            self.put(format_args!("({expr})"));
        } else {
            self.parenthesized(expr, indent);
        }
    }

    fn parenthesized(&mut self, expr: &Expr, indent: usize) {
        self.put('(');
        self.line(indent + STEP);
        self.expr(expr, indent + STEP);
        self.line(indent);
        self.put(')');
    }

    /// Expressions between parentheses, each on a line of its own.
    fn list(&mut self, items: &[Expr], indent: usize) {
        self.put('(');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.put(',');
            }
            self.line(indent + STEP);
            self.operand(item, is_query(item), indent + STEP);
        }
        if !items.is_empty() {
            self.line(indent);
        }
        self.put(')');
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
        self.line(indent);
        self.put(format_args!("{} ", binary.op));
        let rhs_parens = rhs_needs_parens(binary.op, &binary.rhs);
        self.operand(&binary.rhs, rhs_parens, indent + STEP);
    }
}

fn same_chain(inner: BinaryOp, outer: BinaryOp) -> bool {
    inner.precedence() == outer.precedence() && !outer.is_right_associative()
}
