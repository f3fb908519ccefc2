//! Queries as other tools want them, with rates, sums and windows, and the indicator that is in them.

use obsctl_model::{Duration, Indicator, LabelName, Origin, Promql};
use obsctl_promql::ast::{
    Aggregate, AggregateOp, BinaryOp, DurationExpr, MatchOp, Matcher, Modifiers, Selector,
    StringLiteral, Subquery,
};
use obsctl_promql::build;
pub(super) use obsctl_promql::build::number;
use obsctl_promql::{Expr, typecheck};

use super::wrong;
use crate::diagnostic::Diagnostic;

/// How `$window` is written in templates of Go.
const WINDOW: &str = ".window";

/// A query whose template for the window, if it has one, became `$window`.
pub(super) fn filled(text: &str, at: Origin) -> Result<Promql, Box<Diagnostic>> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((template, behind)) = inside.split_once("}}") else {
            return Err(Box::new(wrong(
                at,
                "a template begins with `{{` and does not end",
            )));
        };
        if template.trim_matches(['-', ' ', '\t', '\n']) != WINDOW {
            let message = format!("only `{{{{.window}}}}` is filled in, not `{{{{{template}}}}}`");
            return Err(Box::new(wrong(at, message)));
        }
        plain.push_str(before);
        plain.push_str("$window");
        rest = behind;
    }
    plain.push_str(rest);
    read(&plain, at)
}

/// A query in which `{{` is nothing but text.
pub(super) fn read(text: &str, at: Origin) -> Result<Promql, Box<Diagnostic>> {
    let query = Promql::parse(text, at);
    let syntax = query.errors().iter();
    let mut errors: Vec<_> = syntax.map(|one| (one.message.clone(), one.span)).collect();
    if errors.is_empty() {
        let types = typecheck(query.expr()).1.into_iter();
        errors.extend(types.map(|one| (one.message, one.span)));
    }
    match errors.into_iter().next() {
        None => Ok(query),
        Some((message, span)) => {
            let problem = wrong(at, format!("not a query: {message}"));
            Err(Box::new(problem.underline(text, span.range(), "here")))
        }
    }
}

/// Whether a query names `$window`.
pub(super) fn names_window(query: &Promql) -> bool {
    // The text was printed or filled in here: a variable of that name is the only thing it can be.
    query.as_str().contains("$window")
}

/// A plain selector: a metric and its matchers.
pub(super) fn selector(query: &Promql, role: &str) -> Result<Selector, Box<Diagnostic>> {
    match plain(query.expr()) {
        Some(selector) => Ok(selector.clone()),
        None => Err(Box::new(
            wrong(
                query.origin(),
                format!("the query of its {role} is no plain selector"),
            )
            .underline(
                query.as_str(),
                0..query.as_str().len(),
                "a metric and its matchers are wanted",
            ),
        )),
    }
}

fn plain(expr: &Expr) -> Option<&Selector> {
    match expr.without_parens() {
        Expr::Selector(selector)
            if selector.name.is_some()
                && selector.modifiers == Modifiers::default()
                && selector.extended.is_none()
                && selector.variables.is_empty() =>
        {
            Some(selector)
        }
        _ => None,
    }
}

/// Events of a window, or of any time.
#[derive(Debug, PartialEq)]
struct Counted {
    selector: Selector,
    by: Vec<LabelName>,
    /// The function that counts them in a window; none where the counter itself is given.
    function: Option<String>,
}

/// Which windows a query of events may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Windows {
    /// `$window`, and nothing else.
    Asked,
    /// Any: what is said is which rates are meant.
    Any,
    /// Any, or none: what is said is which counters are meant.
    None,
}

