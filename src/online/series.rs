//! Whether the series that queries need are there.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Duration, Exposer, MetricDef, secs};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, MatchOp, Matcher, Name, Selector, StringLiteral};

use super::{Answer, Check, Judged, Metrics, Span, THREADS, about, seconds, with_values};
use crate::check::Patterns;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::project::expression::{has_variable, series_name};
use crate::project::labels::Flows;
use crate::project::{Expression, Project, Series};

/// Its page.
pub static CHECK: Check = Check {
    name: "series-missing",
    severity: Severity::Warning,
    docs: "\
A query needs series, a label or a value that the running engine does not have now.

## Why it matters

The alert cannot fire and the panel is empty: the metric was renamed, its target is gone, a label has another name. What
was never there within the look-back is told from what was there and is gone, with when that was.

Not reported: what stands in `absent(…)`, on the right of `unless`, and one side of `or` where the other has data. A value that
may still come (`code=\"500\"` before the first error) is a note, and so is a metric that its exporter exposes with the
first event. Variables of dashboards are left out of what is asked.

## How to fix it

Correct the name, the label or the value, or bring back what exposed it.
",
};

/// How old a sample may be to count as there, beside the range that a query looks at.
const FRESH: Duration = secs(300);
/// How many points the search for the last time has.
const POINTS: u64 = 336;

/// A selector of a query.
struct Need<'a> {
    expression: &'a Expression<'a>,
    selector: &'a Selector,
    name: &'a str,
    /// What is asked: the selector without variables, and the time it looks at.
    asked: (String, u64),
    /// Of several alternatives one is enough.
    alternative: Option<usize>,
}

/// What is known of a selector.
#[derive(Clone, Debug, PartialEq)]
enum State {
    There,
    /// There is no series of that name.
    NoMetric(Last),
    /// Series of that name have no such label.
    NoLabel(String, Vec<String>),
    /// No series of that name has what one matcher wants; the values there are.
    NoValue(String, Last, Vec<String>),
    /// Every matcher has series, and none has all.
    NotTogether(Last),
    Unanswered(String),
}

/// Seconds ago that it was last there; nothing where it was not within the look-back.
type Last = Option<u64>;

/// Asks for everything that queries need.
#[must_use]
pub fn judge(project: &Project, engine: &dyn Metrics, doing: &dyn Fn(String)) -> Judged {
    let expressions = project.expressions();
    let mut needs = vec![];
    let mut alternatives = 0;
    for expression in &expressions {
        gather(
            expression,
            expression.query.expr(),
            None,
            &mut alternatives,
            &mut needs,
        );
    }
    let asked: BTreeSet<_> = needs.iter().map(|need| need.asked.clone()).collect();
    let asked: Vec<_> = asked.into_iter().collect();
    doing(format!("series of {} selectors", asked.len()));
    let by_asked: BTreeMap<_, _> = needs.iter().map(|need| (&need.asked, need)).collect();
    let states = parallel::map_in(THREADS, &asked, |asked| {
        let need = by_asked[asked];
        state(need, engine).unwrap_or_else(State::Unanswered)
    });
    let states: BTreeMap<_, _> = asked.iter().zip(states).collect();
    let has_one: BTreeSet<_> = needs
        .iter()
        .filter(|need| states[&need.asked] == State::There)
        .filter_map(|need| need.alternative)
        .collect();
    let mut judged = Judged::default();
    let mut not_recorded = BTreeSet::new();
    let mut neighbours = None;
    let flows = Flows::new(project);
    for need in &needs {
        if need.alternative.is_some_and(|one| has_one.contains(&one)) {
            continue;
        }
        let state = &states[&need.asked];
        let own = project.catalog().get(need.name);
        if let (State::NoMetric(_), Some(Series::Recorded { group, origin, .. })) = (state, own) {
            if not_recorded.insert(need.name) {
                let message = format!("`{}` does not exist yet", need.name);
                let found = finding(need, message, "nothing records it now".to_owned());
                let found = found.also(*origin, format!("group `{group}` records it here"));
                judged.findings.push(CHECK.finding(
                    Severity::Note,
                    found.help("load the rule; its series are there after the next evaluation"),
                ));
            }
            continue;
        }
        if let (State::NoMetric(None), Some(Series::Exposed { metric, .. })) = (state, own)
            && metric.comes_with_its_first_event()
        {
            let there = neighbours.get_or_insert_with(|| judged.neighbours(project, engine));
            let siblings = there.get(&metric.exposed_by).map_or(&[][..], Vec::as_slice);
            if let Some(help) = judged.exposer(need, metric, siblings, engine) {
                let message = format!("metric `{}` has no series yet", need.name);
                let note = format!("not once within {}", about(seconds(engine.look_back())));
                let found = finding(need, message, note).help(help);
                judged.findings.push(CHECK.finding(Severity::Note, found));
                continue;
            }
        }
        // That it never was there is said by `unknown-metric`.
        if matches!(state, State::NoMetric(None)) && own.is_none() && project.knows().metrics {
            continue;
        }
        // Nor is a label that the catalog does not know: `unknown-label` says it.
        if let State::NoLabel(label, _) = state
            && project.knows().metrics
            && !flows.series(need.name).has(label)
        {
            continue;
        }
        judged.state(need, state, seconds(engine.look_back()));
    }
    for state in states.values() {
        if let State::Unanswered(why) = state {
            judged.unanswered(why.clone());
        }
    }
    judged
}

