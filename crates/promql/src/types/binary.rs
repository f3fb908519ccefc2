//! Binary operators and how they pair series.

use super::{Checker, TypeError, ValueType, conversion};
use crate::ast::{Binary, Matching};

impl Checker {
    pub(super) fn binary(&mut self, binary: &Binary) -> ValueType {
        let lhs = self.check(&binary.lhs);
        let rhs = self.check(&binary.rhs);
        self.operands(binary, lhs, rhs);
        match (lhs, rhs) {
            (ValueType::Scalar, ValueType::Scalar) => ValueType::Scalar,
            _ if binary.op.is_set() => ValueType::Vector,
            (ValueType::Vector, _) | (_, ValueType::Vector) => ValueType::Vector,
            (ValueType::Unknown, _) | (_, ValueType::Unknown) => ValueType::Unknown,
            _ => ValueType::Vector,
        }
    }

    fn operands(&mut self, binary: &Binary, lhs: ValueType, rhs: ValueType) {
        let op = binary.op;
        for (side, found) in [(&binary.lhs, lhs), (&binary.rhs, rhs)] {
            if !found.is_operand() {
                let finds = found.with_article();
                let message = format!("`{op}` works on scalars and instant vectors, found {finds}");
                let help = conversion(side, found, ValueType::Vector);
                self.report(TypeError::new(side.span(), message).help(help));
            }
        }
        let scalars = lhs == ValueType::Scalar && rhs == ValueType::Scalar;
        if binary.bool_modifier && !op.is_comparison() {
            let message = format!("`bool` behind `{op}`, which compares nothing");
            self.report(TypeError::new(binary.op_span, message).help("remove `bool`"));
        }
        if op.is_comparison() && !binary.bool_modifier && scalars {
            let message = format!("`{op}` between scalars needs `bool`");
            self.report(
                TypeError::new(binary.op_span, message)
                    .help(format!("write `{op} bool`, which gives 0 or 1")),
            );
        }
        if op.is_set() && (lhs == ValueType::Scalar || rhs == ValueType::Scalar) {
            let side = if lhs == ValueType::Scalar {
                &binary.lhs
            } else {
                &binary.rhs
            };
            let message = format!("`{op}` works on instant vectors, found a scalar");
            self.report(TypeError::new(side.span(), message).help(conversion(
                side,
                ValueType::Scalar,
                ValueType::Vector,
            )));
        }
        if let Some(matching) = &binary.matching {
            let vectors = lhs.fits(ValueType::Vector) && rhs.fits(ValueType::Vector);
            self.matching(binary, matching, vectors);
        }
    }

    fn matching(&mut self, binary: &Binary, matching: &Matching, vectors: bool) {
        let op = binary.op;
        let has_fill = matching.fill_left.is_some() || matching.fill_right.is_some();
        if let (Some(labels), Some(group)) = (&matching.labels, &matching.group)
            && labels.on
        {
            for label in &group.include {
                if labels.labels.contains(label) {
                    let message = format!("label `{}` is both in `on` and taken over", label.text);
                    self.report(
                        TypeError::new(label.span, message).help("labels of `on` are kept anyway"),
                    );
                }
            }
        }
        if !vectors {
            if let Some(labels) = matching.labels.as_ref().filter(|it| !it.labels.is_empty()) {
                let word = if labels.on { "on" } else { "ignoring" };
                let message = format!("`{word}` pairs series, and one side is a scalar");
                self.report(TypeError::new(labels.span, message).help("remove it"));
            }
            if has_fill {
                let message = "`fill` fills in missing series, and one side is a scalar";
                self.report(TypeError::new(matching.span, message).help("remove it"));
            }
        } else if op.is_set() {
            if let Some(group) = &matching.group {
                let word = if group.left {
                    "group_left"
                } else {
                    "group_right"
                };
                let message = format!("`{word}` with `{op}`, which always pairs many with many");
                self.report(TypeError::new(group.span, message).help("remove it"));
            }
            if has_fill {
                let message = format!("`fill` with `{op}`, which calculates nothing");
                self.report(TypeError::new(matching.span, message).help("remove it"));
            }
        }
    }
}