/// `sum(rate(selector[window]))`, as any of the ways to write it.
fn counted(expr: &Expr, windows: Windows) -> Option<Counted> {
    let (by, inner) = match expr.without_parens() {
        Expr::Aggregate(aggregate) => summed(aggregate)?,
        other if windows == Windows::None => (vec![], other),
        _ => return None,
    };
    let inner = inner.without_parens();
    if windows == Windows::None
        && let Some(selector) = plain(inner)
    {
        return Some(Counted {
            selector: selector.clone(),
            by,
            function: None,
        });
    }
    let Expr::Call(call) = inner else {
        return None;
    };
    let [argument] = call.args.as_slice() else {
        return None;
    };
    let Expr::Range(range) = argument.without_parens() else {
        return None;
    };
    let is_asked =
        matches!(&range.range, DurationExpr::Variable(variable) if variable.name == "window");
    let selector = Expr::from(range.selector.clone());
    let counts = ["rate", "increase"].contains(&call.func.text.as_str());
    (counts && (is_asked || windows != Windows::Asked)).then_some(())?;
    Some(Counted {
        selector: plain(&selector)?.clone(),
        by,
        function: Some(call.func.text.clone()),
    })
}

/// What is counted by `sum(rate(selector[any]))`, and what stays apart.
pub(super) fn rate_of(expr: &Expr) -> Option<(Selector, Vec<LabelName>)> {
    let counted = counted(expr, Windows::Any)?;
    Some((counted.selector, counted.by))
}

/// What a sum adds up, and what stays apart.
fn summed(aggregate: &Aggregate) -> Option<(Vec<LabelName>, &Expr)> {
    let plain = aggregate.op == AggregateOp::Sum && aggregate.param.is_none();
    let by = match &aggregate.grouping {
        None => vec![],
        Some(grouping) if grouping.without => return None,
        Some(grouping) => {
            let labels = grouping.labels.iter();
            let labels = labels.map(|label| LabelName::new(label.text.as_str()).ok());
            labels.collect::<Option<_>>()?
        }
    };
    plain.then_some((by, &aggregate.expr))
}

/// The query without `or vector(0)`: where there are no bad events, none are counted anyway.
fn without_zero(expr: &Expr) -> &Expr {
    match expr.without_parens() {
        Expr::Binary(binary) if binary.op == BinaryOp::Or => match binary.rhs.without_parens() {
            Expr::Call(call) if call.func.text == "vector" => match call.args.as_slice() {
                [Expr::Number(number)] if number.value == 0.0 => binary.lhs.without_parens(),
                _ => expr,
            },
            _ => expr,
        },
        other => other,
    }
}

/// Events that are counted: some of all.
#[derive(Debug)]
pub(super) struct Events {
    /// Whether those counted apart are the good ones.
    pub(super) good: bool,
    /// Those that are good, or bad.
    pub(super) some: Selector,
    pub(super) all: Selector,
    pub(super) by: Vec<LabelName>,
}

impl Events {
    /// The indicator of them.
    pub(super) fn indicator(self, some_at: Origin, all_at: Origin) -> Indicator {
        if self.good {
            return good_events(self.some, self.all, some_at, all_at);
        }
        Indicator::Bad {
            bad: written(&self.some, some_at),
            total: written(&self.all, all_at),
        }
    }
}

/// Bad events and all events.
pub(super) fn bad_of(bad: &Expr, total: &Expr, windows: Windows) -> Option<Events> {
    let all = counted(total, windows)?;
    let bad = without_zero(bad);
    if let Some(bad) = counted(bad, windows) {
        return events(false, bad, all);
    }
    // All but the good ones are bad.
    let Expr::Binary(binary) = bad else {
        return None;
    };
    let plain = binary.op == BinaryOp::Sub && binary.matching.is_none();
    let minuend = counted(&binary.lhs, windows)?;
    let good = counted(&binary.rhs, windows)?;
    (plain && minuend == all).then(|| events(true, good, all))?
}

/// Good events and all events.
pub(super) fn good_of(good: &Expr, total: &Expr, windows: Windows) -> Option<Events> {
    events(true, counted(good, windows)?, counted(total, windows)?)
}

fn events(good: bool, some: Counted, all: Counted) -> Option<Events> {
    let alike = some.by == all.by && some.function == all.function;
    alike.then_some(Events {
        good,
        some: some.selector,
        all: all.selector,
        by: all.by,
    })
}

