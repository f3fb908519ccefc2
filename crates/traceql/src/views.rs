//! What a query asks for: the fields it uses, and the values it compares them with.

use crate::Span;
use crate::ast::{Attribute, BinaryOp, Expr, Intrinsic, Literal, Scope, UnaryOp, Value};
use crate::functions::{self, Place};

/// What a value is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// An attribute.
    Attribute(&'a Attribute),
    /// An intrinsic, however it is spelled: `duration`, `span:duration`.
    Intrinsic(Intrinsic),
}

/// What a field is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// Spans are selected by it.
    Filter,
    /// Spans or series are grouped by it.
    Group,
    /// It is returned.
    Select,
    /// It is counted with: `avg(duration)`, `sum_over_time(span.bytes)`.
    Measure,
}

/// A field where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldUse<'a> {
    /// The field.
    pub field: Field<'a>,
    /// What for.
    pub usage: Usage,
    /// Where it stands.
    pub span: Span,
}

/// A field compared with a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison<'a> {
    /// The field.
    pub field: Field<'a>,
    /// How they are compared, read with the field on the left: `1s < duration` is `duration > 1s`.
    pub op: BinaryOp,
    /// The constant.
    pub value: &'a Literal,
    /// Whether an odd number of `!` stands around it.
    pub negated: bool,
    /// The whole comparison.
    pub span: Span,
}

impl Expr {
    /// The field that this node is.
    #[must_use]
    pub fn as_field(&self) -> Option<Field<'_>> {
        match self {
            Self::Attribute(attribute) => Some(Field::Attribute(attribute)),
            Self::Intrinsic(node) => Some(Field::Intrinsic(node.intrinsic)),
            _ => None,
        }
    }

    /// All uses of fields, as they are written.
    ///
    /// ```
    /// use obsctl_traceql::{Field, Usage, parse};
    ///
    /// let query = parse("{ span.http.route = `/orders` && name != nil } | rate() by (resource.pod)").expr;
    /// let fields = query.fields();
    /// let Field::Attribute(route) = fields[0].field else { panic!() };
    /// assert_eq!((route.scope.prefix(), route.name.text.as_str()), ("span.", "http.route"));
    /// assert!(matches!(fields[1].field, Field::Intrinsic(_)));
    /// assert_eq!(fields[2].usage, Usage::Group);
    /// ```
    #[must_use]
    pub fn fields(&self) -> Vec<FieldUse<'_>> {
        let mut found = Vec::new();
        self.walk_with_ancestors(|expr, ancestors| {
            if let Some(field) = expr.as_field() {
                let usage = usage(expr, ancestors);
                let span = expr.span();
                found.push(FieldUse { field, usage, span });
            }
        });
        found
    }

    /// All uses of attributes, as they are written.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.descendants().filter_map(|expr| match expr.as_field() {
            Some(Field::Attribute(attribute)) => Some(attribute),
            _ => None,
        })
    }

    /// All uses of intrinsics, as they are written.
    pub fn intrinsics(&self) -> impl Iterator<Item = (Intrinsic, Span)> {
        self.descendants().filter_map(|expr| match expr.as_field() {
            Some(Field::Intrinsic(intrinsic)) => Some((intrinsic, expr.span())),
            _ => None,
        })
    }

    /// All comparisons of a field with a constant, as they are written. Those with `nil`, which ask
    /// whether an attribute is there, are among them.
    #[must_use]
    pub fn comparisons(&self) -> Vec<Comparison<'_>> {
        let mut found = Vec::new();
        self.walk_with_ancestors(|expr, ancestors| {
            let negations = ancestors
                .iter()
                .filter(|expr| matches!(expr, Self::Unary(unary) if unary.op == UnaryOp::Not));
            if let Some(mut comparison) = expr.as_comparison() {
                comparison.negated = negations.count() % 2 == 1;
                found.push(comparison);
            }
        });
        found
    }

    fn as_comparison(&self) -> Option<Comparison<'_>> {
        let Self::Binary(binary) = self else {
            return None;
        };
        if !(binary.op.is_comparison() || binary.op.is_regex()) {
            return None;
        }
        let (lhs, rhs) = (binary.lhs.without_parens(), binary.rhs.without_parens());
        let (field, op, value) = match (lhs, rhs) {
            (field, Self::Literal(value)) => (field, binary.op, value),
            (Self::Literal(value), field) => (field, binary.op.mirrored(), value),
            _ => return None,
        };
        Some(Comparison {
            field: field.as_field()?,
            op,
            value,
            negated: false,
            span: binary.span,
        })
    }
}

fn usage(expr: &Expr, ancestors: &[&Expr]) -> Usage {
    for ancestor in ancestors.iter().rev() {
        match ancestor {
            Expr::Spanset(_) => return Usage::Filter,
            Expr::Call(call) => {
                let key = call.by.iter().flat_map(|by| &by.keys);
                if call.name.text == "by" || key.into_iter().any(|key| std::ptr::eq(key, expr)) {
                    return Usage::Group;
                }
                return match functions::find(&call.name.text).map(|function| function.place) {
                    Some(Place::Spansets) => Usage::Select,
                    _ => Usage::Measure,
                };
            }
            _ => {}
        }
    }
    Usage::Filter
}

impl Comparison<'_> {
    /// The texts that the field is compared with, where they can be told: that of `=` and `!=`, and the
    /// alternatives of a regular expression that is nothing else (`=~ "a|b"`).
    #[must_use]
    pub fn texts(&self) -> Option<Vec<String>> {
        let Value::String(text) = &self.value.value else {
            return None;
        };
        if !self.op.is_regex() {
            return Some(vec![text.clone()]);
        }
        let mut texts = vec![String::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let literal = match char {
                '|' => {
                    texts.push(String::new());
                    continue;
                }
                '\\' => chars.next().filter(char::is_ascii_punctuation)?,
                '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' => {
                    return None;
                }
                char => char,
            };
            if let Some(last) = texts.last_mut() {
                last.push(literal);
            }
        }
        Some(texts)
    }

    /// Whether it is about the name of the service whose span it is.
    #[must_use]
    pub fn is_service_name(&self) -> bool {
        matches!(self.field, Field::Attribute(attribute)
            if matches!(attribute.scope, Scope::Resource | Scope::Any) && attribute.name.text == "service.name")
    }

    /// Whether it is about the span's name.
    #[must_use]
    pub fn is_span_name(&self) -> bool {
        self.field == Field::Intrinsic(Intrinsic::Name)
    }
}
