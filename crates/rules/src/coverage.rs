//! What there is of a rule that tests can exercise.
//!
//! An item is something that a rule can do: give series, fire, stay silent, take a side of `or`, `and` or
//! `unless`, meet an alternative of a regular expression. A test covers it when the rule does it during the
//! test, and an expectation of the test sees the rule: by its name or through other rules.

use std::sync::Arc;

use obsctl_logql::ast as logql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{Binary, BinaryOp, MatchOp, Selector};

use crate::ask::Expression;
use crate::group::{Action, Group, Place, Rule, RuleSet};

/// A rule, and what tests can exercise of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverable {
    /// The file it stands in, as messages show it.
    pub file: Arc<str>,
    /// Where in that file.
    pub place: Place,
    /// Its group.
    pub group: String,
    /// The alert's name, or the metric that is recorded.
    pub name: String,
    /// What it can do.
    pub items: Vec<Item>,
}

/// Something that a rule can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The recording rule gives a series.
    Gives,
    /// A test asked for the alert while it fired.
    Fires,
    /// A test asked for the alert while none fired.
    Silent,
    /// A side of a set operator.
    Branch {
        /// The operation, as it is printed.
        expr: String,
        /// Which of its cases.
        branch: Branch,
    },
    /// A series has a value that an alternative of a regular expression asks for.
    Value {
        /// The label.
        label: String,
        /// The alternative.
        value: String,
        /// The selector, as it is printed.
        selector: String,
    },
}

/// A case of `or`, `and`, `unless`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
    /// `a or b` gives series of `a`.
    Left,
    /// `a or b` gives series of `b`.
    Right,
    /// `a and b` or `a unless b` keeps series of `a`.
    Kept,
    /// `a and b` or `a unless b` drops series of `a`.
    Dropped,
}

impl RuleSet {
    /// What tests can exercise of each rule, in the order of evaluation.
    #[must_use]
    pub fn coverable(&self) -> Vec<Coverable> {
        let groups = self.groups.iter();
        let rules = groups.flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
        rules.map(|(group, rule)| coverable(group, rule)).collect()
    }
}

fn coverable(group: &Group, rule: &Rule) -> Coverable {
    let own: &[Item] = match rule.action {
        Action::Record => &[Item::Gives],
        Action::Alert(_) => &[Item::Fires, Item::Silent],
    };
    let probed = probes(&rule.expr).into_iter().map(|probe| probe.item);
    Coverable {
        file: group.file.clone(),
        place: rule.place,
        group: group.name.clone(),
        name: rule.name.clone(),
        items: own.iter().cloned().chain(probed).collect(),
    }
}

/// A query that gives something where a rule does something.
#[derive(Debug)]
pub(crate) struct Probe {
    pub item: Item,
    pub expr: Expression,
}

/// The probes of a rule's query, each item once.
pub(crate) fn probes(expr: &Expression) -> Vec<Probe> {
    let mut probes: Vec<Probe> = vec![];
    let mut add = |item: Item, expr: Expression| {
        if !probes.iter().any(|known| known.item == item) {
            probes.push(Probe { item, expr });
        }
    };
    match expr {
        Expression::Promql(expr) => expr.walk(|node| match node {
            Expr::Binary(binary) => of_series(binary, &mut add),
            Expr::Selector(selector) => alternatives(selector, &mut add),
            Expr::Range(range) => alternatives(&range.selector, &mut add),
            _ => {}
        }),
        Expression::Logql(expr) => expr.walk(|node| {
            if let obsctl_logql::Expr::Binary(binary) = node {
                of_lines(binary, &mut add);
            }
        }),
    }
    probes
}

/// The operators that choose among series, in both languages.
#[derive(Clone, Copy, Debug)]
enum Choice {
    Or,
    And,
    Unless,
}

/// A query that gives something in a case: of the left side alone, or of both sides, perhaps swapped.
#[derive(Clone, Copy, Debug)]
enum Case {
    Left,
    Both(Choice),
    Swapped(Choice),
}

impl Choice {
    const fn cases(self) -> [(Branch, Case); 2] {
        match self {
            Self::Or => [
                (Branch::Left, Case::Left),
                (Branch::Right, Case::Swapped(Self::Unless)),
            ],
            Self::And => [
                (Branch::Kept, Case::Both(Self::And)),
                (Branch::Dropped, Case::Both(Self::Unless)),
            ],
            Self::Unless => [
                (Branch::Kept, Case::Both(Self::Unless)),
                (Branch::Dropped, Case::Both(Self::And)),
            ],
        }
    }
}

/// Adds the branches of an operation; `make` gives the query of a case.
fn branches(
    choice: Choice,
    printed: &str,
    make: impl Fn(Case) -> Expression,
    add: &mut impl FnMut(Item, Expression),
) {
    for (branch, case) in choice.cases() {
        let expr = printed.to_owned();
        add(Item::Branch { expr, branch }, make(case));
    }
}

