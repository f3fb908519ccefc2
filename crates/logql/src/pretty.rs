//! The text of a tree on several lines, for people.

use obsctl_syntax::Page;

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
            Expr::Log(query) => self.log_query(query, indent),
            Expr::Range(range) => {
                self.log_query(&range.query, indent);
                if !range.query.stages.is_empty() {
                    self.page.line(indent + STEP);
                }
                self.page.with(|out| range.write_range(out));
            }
            Expr::RangeAggregate(node) => {
                self.page.put(node.op);
                let param = node.param.as_deref();
                self.arguments(param.into_iter().chain([&*node.expr]), indent);
                self.page.with(|out| node.write_tail(out));
            }
            Expr::Aggregate(node) => {
                self.page.with(|out| node.write_head(out));
                let param = node.param.as_deref();
                self.arguments(param.into_iter().chain([&*node.expr]), indent);
            }
            Expr::Call(call) if !call.args.is_empty() => {
                self.page.put(&call.func.text);
                self.arguments(call.args.iter(), indent);
            }
            Expr::Variants(node) if !node.exprs.is_empty() => {
                self.page.put("variants");
                self.arguments(node.exprs.iter(), indent);
                self.page.put(" of ");
                self.arguments([&*node.of].into_iter(), indent);
            }
            Expr::Paren(paren) => self.arguments([&*paren.expr].into_iter(), indent),
            Expr::Binary(binary) => {
                self.page.spaces(STEP);
                self.binary(binary, indent);
            }
            _ => self.page.put(expr),
        }
    }

    /// The selector, and each stage on a line of its own.
    fn log_query(&mut self, query: &LogQuery, indent: usize) {
        if self.page.fits(&query.selector, indent) {
            self.page.put(&query.selector);
        } else {
            self.selector(&query.selector, indent);
        }
        for index in 0..query.stages.len() {
            self.page.line(indent + STEP);
            self.page.with(|out| query.write_stage(out, index));
        }
    }

    /// Each matcher on a line of its own.
    fn selector(&mut self, selector: &Selector, indent: usize) {
        if selector.whole.is_some() {
            return self.page.put(selector);
        }
        let matchers = selector.matchers.iter().map(|it| Matches(it).to_string());
        let variables = selector.variables.iter().map(ToString::to_string);
        self.page.put('{');
        let mut separator = "";
        for item in matchers.chain(variables) {
            self.page.put(separator);
            self.page.line(indent + STEP);
            self.page.put(item);
            separator = ",";
        }
        if !separator.is_empty() {
            self.page.line(indent);
        }
        self.page.put('}');
    }

    /// Expressions between parentheses, each on a line of its own.
    fn arguments<'a>(&mut self, args: impl Iterator<Item = &'a Expr>, indent: usize) {
        self.page.put('(');
        let mut args = args.peekable();
        while let Some(arg) = args.next() {
            self.page.line(indent + STEP);
            let parens = is_log_query(arg) && args.peek().is_some();
            self.side(arg, parens, indent + STEP);
            if args.peek().is_some() {
                self.page.put(',');
            }
        }
        self.page.line(indent);
        self.page.put(')');
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
        self.page.line(indent);
        self.page.with(|out| binary.write_operator(out));
        self.page.line(indent + STEP);
        let rhs_parens = binary.needs_parens(true);
        self.side(&binary.rhs, rhs_parens, indent + STEP);
    }

    fn side(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if !parens {
            self.expr(expr, indent);
        } else if self.page.fits(expr, indent + STEP) {
            self.page.put(format_args!("({expr})"));
        } else {
            self.arguments([expr].into_iter(), indent);
        }
    }
}

fn same_chain(inner: BinaryOp, outer: BinaryOp) -> bool {
    inner.precedence() == outer.precedence() && !outer.is_right_associative()
}
