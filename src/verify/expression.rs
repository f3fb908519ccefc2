//! Whether what an engine prints is the expression that was described. Engines read expressions and print them again, each in
//! its own way, so that trees are compared: of PromQL with matchers in any order, of LogQL as far as Loki's text still tells.

use obsctl_logql::ast as logql;
use obsctl_model::RuleQuery;
use obsctl_promql::ast::{Matcher, StringLiteral};

/// Whether `printed`, as an engine writes it, is this query.
#[must_use]
pub fn is_same(query: &RuleQuery, printed: &str) -> bool {
    if query.as_str() == printed {
        return true;
    }
    match query {
        RuleQuery::Promql(query) => {
            let parsed = obsctl_promql::parse(printed);
            parsed.errors.is_empty() && ordered(parsed.expr) == ordered(query.expr().clone())
        }
        RuleQuery::Logql(query) => {
            let parsed = obsctl_logql::parse(printed);
            parsed.errors.is_empty()
                && as_loki_has_it(parsed.expr) == as_loki_has_it(query.expr().clone())
        }
    }
}

/// The expression with the matchers of each selector in the order of their names, as Prometheus prints them.
fn ordered(mut expr: obsctl_promql::Expr) -> obsctl_promql::Expr {
    use obsctl_promql::Expr;
    expr.walk_mut(&mut |node| {
        let selector = match node {
            Expr::Selector(selector) => selector,
            Expr::Range(range) => &mut range.selector,
            _ => return,
        };
        let key = |matcher: &Matcher| (matcher.name.text.clone(), matcher.value.value.clone());
        selector.matchers.sort_by_key(key);
    });
    expr
}

/// The expression without what Loki does not keep: it sets parentheses of its own, calculates with numbers while it
/// reads, takes `!= "a" or "b"` apart, and rounds what it prints of bytes and of `vector`.
fn as_loki_has_it(expr: logql::Expr) -> logql::Expr {
    use logql::Expr;
    expr.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        Expr::Binary(binary) => match calculated(&binary) {
            Some(value) => number(value),
            None => Expr::Binary(binary),
        },
        Expr::Call(mut call) if call.func.text == "vector" => {
            for argument in &mut call.args {
                if let Expr::Number(number) = argument {
                    number.value = (number.value * 1e6).round() / 1e6;
                }
            }
            Expr::Call(call)
        }
        Expr::Aggregate(mut aggregate) => {
            let nothing = |by: &mut logql::Grouping| !by.without && by.labels.is_empty();
            aggregate.grouping.take_if(nothing);
            Expr::Aggregate(aggregate)
        }
        Expr::Log(mut query) => {
            query.stages = stages(query.stages);
            Expr::Log(query)
        }
        Expr::Range(mut range) => {
            range.query.stages = stages(range.query.stages);
            Expr::Range(range)
        }
        other => other,
    })
}

fn number(value: f64) -> logql::Expr {
    logql::Expr::Number(logql::Number {
        value,
        span: obsctl_logql::Span::default(),
    })
}

/// What an operator between two numbers gives.
fn calculated(binary: &logql::Binary) -> Option<f64> {
    use logql::{BinaryOp, Expr};
    let (Expr::Number(a), Expr::Number(b)) = (&*binary.lhs, &*binary.rhs) else {
        return None;
    };
    let (a, b) = (a.value, b.value);
    match binary.op {
        BinaryOp::Add => Some(a + b),
        BinaryOp::Sub => Some(a - b),
        BinaryOp::Mul => Some(a * b),
        BinaryOp::Div => Some(a / b),
        BinaryOp::Mod => Some(a % b),
        BinaryOp::Pow => Some(a.powf(b)),
        _ => None,
    }
}

fn stages(stages: Vec<logql::Stage>) -> Vec<logql::Stage> {
    stages.into_iter().flat_map(stage).collect()
}

fn stage(mut stage: logql::Stage) -> Vec<logql::Stage> {
    use logql::{LineFilterOp, StageKind};
    match &mut stage.kind {
        StageKind::LineFilter(filter)
            if matches!(
                filter.op,
                LineFilterOp::NotContains | LineFilterOp::NotRegex | LineFilterOp::NotPattern
            ) =>
        {
            let each = std::mem::take(&mut filter.any).into_iter();
            let alone = |one| {
                let mut alone = stage.clone();
                if let StageKind::LineFilter(filter) = &mut alone.kind {
                    filter.any = vec![one];
                }
                alone
            };
            return each.map(alone).collect();
        }
        StageKind::Json(labels) => labels.iter_mut().for_each(say_path),
        StageKind::Logfmt(logfmt) => logfmt.labels.iter_mut().for_each(say_path),
        StageKind::LabelFilter(filter) => round_bytes(filter),
        _ => {}
    }
    vec![stage]
}

/// `| json status` is `| json status="status"`.
fn say_path(label: &mut logql::Extraction) {
    let value = &label.label.text;
    label.path.get_or_insert_with(|| StringLiteral {
        value: value.clone(),
        ..StringLiteral::default()
    });
}

fn round_bytes(filter: &mut logql::LabelFilter) {
    use logql::{LabelFilter, Quantity};
    match filter {
        LabelFilter::Compare(comparison) => {
            if let Quantity::Bytes(bytes) = &mut comparison.value {
                bytes.count = rounded(bytes.count);
            }
        }
        LabelFilter::And(all, _) | LabelFilter::Or(all, _) => {
            all.iter_mut().for_each(round_bytes);
        }
        _ => {}
    }
}