fn of_series(binary: &Binary, add: &mut impl FnMut(Item, Expression)) {
    let choice = match binary.op {
        BinaryOp::Or => Choice::Or,
        BinaryOp::And => Choice::And,
        BinaryOp::Unless => Choice::Unless,
        _ => return,
    };
    let make = |case| {
        let (choice, lhs, rhs) = match case {
            Case::Left => return binary.lhs.as_ref().clone().into(),
            Case::Both(choice) => (choice, &binary.lhs, &binary.rhs),
            Case::Swapped(choice) => (choice, &binary.rhs, &binary.lhs),
        };
        let op = match choice {
            Choice::Or => BinaryOp::Or,
            Choice::And => BinaryOp::And,
            Choice::Unless => BinaryOp::Unless,
        };
        let (lhs, rhs) = (lhs.clone(), rhs.clone());
        let binary = Binary {
            op,
            lhs,
            rhs,
            ..binary.clone()
        };
        Expr::Binary(Box::new(binary)).into()
    };
    branches(choice, &binary.to_string(), make, add);
}

fn of_lines(binary: &logql::Binary, add: &mut impl FnMut(Item, Expression)) {
    let choice = match binary.op {
        logql::BinaryOp::Or => Choice::Or,
        logql::BinaryOp::And => Choice::And,
        logql::BinaryOp::Unless => Choice::Unless,
        _ => return,
    };
    let make = |case| {
        let (choice, lhs, rhs) = match case {
            Case::Left => return binary.lhs.as_ref().clone().into(),
            Case::Both(choice) => (choice, &binary.lhs, &binary.rhs),
            Case::Swapped(choice) => (choice, &binary.rhs, &binary.lhs),
        };
        let op = match choice {
            Choice::Or => logql::BinaryOp::Or,
            Choice::And => logql::BinaryOp::And,
            Choice::Unless => logql::BinaryOp::Unless,
        };
        let (lhs, rhs) = (lhs.clone(), rhs.clone());
        let binary = logql::Binary {
            op,
            lhs,
            rhs,
            ..binary.clone()
        };
        obsctl_logql::Expr::Binary(Box::new(binary)).into()
    };
    let printed = obsctl_logql::Expr::Binary(Box::new(binary.clone())).to_string();
    branches(choice, &printed, make, add);
}

fn alternatives(selector: &Selector, add: &mut impl FnMut(Item, Expression)) {
    for (at, matcher) in selector.matchers.iter().enumerate() {
        let values = split(&matcher.value.value);
        if matcher.op != MatchOp::Regex || values.len() < 2 {
            continue;
        }
        for value in values {
            let mut narrowed = selector.clone();
            narrowed.matchers[at].value.value = value.to_owned();
            let item = Item::Value {
                label: matcher.name.text.clone(),
                value: value.to_owned(),
                selector: selector.to_string(),
            };
            add(item, Expr::Selector(Box::new(narrowed)).into());
        }
    }
}

/// The alternatives of a regular expression: what `|` divides outside of groups and classes. One group around
/// all of it counts for nothing.
fn split(regex: &str) -> Vec<&str> {
    let inner = regex
        .strip_prefix("(?:")
        .or_else(|| regex.strip_prefix('('))
        .and_then(|it| it.strip_suffix(')'));
    match inner {
        Some(inner) if divide(inner).is_some() && !regex.starts_with("(?i") => {
            divide(inner).unwrap_or_default()
        }
        _ => divide(regex).unwrap_or_default(),
    }
}

/// What `|` divides; `None` where brackets do not pair up.
fn divide(regex: &str) -> Option<Vec<&str>> {
    let mut parts = vec![];
    let (mut depth, mut class, mut begin) = (0_usize, false, 0);
    let mut chars = regex.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => {
                chars.next();
            }
            ']' => class = false,
            _ if class => {}
            '[' => {
                class = true;
                // A bracket that closes nothing yet stands for itself: `[]a]`, `[^]a]`.
                let rest = &regex[at + 1..];
                let skip = rest.strip_prefix('^').unwrap_or(rest).starts_with(']');
                let negated = rest.starts_with('^');
                for _ in 0..usize::from(negated) + usize::from(skip) {
                    chars.next();
                }
            }
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            '|' if depth == 0 => {
                parts.push(&regex[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&regex[begin..]);
    (depth == 0 && !class).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_divided_where_they_choose() {
        for (regex, parts) in [
            ("a|b", vec!["a", "b"]),
            ("(a|b)", vec!["a", "b"]),
            ("(?:4..|5..)", vec!["4..", "5.."]),
            ("x(a|b)", vec!["x(a|b)"]),
            ("(a)|(b)", vec!["(a)", "(b)"]),
            (r"a\|b", vec![r"a\|b"]),
            ("[|]|b", vec!["[|]", "b"]),
            ("[]|]|b", vec!["[]|]", "b"]),
            ("[^]|]|b", vec!["[^]|]", "b"]),
            ("(?i:a|b)", vec!["(?i:a|b)"]),
            ("a|", vec!["a", ""]),
            ("(", vec![]),
        ] {
            assert_eq!(split(regex), parts, "{regex}");
        }
    }
}
