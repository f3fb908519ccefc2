//! Conditions that nothing can meet, found without evaluating anything.

use obsctl_promql::ast::{Aggregate, AggregateOp, Binary, BinaryOp, Selector};
use obsctl_promql::eval::Matcher;
use obsctl_promql::{Expr, Span};

use crate::interval::Interval;
use crate::scene::DEEPEST;
use crate::solve::{negated, threshold};
use crate::{Facts, constant, metric_name};

/// Why an alert can never fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The part of the condition.
    pub span: Span,
    /// What is said of it: a lowercase headline.
    pub message: String,
    /// Whether several parts exclude each other; otherwise the one part is impossible whatever stands around it.
    pub parts: bool,
}

/// Why the condition can never be met, whatever the data; nothing where that is not certain.
#[must_use]
pub fn contradiction(expr: &Expr, facts: &dyn Facts) -> Option<Contradiction> {
    Prover { facts, depth: 0 }.never(expr, Interval::ANY)
}

struct Prover<'a> {
    facts: &'a dyn Facts,
    depth: u32,
}

/// What a conjunction asks of an expression.
struct Asked<'e> {
    expr: &'e Expr,
    want: Interval,
}

impl Prover<'_> {
    /// Why the expression can have no sample within `want`.
    fn never(&self, expr: &Expr, want: Interval) -> Option<Contradiction> {
        let mut asked = vec![];
        if let Some(found) = self.conjunction(expr, want, &mut asked) {
            return Some(found);
        }
        asked.iter().find_map(|it| self.alone(it.expr, it.want))
    }

    /// Collects what is asked at the same time of the same samples.
    fn conjunction<'e>(
        &self,
        expr: &'e Expr,
        want: Interval,
        asked: &mut Vec<Asked<'e>>,
    ) -> Option<Contradiction> {
        let own = expr.without_parens();
        if let Expr::Binary(node) = own {
            // With `on` or `ignoring` the other side may be another series.
            let same = node.matching.is_none();
            match node.op {
                BinaryOp::And if same => {
                    let left = self.conjunction(&node.lhs, want, asked);
                    return left.or_else(|| self.conjunction(&node.rhs, Interval::ANY, asked));
                }
                BinaryOp::Unless if same => {
                    let left = self.conjunction(&node.lhs, want, asked);
                    return left.or_else(|| excluded(&node.lhs, &node.rhs, asked));
                }
                _ => {}
            }
            if let Some((kept, op, value)) = threshold(node) {
                // `!=` leaves two intervals, of which nothing is followed.
                let [wanted] = Interval::compared(op, value)[..] else {
                    return self.conjunction(kept, want, asked);
                };
                let found = self.conjunction(kept, wanted.and(want), asked);
                let empty = || wanted.and(want).is_empty();
                let both = || excluding(kept, want, wanted, false);
                return found.or_else(|| empty().then(both));
            }
        }
        match asked.iter_mut().find(|it| it.expr == own) {
            Some(known) => {
                let both = known.want.and(want);
                let apart = both.is_empty() && !known.want.is_empty() && !want.is_empty();
                if apart {
                    return Some(excluding(own, known.want, want, true));
                }
                known.want = both;
            }
            None => asked.push(Asked { expr: own, want }),
        }
        None
    }

    /// Why an expression that is no conjunction can have no sample within `want`.
    fn alone(&self, expr: &Expr, want: Interval) -> Option<Contradiction> {
        let (min, max) = self.facts.bounds(expr);
        if constant(expr).is_none() && want != Interval::ANY && !want.is_empty() {
            let possible = Interval::new(min, max);
            if min <= max && want.and(possible).is_empty() {
                let range = match (min.is_finite(), max.is_finite()) {
                    (true, true) if min == max => format!("always {min}"),
                    (true, true) => format!("between {min} and {max}"),
                    (true, false) => format!("never below {min}"),
                    _ => format!("never above {max}"),
                };
                let message = format!("{} is {range}", shown(expr));
                return Some(alone(expr.span(), message));
            }
        }
        match expr {
            Expr::Paren(node) => self.never(&node.expr, want),
            Expr::Unary(node) if node.minus => self.never(&node.expr, want.falling(|it| -it)),
            Expr::Unary(node) => self.never(&node.expr, want),
            Expr::Selector(node) => self.selector(expr, node, want),
            Expr::Range(node) => self.selector(expr, &node.selector, Interval::ANY),
            Expr::Subquery(node) => self.never(&node.expr, Interval::ANY),
            Expr::Aggregate(node) => self.aggregate(node, want),
            Expr::Call(call) => match call.func.text.as_str() {
                "absent" | "absent_over_time" | "scalar" => None,
                _ => {
                    let mut args = call.args.iter();
                    args.find_map(|it| self.never(it, Interval::ANY))
                }
            },
            Expr::Binary(node) => self.operator(node, want),
            _ => None,
        }
    }

    /// An aggregation within `want` needs an operand that is.
    fn aggregate(&self, node: &Aggregate, want: Interval) -> Option<Contradiction> {
        let above_zero = Interval::compared(BinaryOp::Greater, 0.0);
        match node.op {
            AggregateOp::Min
            | AggregateOp::Max
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Limitk => self.never(&node.expr, want),
            AggregateOp::Sum if want.min.at >= 0.0 && !want.contains(0.0) => {
                let found = self.never(&node.expr, *above_zero.first()?)?;
                Some(Contradiction {
                    parts: true,
                    ..found
                })
            }
            _ => self.never(&node.expr, Interval::ANY),
        }
    }

    fn operator(&self, node: &Binary, want: Interval) -> Option<Contradiction> {
        let either = || {
            let left = self.never(&node.lhs, Interval::ANY);
            left.or_else(|| self.never(&node.rhs, Interval::ANY))
        };
        match node.op {
            BinaryOp::Or => {
                let left = self.never(&node.lhs, want)?;
                self.never(&node.rhs, want).map(|_| left)
            }
            BinaryOp::Unless => self.never(&node.lhs, want),
            // With `fill` a side may be missing.
            _ if filled(node) => None,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                let number = constant(&node.rhs);
                let inner = number.and_then(|number| match node.op {
                    BinaryOp::Add => Some(want.rising(|it| it - number)),
                    BinaryOp::Sub => Some(want.rising(|it| it + number)),
                    BinaryOp::Mul => want.divided(number),
                    _ => want.divided(1.0 / number),
                });
                match inner {
                    Some(inner) if !inner.min.at.is_nan() && !inner.max.at.is_nan() => {
                        self.never(&node.lhs, inner)
                    }
                    _ => either(),
                }
            }
            _ => either(),
        }
    }

    fn selector(&self, expr: &Expr, selector: &Selector, want: Interval) -> Option<Contradiction> {
        // What Grafana fills in is not known.
        if !selector.variables.is_empty() {
            return None;
        }
        let name = metric_name(selector)?;
        let recorded = self.facts.recorded(name);
        if recorded.is_empty() {
            return self.unselected(expr, name, selector);
        }
        if self.depth >= DEEPEST {
            return None;
        }
        let inner = Prover {
            facts: self.facts,
            depth: self.depth + 1,
        };
        let mut first = None;
        for rule in recorded {
            let mut labels = rule.labels.iter();
            let refused = labels.any(|(name, value)| {
                let asked = asked_of(selector, name);
                asked.is_some_and(|asked| asked.iter().any(|it| !it.matches(value)))
            });
            if !refused {
                first.get_or_insert(inner.never(rule.expr, want)?);
            }
        }
        let span = expr.span();
        Some(match first {
            Some(inner) => Contradiction {
                span,
                message: format!("of the rule that records it, {}", inner.message),
                ..inner
            },
            None => alone(span, format!("no rule records {}", shown(expr))),
        })
    }

    /// Why no series of the metric is selected.
    fn unselected(&self, expr: &Expr, name: &str, selector: &Selector) -> Option<Contradiction> {
        let span = expr.span();
        for (at, matcher) in selector.matchers.iter().enumerate() {
            let label = &matcher.name.text;
            if selector.matchers[..at]
                .iter()
                .any(|it| it.name.text == *label)
            {
                continue;
            }
            let values = self.facts.values(name, label);
            let several = selector.matchers[at + 1..].iter();
            let several = several.filter(|it| it.name.text == *label).count() > 0;
            // Compiling costs more than all the rest.
            if !several && !values.all {
                continue;
            }
            let own = asked_of(selector, label)?;
            let fits = |value: &str| own.iter().all(|it| it.matches(value));
            let mut wanted = own.iter().filter_map(Matcher::equal_value);
            if wanted.any(|value| !fits(value)) {
                let message = format!("no series has a `{label}` that all matchers accept");
                return Some(alone(span, message));
            }
            if values.all && !fits("") && !values.known.iter().any(|value| fits(value)) {
                let message = format!("no `{label}` that `{name}` can have is asked for");
                return Some(alone(span, message));
            }
        }
        None
    }
}

