//! What stands inside braces and parentheses: conditions, fields, constants.

use super::{Checker, FieldType};
use crate::ast::{Binary, BinaryOp, Expr, Intrinsic, Literal, Scope, UnaryOp, Value};
use crate::{TypeError, variable};

impl Value {
    /// The type of the constant.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        match self {
            Self::Nil => FieldType::Nil,
            Self::String(_) => FieldType::String,
            Self::Int(_) => FieldType::Int,
            Self::Float(_) => FieldType::Float,
            Self::Bool(_) => FieldType::Bool,
            Self::Duration(_) => FieldType::Duration,
            Self::Status(_) => FieldType::Status,
            Self::Kind(_) => FieldType::Kind,
        }
    }
}

impl Checker {
    pub(super) fn field(&mut self, expr: &Expr) -> FieldType {
        match expr {
            Expr::Literal(literal) => {
                if literal.value == Value::Nil {
                    let help = "write `span.attribute != nil`";
                    self.error(literal.span, "`nil` only stands beside `=` and `!=`", help);
                    return FieldType::Unknown;
                }
                literal.value.field_type()
            }
            Expr::Attribute(attribute) => {
                if attribute.scope.is_parent() {
                    self.unsupported_parent(expr);
                }
                FieldType::Unknown
            }
            Expr::Intrinsic(node) if node.intrinsic == Intrinsic::Parent => {
                self.unsupported_parent(expr);
                FieldType::Unknown
            }
            Expr::Intrinsic(node) => node.intrinsic.field_type(),
            Expr::Paren(paren) => self.field(&paren.expr),
            Expr::Unary(unary) => {
                let found = self.field(&unary.expr);
                let (fits, wanted) = match unary.op {
                    UnaryOp::Not => (found == FieldType::Bool, "a condition"),
                    UnaryOp::Minus => (found.is_numeric(), "a number"),
                };
                if !fits && found != FieldType::Unknown {
                    let message = format!("`{}` before {}", unary.op, found.with_article());
                    let help = match &*unary.expr {
                        Expr::Intrinsic(_) if unary.op == UnaryOp::Not => {
                            "to negate the whole comparison put it between parentheses: `!(…)`"
                                .to_owned()
                        }
                        _ => format!("`{}` stands before {wanted}", unary.op),
                    };
                    self.error(unary.span, message, help);
                    return FieldType::Unknown;
                }
                found
            }
            Expr::Binary(binary) => self.condition(binary),
            Expr::Variable(_) | Expr::Error(_) => FieldType::Unknown,
            Expr::Spanset(_) | Expr::Pipeline(_) | Expr::Hinted(_) => {
                let help = "braces do not nest: join conditions by `&&`, spansets by operators between braces";
                self.error(expr.span(), "a spanset where a condition is expected", help);
                FieldType::Unknown
            }
            Expr::Call(call) => {
                let help = "functions are stages: `{ … } | count() > 2`";
                self.error(
                    call.span,
                    format!("`{}` inside a condition", call.name),
                    help,
                );
                FieldType::Unknown
            }
        }
    }

    fn unsupported_parent(&mut self, expr: &Expr) {
        let help = "ask for the parent by a spanset of its own: `{ … } > { … }`";
        self.error(
            expr.span(),
            format!("Tempo does not support `{expr}` yet"),
            help,
        );
    }

    fn condition(&mut self, binary: &Binary) -> FieldType {
        let op = binary.op;
        if is_nil(&binary.lhs) || is_nil(&binary.rhs) {
            self.nil(binary);
            return FieldType::Bool;
        }
        let lhs = self.field(&binary.lhs);
        let rhs = self.field(&binary.rhs);
        if op.is_regex() {
            self.regex(binary, lhs);
        } else if op.is_logical() {
            self.both(binary, lhs, rhs, "joins conditions", |found| {
                found == FieldType::Bool
            });
        } else if op.is_comparison() {
            self.comparison(binary, lhs, rhs);
        } else if op.is_arithmetic() {
            self.both(
                binary,
                lhs,
                rhs,
                "calculates with numbers",
                FieldType::is_numeric,
            );
            return if lhs == FieldType::Unknown { rhs } else { lhs };
        } else {
            let help = format!("close the braces before it: `{{ … }} {op} {{ … }}`");
            self.error(
                binary.op_span,
                format!("`{op}` stands between spansets"),
                help,
            );
        }
        FieldType::Bool
    }