/// Good events: a latency where they are a bucket of what counts all.
pub(super) fn good_events(
    good: Selector,
    total: Selector,
    good_at: Origin,
    total_at: Origin,
) -> Indicator {
    if let Some((histogram, threshold)) = latency(&good, &total) {
        return Indicator::Latency {
            histogram: written(&histogram, good_at),
            threshold,
        };
    }
    Indicator::Good {
        good: written(&however_written(good), good_at),
        total: written(&total, total_at),
    }
}

/// The buckets of a histogram and the bound, where `good` is a bucket of what `total` counts.
fn latency(good: &Selector, total: &Selector) -> Option<(Selector, f64)> {
    let name = good.name.as_ref()?.text.strip_suffix("_bucket")?;
    (total.name.as_ref()?.text.strip_suffix("_count")? == name).then_some(())?;
    let mut histogram = good.clone();
    let at = histogram.matchers.iter().position(is_bound)?;
    let bound = bound(&histogram.matchers.remove(at))?;
    let sorted = |matchers: &[Matcher]| {
        let matchers = matchers.iter();
        let mut all: Vec<_> = matchers.map(ToString::to_string).collect();
        all.sort();
        all
    };
    (sorted(&histogram.matchers) == sorted(&total.matchers)).then_some((histogram, bound))
}

fn is_bound(matcher: &Matcher) -> bool {
    matcher.name.text == "le"
}

/// The bound of a matcher for one bucket, in each of the ways in which it is written for all versions of Prometheus.
fn bound(matcher: &Matcher) -> Option<f64> {
    let value = matcher.value.value.as_str();
    let text = match matcher.op {
        MatchOp::Equal => value,
        MatchOp::Regex => value.rsplit('|').next()?.strip_suffix(r"(\.0)?")?,
        _ => return None,
    };
    text.parse().ok().filter(|bound: &f64| bound.is_finite())
}

/// The selector of a bucket with a whole number for its bound, as Prometheus 2 and 3 write it.
fn however_written(mut selector: Selector) -> Selector {
    let is_bucket = selector
        .name
        .as_ref()
        .is_some_and(|name| name.text.ends_with("_bucket"));
    for matcher in selector
        .matchers
        .iter_mut()
        .filter(|one| is_bucket && is_bound(one))
    {
        let whole = bound(matcher).filter(|bound| bound.fract() == 0.0);
        if let Some(whole) = whole.filter(|_| matcher.op == MatchOp::Equal) {
            matcher.op = MatchOp::Regex;
            matcher.value = StringLiteral {
                value: format!(r"{whole}(\.0)?"),
                ..StringLiteral::default()
            };
        }
    }
    selector
}

pub(super) fn written(selector: &Selector, at: Origin) -> Promql {
    Promql::from_tree(&Expr::from(selector.clone()), at)
}

/// `left op right`
pub(super) fn binary(op: BinaryOp, left: &Expr, right: &Expr) -> Expr {
    build::binary(op, left.clone(), right.clone())
}

/// `left op bool right`
pub(super) fn test(op: BinaryOp, left: &Expr, right: &Expr) -> Expr {
    build::test(op, left.clone(), right.clone())
}

/// The window that is asked for.
pub(super) fn window() -> DurationExpr {
    build::variable("window")
}

pub(super) fn literal(time: Duration) -> DurationExpr {
    DurationExpr::from_millis(time.signed_millis())
}

pub(super) fn call(function: &str, argument: Expr) -> Expr {
    build::call(function, vec![argument])
}

/// `selector[range]`, or of anything else the values of every minute.
pub(super) fn within(expr: &Expr, range: DurationExpr) -> Expr {
    if let Some(selector) = plain(expr) {
        return build::range(selector.clone(), range);
    }
    Expr::from(Subquery {
        expr: Box::new(expr.clone()),
        range,
        step: Some(literal(obsctl_model::mins(1))),
        modifiers: Modifiers::default(),
        span: Default::default(),
    })
}