/// So many names of an exporter's series are enough to know where it is.
const SIBLINGS: usize = 20;

impl Judged {
    /// The series that are there, by who exposes them as the catalog says: a few of each.
    fn neighbours(
        &mut self,
        project: &Project,
        engine: &dyn Metrics,
    ) -> BTreeMap<Exposer, Vec<String>> {
        let mut there: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for name in self.answered(engine.names(None)).unwrap_or_default() {
            if let Some(Series::Exposed { metric, .. }) = project.catalog().get(&name) {
                let known = there.entry(metric.exposed_by.clone()).or_default();
                if known.len() < SIBLINGS {
                    known.push(name);
                }
            }
        }
        there
    }

    /// In words, which job exposes a metric as soon as there is something to tell: one that exposes others of its exporter,
    /// and that the selector wants.
    fn exposer(
        &mut self,
        need: &Need<'_>,
        metric: &MetricDef,
        siblings: &[String],
        engine: &dyn Metrics,
    ) -> Option<String> {
        let sibling = siblings.first()?;
        let exporter = metric.exposed_by.name();
        let matchers = need.selector.matchers.iter();
        let of_job = matchers.filter(|one| is_fixed(one) && one.name.text == "job");
        let of_job: String = of_job.map(|matcher| format!(",{matcher}")).collect();
        let names: Vec<_> = siblings
            .iter()
            .map(|name| regex_syntax::escape(name))
            .collect();
        let named = Matcher {
            name: Name {
                text: "__name__".to_owned(),
                ..Name::default()
            },
            op: MatchOp::Regex,
            value: StringLiteral {
                value: names.join("|"),
                span: obsctl_promql::Span::default(),
            },
            span: obsctl_promql::Span::default(),
        };
        let all = format!("{{{named}{of_job}}}");
        let jobs = self.answered(engine.values("job", &all))?;
        match jobs.first() {
            Some(job) => Some(format!(
                "job `{job}` exposes others of `{exporter}`, such as `{sibling}`, and this with its first event"
            )),
            // What is pushed may have no job.
            None if of_job.is_empty() => Some(format!(
                "others of `{exporter}` are there, such as `{sibling}`, and this comes with its first event"
            )),
            None => None,
        }
    }

    fn state(&mut self, need: &Need<'_>, state: &State, look_back: u64) {
        let name = need.name;
        let when = |last: &Last| match last {
            Some(ago) => format!("last seen about {} ago", about(*ago)),
            None => format!("not once within {}", about(look_back)),
        };
        let (severity, found) = match state {
            State::There | State::Unanswered(_) => return,
            State::NoMetric(last) => {
                let message = format!("metric `{name}` has no series now");
                (Severity::Warning, finding(need, message, when(last)))
            }
            State::NoLabel(label, labels) => {
                let message = format!("no series of `{name}` has the label `{label}`");
                let note = format!("not once within {}", about(look_back));
                let found = matcher(need, label, message, note);
                let found = found.did_you_mean(label, labels.iter().map(String::as_str));
                let found = match labels.is_empty() {
                    true => found,
                    false => found.help(format!("the labels are `{}`", labels.join("`, `"))),
                };
                (Severity::Warning, found)
            }
            State::NoValue(label, last, values) => {
                let wanted = need.selector.matchers.iter();
                let wanted = wanted.filter(|matcher| matcher.name.text == *label);
                let wanted: Vec<_> = wanted.map(ToString::to_string).collect();
                let message = format!("no series of `{name}` has `{}` now", wanted.join(","));
                let found = matcher(need, label, message, when(last));
                let value = need.selector.matchers.iter();
                let value = value.filter(|matcher| matcher.name.text == *label);
                let value = value.map(|matcher| matcher.value.value.as_str()).next();
                let found = with_values(found, value.unwrap_or_default(), values);
                // A slip has a value near it; what is of targets does not come by itself.
                let near = found
                    .help
                    .iter()
                    .any(|help| help.starts_with("did you mean"));
                let of_target = ["job", "instance", "namespace", "cluster"];
                let certain = last.is_none() && (near || of_target.contains(&label.as_str()));
                match certain {
                    true => (Severity::Warning, found),
                    false => (Severity::Note, found),
                }
            }
            State::NotTogether(last) => {
                let message = format!("no series of `{name}` has all of these labels now");
                (Severity::Note, finding(need, message, when(last)))
            }
        };
        self.findings.push(CHECK.finding(severity, found));
    }
}

