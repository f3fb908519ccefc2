//! Log lines that are counted: an SLI of OpenSLO whose queries Loki answers.

use obsctl_logql::ast::{Aggregate, AggregateOp, LogQuery, RangeOp};
use obsctl_logql::{Expr, parse};
use obsctl_model::{Indicator, LabelName, LogQl};

use super::resolve::Judged;
use super::sli::{NO_QUERY, Query};
use crate::read::slo::{wordless, wrong};

/// Bad lines over all lines.
pub(super) fn ratio(good: bool, some: &Query, all: &Query) -> Judged<(Indicator, Vec<LabelName>)> {
    if good {
        let message = "it counts good log lines: only bad ones are read, as `bad`";
        return Err(Box::new(wordless(some.at, message)));
    }
    let ((bad, by), (total, _)) = (counted(some)?, counted(all)?);
    Ok((Indicator::Logs { bad, total }, by))
}

/// The lines that a query counts, and the labels that it keeps apart.
fn counted(query: &Query) -> Judged<(LogQl, Vec<LabelName>)> {
    if query.text.is_empty() {
        return Err(Box::new(wrong(query.at, NO_QUERY)));
    }
    let parsed = parse(&query.text);
    if let Some(error) = parsed.errors.first() {
        let message = format!("not a query of Loki: {}", error.message);
        return Err(Box::new(wrong(query.at, message)));
    }
    let Some((lines, by)) = lines(&parsed.expr) else {
        let message = "its queries for Loki do not count lines: `sum(rate({…} [5m]))`";
        return Err(Box::new(wordless(query.at, message)));
    };
    let lines = Expr::Log(Box::new(lines.clone())).to_string();
    Ok((LogQl::written(lines, query.at), by))
}

/// `sum by (…) (rate({…} [5m]))`, whatever the range: windows are put around what is selected.
fn lines(expr: &Expr) -> Option<(&LogQuery, Vec<LabelName>)> {
    let Expr::Aggregate(Aggregate {
        op: AggregateOp::Sum,
        param: None,
        expr,
        grouping,
        ..
    }) = expr
    else {
        return None;
    };
    let Expr::RangeAggregate(counted) = &**expr else {
        return None;
    };
    let counts = matches!(counted.op, RangeOp::Rate | RangeOp::CountOverTime);
    let Expr::Range(range) = &*counted.expr else {
        return None;
    };
    let plain = counts && counted.grouping.is_none() && range.offset.is_none();
    let labels = grouping.iter().flat_map(|grouping| &grouping.labels);
    let by = labels.map(|label| LabelName::new(&label.text).ok());
    let without = grouping.as_ref().is_some_and(|grouping| grouping.without);
    let by = by.collect::<Option<Vec<_>>>();
    (plain && !without).then_some((&range.query, by?))
}
