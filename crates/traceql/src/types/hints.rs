//! Hints: known, of the right type, of use.

use obsctl_syntax::nearest;

use super::{Checker, ValueType, Version};
use crate::ast::{Expr, Hint};
use crate::hints::{self, HintType, KnownHint, Queries};

/// The hint that 3.1 brought.
const EXTRAPOLATE: KnownHint = KnownHint {
    name: "extrapolate",
    value: HintType::Bool,
    queries: Queries::Metrics,
    is_unsafe: false,
};

impl Checker {
    /// The hints behind a query that gives `value`.
    pub(super) fn hints(&mut self, query: &Expr, value: ValueType) {
        let mut expr = query;
        let mut all: Vec<&Hint> = Vec::new();
        while let Expr::Hinted(hinted) = expr {
            all.splice(0..0, &hinted.hints);
            expr = &hinted.expr;
        }
        for (index, hint) in all.iter().enumerate() {
            if all[..index].iter().any(|before| before.name == hint.name) {
                let message = format!("the hint `{}` is given twice", hint.name);
                self.error(hint.span, message, "leave one out");
            } else {
                self.hint(hint, value);
            }
        }
    }

    fn hint(&mut self, hint: &Hint, value: ValueType) {
        let name = hint.name.text.as_str();
        let new =
            (self.version >= Version::V3_1 && name == EXTRAPOLATE.name).then_some(&EXTRAPOLATE);
        let Some(known) = new.or_else(|| hints::find(name)) else {
            let safe = hints::ALL
                .iter()
                .filter(|known| !known.is_unsafe)
                .map(|known| known.name);
            let help = match nearest(name, hints::ALL.iter().map(|known| known.name)) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("the hints are {}", safe.collect::<Vec<_>>().join(", ")),
            };
            return self.error(hint.name.span, format!("unknown hint `{name}`"), help);
        };
        let useless = match (known.queries, value) {
            (Queries::Traces, ValueType::Metrics) => "searches",
            (Queries::Metrics, ValueType::Traces) => "metrics",
            _ => "",
        };
        if !useless.is_empty() {
            let message = format!("the hint `{name}` does nothing here: it is for {useless}");
            return self.error(hint.span, message, "leave it out");
        }
        let wanted = known.value.with_article();
        let wrong = match &hint.value {
            Expr::Literal(literal) => (!known.value.takes(&literal.value))
                .then(|| format!("found {}", literal.value.field_type().with_article())),
            Expr::Variable(_) | Expr::Error(_) => None,
            _ => Some("found an expression".to_owned()),
        };
        if let Some(found) = wrong {
            let message = format!("the hint `{name}` takes {wanted}, {found}");
            self.error(
                hint.value.span(),
                message,
                "Tempo passes over what is of another type",
            );
        }
    }
}