/// `sum by (labels) (expr)`
pub(super) fn sum(by: &[LabelName], expr: Expr) -> Expr {
    build::by(AggregateOp::Sum, by, expr)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(error: &str, total: &str) -> Option<String> {
        let query = |text| filled(text, Origin::none()).unwrap();
        let (error, total) = (query(error), query(total));
        let events = bad_of(error.expr(), total.expr(), Windows::Asked)?;
        let by = events.by.clone();
        let indicator = events.indicator(Origin::none(), Origin::none());
        let by: Vec<_> = by.iter().map(ToString::to_string).collect();
        Some(format!("{indicator:?} {}", by.join(",")))
    }

    #[test]
    fn selectors_are_found_under_rates_and_sums() {
        let total = "sum(rate(a_total[{{.window}}]))";
        let found = Some(
            "Bad { bad: promql(\"a_total{code=\\\"5\\\"}\"), total: promql(\"a_total\") } "
                .to_owned(),
        );
        for error in [
            "sum(rate(a_total{code=\"5\"}[{{.window}}]))",
            "(sum((rate(a_total{code='5'}[{{ .window }}]))))",
            "sum(rate(a_total{code=\"5\"}[{{- .window -}}])) or vector(0)",
            "sum(rate(a_total{code=\"5\"}[{{.window}}])) OR on() vector(0)",
            "sum by () (rate(a_total{code=\"5\"}[{{.window}}]))",
        ] {
            assert_eq!(bad(error, total), found, "{error}");
        }
        for other in [
            "sum(rate(a_total{code=\"5\"}[5m]))",
            "sum(increase(a_total{code=\"5\"}[{{.window}}]))",
            "sum by (x) (rate(a_total[{{.window}}]))",
            "sum without (x) (rate(a_total[{{.window}}]))",
            "avg(rate(a_total{code=\"5\"}[{{.window}}]))",
            "rate(a_total{code=\"5\"}[{{.window}}])",
            "sum(rate(a_total{code=\"5\"}[{{.window}}] offset 5m))",
            "sum(rate(a_total{code=\"5\"}[{{.window}}])) or vector(1)",
            "sum(rate({code=\"5\"}[{{.window}}]))",
            "sum(rate(b[{{.window}}])) - sum(rate(c[{{.window}}]))",
            "sum(rate(b[{{.window}}])) + sum(rate(c[{{.window}}]))",
        ] {
            assert_eq!(bad(other, total), None, "{other}");
        }
    }

    #[test]
    fn what_is_not_in_a_bucket_is_slow() {
        let total = "sum by (x) (rate(a_count{v!=\"W\",j=\"k\"}[{{.window}}]))";
        let error = |bucket: &str| {
            format!("({total} - sum by (x) (rate(a_bucket{{{bucket}}}[{{{{.window}}}}])))")
        };
        assert_eq!(
            bad(&error("le=\"0.4\",j=\"k\",v!=\"W\""), total).unwrap(),
            "Latency { histogram: promql(\"a_bucket{j=\\\"k\\\", v!=\\\"W\\\"}\"), threshold: 0.4 } x"
        );
        assert_eq!(
            bad(&error("le=~\"1(\\\\.0)?\",j=\"k\",v!=\"W\""), total).unwrap(),
            "Latency { histogram: promql(\"a_bucket{j=\\\"k\\\", v!=\\\"W\\\"}\"), threshold: 1.0 } x"
        );
        assert_eq!(
            bad(&error("le=\"2\",j=\"other\""), total).unwrap(),
            "Good { good: promql(\"a_bucket{le=~\\\"2(\\\\\\\\.0)?\\\", j=\\\"other\\\"}\"), total: promql(\"a_count{v!=\\\"W\\\", j=\\\"k\\\"}\") } x"
        );
    }

    #[test]
    fn other_templates_are_refused() {
        let said = |text| filled(text, Origin::none()).unwrap_err().message.clone();
        assert_eq!(
            said("rate(a[{{.interval}}])"),
            "only `{{.window}}` is filled in, not `{{.interval}}`"
        );
        assert_eq!(
            said("rate(a[{{.window])"),
            "a template begins with `{{` and does not end"
        );
        assert!(said("sum(rate(a[{{.window}}])").starts_with("not a query: "));
        assert!(said("rate(a)").starts_with("not a query: "));
    }
}