fn finding(need: &Need<'_>, message: String, note: String) -> Diagnostic {
    let expression = need.expression;
    expression.finding(need.selector.span, message, note)
}

/// A finding under a matcher.
fn matcher(need: &Need<'_>, label: &str, message: String, note: String) -> Diagnostic {
    let found = need.selector.matchers.iter();
    let span = found
        .filter(|one| one.name.text == label)
        .map(|one| one.span)
        .next();
    need.expression
        .finding(span.unwrap_or(need.selector.span), message, note)
}

/// Goes through an expression for the selectors that have to have series.
fn gather<'a>(
    at: &'a Expression<'a>,
    expr: &'a Expr,
    alternative: Option<usize>,
    count: &mut usize,
    needs: &mut Vec<Need<'a>>,
) {
    match expr {
        Expr::Call(call) if call.func.text.starts_with("absent") => return,
        Expr::Binary(node) if node.op == BinaryOp::Unless => {
            return gather(at, &node.lhs, alternative, count, needs);
        }
        Expr::Binary(node) if node.op == BinaryOp::Or => {
            // `x or vector(0)` is written because `x` may be missing.
            let always = |side: &Expr| side.selectors().next().is_none();
            if always(&node.lhs) || always(&node.rhs) {
                return;
            }
            *count += 1;
            let one = Some(alternative.unwrap_or(*count));
            gather(at, &node.lhs, one, count, needs);
            return gather(at, &node.rhs, one, count, needs);
        }
        _ => {}
    }
    if let Some(used) = expr.as_selector()
        && let Some((name, _)) = series_name(used.selector)
    {
        let range = used
            .range
            .and_then(obsctl_promql::ast::DurationExpr::constant_millis);
        let range = range.map_or(0, |millis| u64::try_from(millis).unwrap_or(0) / 1000);
        needs.push(Need {
            expression: at,
            selector: used.selector,
            name,
            asked: (
                text(
                    name,
                    used.selector.matchers.iter().filter(|one| is_fixed(one)),
                ),
                range.max(seconds(FRESH)),
            ),
            alternative,
        });
    }
    for child in expr.children() {
        gather(at, child, alternative, count, needs);
    }
}

/// Whether a matcher wants something that can be asked for.
fn is_fixed(matcher: &Matcher) -> bool {
    matcher.name.text != "__name__"
        && !has_variable(&matcher.value.value)
        && !has_variable(&matcher.name.text)
}

/// A selector as text.
fn text<'m>(name: &str, matchers: impl Iterator<Item = &'m Matcher>) -> String {
    let all = super::inventory::selector(name);
    let more: String = matchers.map(|matcher| format!(",{matcher}")).collect();
    format!("{}{more}}}", all.trim_end_matches('}'))
}

fn state(need: &Need<'_>, engine: &dyn Metrics) -> Answer<State> {
    let (asked, range) = &need.asked;
    let there = |selector: &str| -> Answer<bool> {
        let query = format!("count(last_over_time({selector}[{range}s]))");
        Ok(engine.value(&query)?.is_some())
    };
    if there(asked)? {
        return Ok(State::There);
    }
    let metric = text(need.name, std::iter::empty());
    if *asked == metric || !there(&metric)? {
        return Ok(State::NoMetric(last(&metric, engine)?));
    }
    let patterns = Patterns::default();
    // What matches the empty text is meant for series without the label.
    let demands = |matcher: &&Matcher| match matcher.op {
        MatchOp::Equal => !matcher.value.value.is_empty(),
        MatchOp::Regex => patterns.matches(&matcher.value.value, "") == Some(false),
        MatchOp::NotEqual | MatchOp::NotRegex => false,
    };
    let matchers = need.selector.matchers.iter();
    for matcher in matchers.filter(|one| is_fixed(one)).filter(demands) {
        let one = text(need.name, std::iter::once(matcher));
        if there(&one)? {
            continue;
        }
        let labels = engine.labels(&metric)?;
        let label = &matcher.name.text;
        if !labels.contains(label) {
            let mut labels: Vec<_> = labels.into_iter().filter(|one| one != "__name__").collect();
            labels.sort();
            return Ok(State::NoLabel(label.clone(), labels));
        }
        let values = engine.values(label, &metric)?;
        return Ok(State::NoValue(label.clone(), last(&one, engine)?, values));
    }
    Ok(State::NotTogether(last(asked, engine)?))
}

