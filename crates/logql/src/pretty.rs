//! The text of a tree on several lines, for people.

use std::fmt::{self, Display, Write};

use crate::ast::{Binary, BinaryOp, Expr, LogQuery, Selector};
use crate::print::{Matches, is_log_query};

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

const INFALLIBLE: &str = "writing to a string does not fail";

impl Printer {
    fn put(&mut self, text: impl Display) {
        write!(self.out, "{text}").expect(INFALLIBLE);
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn fits(&self, text: &impl Display, indent: usize) -> bool {
        write!(Room(self.width.saturating_sub(indent)), "{text}").is_ok()
    }

    /// Prints `expr`, whose first line is already indented.
    fn expr(&mut self, expr: &Expr, indent: usize) {
        if self.fits(expr, indent) {
            return self.put(expr);
        }
        match expr {
            Expr::Log(query) => self.log_query(query, indent),
            Expr::Range(range) => {
                self.log_query(&range.query, indent);
                if !range.query.stages.is_empty() {
                    self.line(indent + STEP);
                }
                range.write_range(&mut self.out).expect(INFALLIBLE);
            }
            Expr::RangeAggregate(node) => {
                self.put(node.op);
                let param = node.param.as_deref();
                self.arguments(param.into_iter().chain([&*node.expr]), indent);
                node.write_tail(&mut self.out).expect(INFALLIBLE);
            }
            Expr::Aggregate(node) => {
                node.write_head(&mut self.out).expect(INFALLIBLE);
                let param = node.param.as_deref();
                self.arguments(param.into_iter().chain([&*node.expr]), indent);
            }
            Expr::Call(call) if !call.args.is_empty() => {
                self.put(&call.func.text);
                self.arguments(call.args.iter(), indent);
            }
            Expr::Variants(node) if !node.exprs.is_empty() => {
                self.put("variants");
                self.arguments(node.exprs.iter(), indent);
                self.put(" of ");
                self.arguments([&*node.of].into_iter(), indent);
            }
            Expr::Paren(paren) => self.arguments([&*paren.expr].into_iter(), indent),
            Expr::Binary(binary) => {
                self.out.extend(std::iter::repeat_n(' ', STEP));
                self.binary(binary, indent);
            }
            _ => self.put(expr),
        }
    }

    /// The selector, and each stage on a line of its own.
    fn log_query(&mut self, query: &LogQuery, indent: usize) {
        if self.fits(&query.selector, indent) {
            self.put(&query.selector);
        } else {
            self.selector(&query.selector, indent);
        }
        for index in 0..query.stages.len() {
            self.line(indent + STEP);
            query.write_stage(&mut self.out, index).expect(INFALLIBLE);
        }
    }

    /// Each matcher on a line of its own.
    fn selector(&mut self, selector: &Selector, indent: usize) {
        if selector.whole.is_some() {
            return self.put(selector);
        }
        let matchers = selector.matchers.iter().map(|it| Matches(it).to_string());
        let variables = selector.variables.iter().map(ToString::to_string);
        self.put('{');
        let mut separator = "";
        for item in matchers.chain(variables) {
            self.put(separator);
            self.line(indent + STEP);
            self.put(item);
            separator = ",";
        }
        if !separator.is_empty() {
            self.line(indent);
        }
        self.put('}');
    }

    /// Expressions between parentheses, each on a line of its own.
    fn arguments<'a>(&mut self, args: impl Iterator<Item = &'a Expr>, indent: usize) {
        self.put('(');
        let mut args = args.peekable();
        while let Some(arg) = args.next() {
            self.line(indent + STEP);
            let parens = is_log_query(arg) && args.peek().is_some();
            self.side(arg, parens, indent + STEP);
            if args.peek().is_some() {
                self.put(',');
            }
        }
        self.line(indent);
        self.put(')');
    }

    /// Operands are indented by a step, operators are not; operands of equal operators stand below one
    /// another. The first operand is already indented.
    fn binary(&mut self, binary: &Binary, indent: usize) {
        let lhs_parens = binary.needs_parens(false);
        match &*binary.lhs {
            Expr::Binary(lhs) if !lhs_parens && same_chain(lhs.op, binary.op) => {
                self.binary(lhs, indent);
            }
            lhs => self.side(lhs, lhs_parens, indent + STEP),
        }
        self.line(indent);
        binary.write_operator(&mut self.out).expect(INFALLIBLE);
        self.line(indent + STEP);
        let rhs_parens = binary.needs_parens(true);
        self.side(&binary.rhs, rhs_parens, indent + STEP);
    }

    fn side(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if !parens {
            self.expr(expr, indent);
        } else if self.fits(expr, indent + STEP) {
            self.put(format_args!("({expr})"));
        } else {
            self.arguments([expr].into_iter(), indent);
        }
    }
}

fn same_chain(inner: BinaryOp, outer: BinaryOp) -> bool {
    inner.precedence() == outer.precedence() && !outer.is_right_associative()
}
