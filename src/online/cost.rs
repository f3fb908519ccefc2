//! What queries cost.

use std::collections::BTreeMap;

use super::{Check, Judged, Metrics, THREADS, is_sound};
use crate::diagnostic::Severity;
use crate::parallel;
use crate::project::expression::has_variable;
use crate::project::{Expression, Project};

/// Its page.
pub static CHECK: Check = Check {
    name: "query-cost",
    severity: Severity::Warning,
    docs: "\
A query touches more samples or series than the limits (`--max-samples`, `--max-series`).

## Why it matters

A rule is evaluated all the time, a panel by everybody who opens it: one that reads millions of samples slows down all others,
and the engine refuses it when there are more.

## How to fix it

Narrow the selectors, shorten the range, or let a recording rule compute what is asked often.
",
};

/// What is much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Samples that one evaluation may read.
    pub samples: u64,
    /// Series that one evaluation may read.
    pub series: u64,
}

/// Asks what every query without variables costs.
#[must_use]
pub fn judge(
    project: &Project,
    engine: &dyn Metrics,
    limits: Limits,
    doing: &dyn Fn(String),
) -> Judged {
    let mut by_text: BTreeMap<&str, Vec<Expression<'_>>> = BTreeMap::new();
    let expressions = project.expressions();
    for at in &expressions {
        let text = at.query.as_str();
        if !at.site.is_lookup() && is_sound(at.query) && !has_variable(text) {
            by_text.entry(text).or_default().push(at.clone());
        }
    }
    let texts: Vec<_> = by_text.keys().copied().collect();
    doing(format!("the cost of {} queries", texts.len()));
    let answers = parallel::map_in(THREADS, &texts, |text| {
        let mut cost = engine.cost(text)?;
        if cost.samples.is_none() && cost.series.is_none() {
            // An engine without statistics counts what the selectors match.
            let mut series = 0;
            for used in by_text[text][0].query.expr().selectors() {
                let mut selector = used.selector.clone();
                selector.modifiers = obsctl_promql::ast::Modifiers::default();
                let count = engine.value(&format!("count({selector})"))?;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let count = count.unwrap_or_default() as u64;
                series += count;
            }
            cost.series = Some(series);
        }
        Ok::<_, String>(cost)
    });
    let mut judged = Judged::default();
    let mut asked = 0;
    for (text, answer) in texts.iter().zip(answers) {
        let Some(cost) = judged.answered(answer) else {
            continue;
        };
        asked += 1;
        let much = [
            (cost.samples, limits.samples, "samples"),
            (cost.series, limits.series, "series"),
        ];
        for (count, limit, what) in much {
            let Some(count) = count.filter(|count| *count > limit) else {
                continue;
            };
            for at in &by_text[text] {
                let message =
                    format!("the query touches {count} {what}, and {limit} are the limit");
                let found = at.finding(at.query.expr().span(), message, "read by each evaluation");
                let found = found.help("narrow its selectors, or record what is asked often");
                judged
                    .findings
                    .push(CHECK.finding(Severity::Warning, found));
            }
        }
    }
    judged.said.push(format!("{asked} queries were measured"));
    judged
}