/// How many seconds ago a selector last had series, within the look-back.
fn last(selector: &str, engine: &dyn Metrics) -> Answer<Last> {
    let length = seconds(engine.look_back()).max(POINTS);
    let step = length / POINTS;
    let query = format!("count(last_over_time({selector}[{step}s]))");
    let span = Span {
        length: secs(length),
        step: secs(step),
    };
    let points = engine.range(&query, span)?.into_iter().flatten();
    let last = points.map(|(time, _)| time).max_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds since 1970"
    )]
    Ok(last.map(|time| engine.now().saturating_sub(time as u64)))
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;
    use crate::online::testing::{Method, Played, report};

    mod there {
        use super::*;

        metrics! {
            family "Exporter", owner "me", exposed_by Exposer::Exporter("requests".into());

            /// The one that is there.
            pub counter Requests("requests_total") { method: Method }
            /// Another, whatever its name begins with.
            pub counter Lost("lost_total") { method: Method }
            /// The same without labels.
            pub counter Alone("requests_alone_total") {}
        }
    }

    mod away {
        use super::*;

        metrics! {
            family "Other", owner "me", exposed_by Exposer::Exporter("other".into());

            /// Nothing else of its exporter is there.
            pub counter Away("requests_lost_total") { method: Method }
        }
    }

    fn found(query: &str) -> String {
        report(&judge(
            &crate::online::testing::project(query),
            &Played::new(),
            &|_| {},
        ))
    }

    #[test]
    fn what_is_there_is_not_reported() {
        for query in [
            "rate(requests_total[5m]) > 1",
            "absent(gone)",
            "requests_total unless gone",
            "gone or requests_total",
            "gone or vector(0)",
            r#"requests_total{method="GET",path=~"$path"} > 0"#,
            r#"requests_total{zone=""} > 0"#,
        ] {
            assert_eq!(found(query), "", "{query}");
        }
    }

    #[test]
    fn what_is_missing_is_told_apart() {
        for (query, said) in [
            (
                "left > 1",
                "warning: metric `left` has no series now [last seen about 3 hours ago]",
            ),
            (
                r#"requests_total{zone="a"} > 1"#,
                "warning: no series of `requests_total` has the label `zone` [not once within 7 days]",
            ),
            (
                r#"requests_total{method="GTE"} > 1"#,
                "warning: no series of `requests_total` has `method=\"GTE\"` now [not once within 7 days]",
            ),
            (
                r#"requests_total{method="DELETE"} > 1"#,
                "note: no series of `requests_total` has `method=\"DELETE\"` now [not once within 7 days]",
            ),
            ("refused > 1", "not answered: it will not (1)"),
        ] {
            assert_eq!(found(query), said, "{query}");
        }
    }

    #[test]
    fn what_an_exporter_exposes_with_its_first_event_is_a_note() {
        let comes = "note: metric `lost_total` has no series yet [not once within 7 days]";
        for (wanted, said) in [
            ("lost_total", comes),
            (r#"lost_total{job="api"}"#, comes),
            // Another job does not expose its others.
            (
                r#"lost_total{job="worker"}"#,
                "warning: metric `lost_total` has no series now [not once within 7 days]",
            ),
            (
                "requests_alone_total",
                "warning: metric `requests_alone_total` has no series now [not once within 7 days]",
            ),
            (
                "requests_lost_total",
                "warning: metric `requests_lost_total` has no series now [not once within 7 days]",
            ),
        ] {
            let panel = timeseries("P").query(promql(&format!("rate({wanted}[5m])")));
            let stack = Stack::new(Slug::from_static("t"))
                .metric_family(there::family())
                .metric_family(away::family())
                .dashboard(Dashboard::new("d", "D").row("R", (panel,)));
            let judged = judge(&Project::link(stack), &Played::new(), &|_| {});
            assert_eq!(report(&judged), said, "{wanted}");
            if said == comes {
                assert_eq!(
                    judged.findings[0].help,
                    [
                        "job `api` exposes others of `requests`, such as `requests_total`, and this with its first event"
                    ]
                );
            }
        }
    }
}
