//! The text of a tree on as many lines as it needs to stay narrow. It reads back as the same tree.

use std::fmt::{self, Display};

use obsctl_syntax::Page;

use crate::ast::{Binary, BinaryOp, Expr, Selector};
use crate::print::{operand_needs_parens, subquery_needs_parens, unary_needs_parens};

/// The width that `promtool promql format` keeps to.
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
            Expr::Aggregate(node) => {
                self.page.with(|out| node.write_head(out));
                let param = node.param.as_deref();
                self.arguments(param.into_iter().chain([&*node.expr]), indent);
            }
            Expr::Call(call) if !call.args.is_empty() => {
                self.page.put(&call.func);
                self.arguments(call.args.iter(), indent);
            }
            Expr::Unary(unary) => {
                self.page.put(if unary.minus { '-' } else { '+' });
                self.operand(&unary.expr, unary_needs_parens(&unary.expr), indent);
            }
            Expr::Subquery(subquery) => {
                self.operand(
                    &subquery.expr,
                    subquery_needs_parens(&subquery.expr),
                    indent,
                );
                self.page.with(|out| subquery.write_tail(out));
            }
            Expr::Binary(binary) => {
                self.page.spaces(STEP);
                self.binary(binary, indent);
            }
            Expr::Selector(selector) => {
                self.selector(selector, indent);
                self.page.put(SelectorTail(selector));
            }
            Expr::Range(range) => {
                self.selector(&range.selector, indent);
                self.page.put(format_args!("[{}]", range.range));
                self.page.put(SelectorTail(&range.selector));
            }
            _ => self.page.put(expr),
        }
    }

    fn operand(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if parens {
            self.parenthesized(expr, indent);
        } else {
            self.expr(expr, indent);
        }
    }

    fn parenthesized(&mut self, expr: &Expr, indent: usize) {
        self.arguments([expr].into_iter(), indent);
    }

    /// Expressions between parentheses, each on a line of its own.
    fn arguments<'a>(&mut self, args: impl Iterator<Item = &'a Expr>, indent: usize) {
        self.page.put('(');
        for (index, arg) in args.enumerate() {
            if index > 0 {
                self.page.put(',');
            }
            self.page.line(indent + STEP);
            self.expr(arg, indent + STEP);
        }
        self.page.line(indent);
        self.page.put(')');
    }

    /// Operands are indented by a step, operators are not; operands of equal operators stand below one
    /// another. The first operand is already indented.
    fn binary(&mut self, binary: &Binary, indent: usize) {
        let lhs_parens = operand_needs_parens(binary.op, &binary.lhs, false);
        match &*binary.lhs {
            Expr::Binary(lhs) if !lhs_parens && same_chain(lhs.op, binary.op) => {
                self.binary(lhs, indent);
            }
            lhs => self.side(lhs, lhs_parens, indent + STEP),
        }
        self.page.line(indent);
        self.page.with(|out| binary.write_operator(out));
        self.page.line(indent + STEP);
        let rhs_parens = operand_needs_parens(binary.op, &binary.rhs, true);
        self.side(&binary.rhs, rhs_parens, indent + STEP);
    }

    fn side(&mut self, expr: &Expr, parens: bool, indent: usize) {
        if parens && self.page.fits(expr, indent + STEP) {
            self.page.put(format_args!("({expr})"));
        } else {
            self.operand(expr, parens, indent);
        }
    }

    /// Name and matchers, each matcher on a line of its own.
    fn selector(&mut self, selector: &Selector, indent: usize) {
        let (outside, inside) = selector.name_place();
        if let Some(name) = outside {
            self.page.put(name);
        }
        self.page.put('{');
        let mut separator = "";
        let matchers = selector
            .matchers
            .iter()
            .map(|matcher| matcher as &dyn Display);
        let variables = selector
            .variables
            .iter()
            .map(|variable| variable as &dyn Display);
        let name = inside.as_ref().map(|name| name as &dyn Display);
        let mut any = false;
        for item in name.into_iter().chain(matchers).chain(variables) {
            self.page.put(separator);
            self.page.line(indent + STEP);
            self.page.put(item);
            separator = ",";
            any = true;
        }
        if any {
            self.page.line(indent);
        }
        self.page.put('}');
    }
}

/// What stands behind the braces or the range of a selector.
struct SelectorTail<'a>(&'a Selector);

impl Display for SelectorTail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extended) = self.0.extended {
            write!(f, " {extended}")?;
        }
        write!(f, "{}", self.0.modifiers)
    }
}

fn same_chain(inner: BinaryOp, outer: BinaryOp) -> bool {
    inner.precedence() == outer.precedence() && !outer.is_right_associative()
}