/// Bytes as Loki prints them: `1.5kB`, `12kB`, one decimal below 10 of a unit of 1000, none above.
fn rounded(count: u64) -> u64 {
    let mut unit = 1;
    while count / unit >= 1000 {
        unit *= 1000;
    }
    let step = match (unit, count / unit) {
        (1, _) => return count,
        (unit, 0..10) => unit / 10,
        (unit, _) => unit,
    };
    count.saturating_add(step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    #[test]
    fn matchers_have_no_order() {
        let query: RuleQuery =
            promql(r#"sum(rate(a{z="1", b="2"}[5m])) / sum(a{z="1", b="2"})"#).into();
        let printed = r#"sum(rate(a{b="2",z="1"}[5m])) / sum(a{b="2",z="1"})"#;
        assert!(is_same(&query, printed));
        assert!(!is_same(&query, &printed.replace("\"1\"", "\"3\"")));
    }

    /// What is described, what Loki prints of it, and what it would print of another.
    const PRINTED: [(&str, &str, &str); 8] = [
        (
            r#"sum by (app) (count_over_time({app=~"a|b"} |= "x" | json event="event" | event="x" [5m])) > 0"#,
            r#"(sum by (app)(count_over_time({app=~"a|b"} |= "x" | json event="event" | event="x"[5m])) > 0)"#,
            r#"(sum by (app)(count_over_time({app=~"a|b"} |= "x" | json event="event" | event="x"[5m])) > 1)"#,
        ),
        (
            r#"sum(rate({app="a  b"} | json code | code="1" or (event="x" and id="" and code=~"2..") [1m]))"#,
            r#"sum(rate({app="a  b"} | json code="code" | ( code="1" or ( ( event="x" , id="" ) , code=~`2..` ) )[1m]))"#,
            r#"sum(rate({app="a b"} | json code="code" | ( code="1" or ( ( event="x" , id="" ) , code=~`2..` ) )[1m]))"#,
        ),
        (
            r#"sum(count_over_time({a="b"} != "x" or "y" [90s] offset 1h)) > 10 * 60"#,
            r#"(sum(count_over_time({a="b"} != "x" != "y"[1m30s] offset 1h0m0s)) > 600)"#,
            r#"(sum(count_over_time({a="b"} != "x" or "z"[1m30s] offset 1h0m0s)) > 600)"#,
        ),
        (
            r#"sum(count_over_time({a="b"} |= "x" or "y" |~ `\d+"` [5m])) - -1 * 1000000"#,
            r#"(sum(count_over_time({a="b"} |= "x" or "y" |~ "\\d+\""[5m])) - -1e+06)"#,
            r#"(sum(count_over_time({a="b"} |= "x" |= "y" |~ "\\d+\""[5m])) - -1e+06)"#,
        ),
        (
            r#"sum(rate({a="b"} | logfmt | size > 12345B, size < 1536KB or took < 1500ms [5m]))"#,
            r#"sum(rate({a="b"} | logfmt | ( size>12kB , ( size<1.5MB or took<1.5s ) )[5m]))"#,
            r#"sum(rate({a="b"} | logfmt | ( size>13kB , ( size<1.5MB or took<1.5s ) )[5m]))"#,
        ),
        (
            r#"label_replace(vector(0.0000001), "a", "$1", "b", "(.*)") or vector(12)"#,
            r#"(label_replace(vector(0.000000),"a","$1","b","(.*)") or vector(12.000000))"#,
            r#"(label_replace(vector(0.000000),"a","$1","b","(.*)") or vector(12.000001))"#,
        ),
        (
            r#"max by () (max_over_time({a="b"} | unwrap duration(x) | __error__="" [5m])) * on () sum(rate({a="b"}[1w]))"#,
            r#"(max(max_over_time({a="b"} | unwrap duration(x) | __error__=""[5m])) * on ()  sum(rate({a="b"}[1w])))"#,
            r#"(max(max_over_time({a="b"} | unwrap duration(x) | __error__=""[5m])) * sum(rate({a="b"}[1w])))"#,
        ),
        (
            r#"(sum(rate({a="b"}[5m])) + sum(rate({a="c"}[5m]))) * 2"#,
            r#"((sum(rate({a="b"}[5m])) + sum(rate({a="c"}[5m]))) * 2)"#,
            r#"(sum(rate({a="b"}[5m])) + (sum(rate({a="c"}[5m])) * 2))"#,
        ),
    ];

    #[test]
    fn what_loki_prints_is_what_was_described() {
        for (described, printed, other) in PRINTED {
            let query: RuleQuery = logql(described).into();
            assert!(is_same(&query, printed), "{described}\n{printed}");
            assert!(!is_same(&query, other), "{described}\n{other}");
        }
    }

    #[test]
    fn bytes_are_rounded_as_they_are_printed() {
        for (count, said) in [
            (0, 0),
            (999, 999),
            (1536, 1500),
            (12_345, 12_000),
            (1_536_000, 1_500_000),
            (20_000_000, 20_000_000),
            (u64::MAX, 18_000_000_000_000_000_000),
        ] {
            assert_eq!(rounded(count), said);
        }
    }

    #[test]
    fn what_cannot_be_read_is_another_expression() {
        let query: RuleQuery = logql("sum(rate({a=\"b\"}[5m]))").into();
        assert!(!is_same(&query, "sum("));
        assert!(!is_same(&promql("up").into(), "up +"));
    }
}