    /// `a = nil`, `a != nil`
    fn nil(&mut self, binary: &Binary) {
        let op = binary.op;
        for side in [&binary.lhs, &binary.rhs] {
            if !is_nil(side) {
                self.field(side);
            }
        }
        if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            let help = "`= nil` asks whether an attribute is missing, `!= nil` whether it is there";
            self.error(binary.span, format!("`{op}` with `nil`"), help);
            return;
        }
        if op == BinaryOp::NotEqual {
            return;
        }
        let other = if is_nil(&binary.lhs) {
            &binary.rhs
        } else {
            &binary.lhs
        };
        let always = match other.without_parens() {
            Expr::Intrinsic(_) => true,
            Expr::Attribute(attribute) => {
                attribute.scope == Scope::Resource && attribute.name.text == "service.name"
            }
            _ => false,
        };
        if always {
            let help = "every span has it: leave the condition out, or compare with a value";
            self.error(binary.span, format!("`{other}` is never `nil`"), help);
        }
    }

    fn both(
        &mut self,
        binary: &Binary,
        lhs: FieldType,
        rhs: FieldType,
        does: &str,
        fits: impl Fn(FieldType) -> bool,
    ) {
        let op = binary.op;
        for (side, found) in [(&binary.lhs, lhs), (&binary.rhs, rhs)] {
            if found != FieldType::Unknown && !fits(found) {
                let message = format!("`{op}` {does}, found {}", found.with_article());
                let help = match side.without_parens() {
                    Expr::Literal(Literal {
                        value: Value::String(text),
                        ..
                    }) if !op.is_logical() => {
                        format!("write the number without quotes, or an attribute: `span.{text}`")
                    }
                    _ if op.is_logical() => {
                        format!("repeat the comparison on both sides: `a = 1 {op} a = 2`")
                    }
                    _ => "only integers, floats, durations and attributes are calculated with"
                        .to_owned(),
                };
                self.error(side.span(), message, help);
            }
        }
    }

    fn comparison(&mut self, binary: &Binary, lhs: FieldType, rhs: FieldType) {
        let op = binary.op;
        let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if !lhs.fits(rhs) {
            let (left, right) = (lhs.with_article(), rhs.with_article());
            let never = if equality {
                "are never equal"
            } else {
                "have no order"
            };
            let message = format!("`{op}` compares {left} with {right}, which {never}");
            let error = TypeError::new(binary.span, message);
            return self.report(match conversion(binary, lhs, rhs) {
                Some(help) => error.help(help),
                None => error.help(format!("compare {left} with {left}")),
            });
        }
        let unordered =
            |found| matches!(found, FieldType::Bool | FieldType::Status | FieldType::Kind);
        if let Some(found) = [lhs, rhs]
            .into_iter()
            .find(|found| !equality && unordered(*found))
        {
            let message = format!("`{op}` orders, and {} has no order", found.with_article());
            self.error(binary.span, message, "compare by `=` or `!=`");
        }
    }

    fn regex(&mut self, binary: &Binary, lhs: FieldType) {
        let op = binary.op;
        if !matches!(lhs, FieldType::String | FieldType::Unknown) {
            let message = format!("`{op}` matches texts, found {}", lhs.with_article());
            self.error(
                binary.lhs.span(),
                message,
                "compare by `=`, several values by `||`",
            );
        }
        match binary.rhs.without_parens() {
            Expr::Literal(Literal {
                value: Value::String(pattern),
                span,
            }) => {
                let read = obsctl_promql::regex::read(pattern);
                if let Some(error) = read.err().filter(|_| !variable::contains(pattern)) {
                    let reason = error.message;
                    let message = format!("the regular expression is not well-formed: {reason}");
                    let help = "it is one of Go (RE2); a backslash is written twice, or once between backticks";
                    self.error(*span, message, help);
                }
            }
            Expr::Variable(_) | Expr::Error(_) => {}
            other => {
                let message = format!("a regular expression is a text behind `{op}`");
                let help = match other {
                    Expr::Literal(literal) => format!("write `\"{}\"`", literal.value),
                    _ => "write it out between quotes".to_owned(),
                };
                self.error(other.span(), message, help);
            }
        }
    }
}

fn is_nil(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(literal) if literal.value == Value::Nil)
}

/// What to write instead of a text that was meant for another type.
fn conversion(binary: &Binary, lhs: FieldType, rhs: FieldType) -> Option<String> {
    let (text, wanted) = match (binary.lhs.without_parens(), binary.rhs.without_parens()) {
        (
            _,
            Expr::Literal(Literal {
                value: Value::String(text),
                ..
            }),
        ) => (text, lhs),
        (
            Expr::Literal(Literal {
                value: Value::String(text),
                ..
            }),
            _,
        ) => (text, rhs),
        (_, Expr::Literal(literal)) if lhs == FieldType::String => {
            return Some(format!("put it between quotes: `\"{}\"`", literal.value));
        }
        (Expr::Literal(literal), _) if rhs == FieldType::String => {
            return Some(format!("put it between quotes: `\"{}\"`", literal.value));
        }
        _ => return None,
    };
    let value = crate::parse(&text.to_ascii_lowercase());
    let fits = match &value.expr {
        Expr::Literal(literal) if value.errors.is_empty() => {
            literal.value.field_type().fits(wanted)
        }
        _ => false,
    };
    Some(match wanted {
        _ if fits => format!("leave the quotes out: `{}`", value.expr),
        FieldType::Status => "the statuses are `error`, `ok` and `unset`, without quotes".to_owned(),
        FieldType::Kind => {
            "the kinds are `server`, `client`, `producer`, `consumer`, `internal` and `unspecified`, without quotes".to_owned()
        }
        FieldType::Duration => "write a duration without quotes: `100ms`".to_owned(),
        wanted => format!("compare it with {}", wanted.with_article()),
    })
}