/// The matchers on a label; nothing where one cannot be compiled.
fn asked_of(selector: &Selector, label: &str) -> Option<Vec<Matcher>> {
    let own = selector.matchers.iter().filter(|it| it.name.text == label);
    let compiled = own.map(|it| Matcher::new(label, it.op, &it.value.value));
    compiled.collect::<Result<_, _>>().ok()
}

/// What `… unless x > 5` leaves of `x`.
fn excluded(left: &Expr, right: &Expr, asked: &mut [Asked<'_>]) -> Option<Contradiction> {
    let right = right.without_parens();
    let found = |expr: &Expr| Contradiction {
        span: expr.span(),
        message: format!("{} is left out wherever it is there", shown(expr)),
        parts: true,
    };
    if left.without_parens() == right {
        return Some(found(right));
    }
    let Expr::Binary(node) = right else {
        let known = asked.iter().find(|it| it.expr == right)?;
        return Some(found(known.expr));
    };
    let (kept, op, value) = threshold(node)?;
    let kept = kept.without_parens();
    let known = asked.iter_mut().find(|it| it.expr == kept)?;
    let [allowed] = Interval::compared(negated(op)?, value)[..] else {
        return None;
    };
    let before = known.want;
    known.want = before.and(allowed);
    let empty = known.want.is_empty();
    empty.then(|| excluding(kept, before, allowed, true))
}

fn filled(node: &Binary) -> bool {
    let matching = node.matching.as_ref();
    matching.is_some_and(|it| it.fill_left.is_some() || it.fill_right.is_some())
}

/// A part that is impossible by itself.
const fn alone(span: Span, message: String) -> Contradiction {
    Contradiction {
        span,
        message,
        parts: false,
    }
}

fn excluding(expr: &Expr, first: Interval, second: Interval, parts: bool) -> Contradiction {
    let (first, second) = (first.to_string(), second.to_string());
    Contradiction {
        span: expr.span(),
        message: format!("{} would have to be {first} and {second}", shown(expr)),
        parts,
    }
}

/// An expression in a sentence.
fn shown(expr: &Expr) -> String {
    let text = expr.to_string();
    if text.chars().count() > 60 {
        "this".to_owned()
    } else {
        format!("`{text}`")
    }
}
