//! An exemplar of a histogram leads to its trace, and the trace to its log lines.

use obsctl_model::{Exposer, MetricDef, MetricKind, hours, secs};
use obsctl_promql::Expr;
use obsctl_promql::ast::{Name, Selector};

use crate::live::answer::Trouble;
use crate::live::{Peer, Run, THREADS, loki, prometheus, tempo, unasked};
use crate::parallel;
use crate::project::TRACE_ID;
use crate::verify::data::Data;
use crate::verify::queries::Form;
use crate::verify::window::Window;
use crate::verify::{Group, Outcome, Step};

/// The labels of an exemplar that can hold a trace's id, as the datasource links them.
const TRACE_LABELS: [&str; 2] = [TRACE_ID, "traceID"];
/// So many exemplars are followed: the newest trace may not have arrived, an old one may be gone.
const FOLLOWED: usize = 5;

/// An exemplar that names a trace.
#[derive(Clone)]
struct Found {
    trace: String,
    service: String,
    metric: String,
}

/// A step for the exemplar, for its trace, and for its log lines.
pub(crate) fn all(run: &Run<'_>) -> Vec<Step> {
    let client = match run.client(Peer::Prometheus) {
        None => return vec![],
        Some(Err(outcome)) => return vec![Group::Correlation.step("exemplar", outcome)],
        Some(Ok(client)) => client,
    };
    let metrics: Vec<_> = histograms(run).collect();
    if metrics.is_empty() {
        return vec![];
    }
    let window = Window::new(hours(1), None, secs(15));
    let times = (
        run.now.saturating_sub(window.length.as_millis() / 1000),
        run.now,
    );
    let answers = parallel::map_in(THREADS, &metrics, |metric| {
        prometheus::exemplars(client, &series(metric), times)
    });
    let mut found = vec![];
    for (metric, answer) in metrics.iter().zip(answers) {
        match answer {
            Err(trouble) => return vec![Group::Correlation.step("exemplar", not_kept(&trouble))],
            Ok(exemplars) => {
                let named = exemplars.iter().filter_map(|exemplar| {
                    let trace = TRACE_LABELS
                        .iter()
                        .find_map(|label| exemplar.labels.get(*label))?;
                    Some(Found {
                        trace: client.clean(trace),
                        service: metric.exposed_by.name().to_owned(),
                        metric: metric.name.to_string(),
                    })
                });
                // The newest of each histogram, so that no busy one hides the others.
                found.extend(named.take(2));
            }
        }
    }
    let Some(first) = found.first().cloned() else {
        let reason = "no histogram of a service has an exemplar of the last hour: there were no traced requests, \
                      or Prometheus keeps no exemplars";
        return vec![Group::Correlation.step("exemplar", Outcome::not_run(reason))];
    };
    found.truncate(FOLLOWED);
    let followed = found.iter().map(|one| follow(run, one, window));
    let mut attempts: Vec<_> = followed.collect();
    let complete = attempts
        .iter()
        .position(|steps| steps.iter().all(|step| step.outcome.is_passed()));
    let (chosen, mut steps) = match complete {
        Some(index) => (found[index].clone(), attempts.swap_remove(index)),
        None => (first, attempts.swap_remove(0)),
    };
    let seen = format!("trace {} of `{}`", chosen.trace, chosen.metric);
    steps.insert(0, Group::Correlation.step("exemplar", Outcome::seen(seen)));
    steps
}

fn not_kept(trouble: &Trouble) -> Outcome {
    if trouble.is_refusal() {
        return Outcome::failed(
            trouble.to_string(),
            "start Prometheus with `--enable-feature=exemplar-storage`",
        );
    }
    unasked(trouble)
}

/// The histograms of services.
fn histograms<'a>(run: &'a Run<'_>) -> impl Iterator<Item = &'a MetricDef> {
    let metrics = run
        .project
        .stack()
        .metrics
        .iter()
        .flat_map(|family| &family.metrics);
    metrics.filter(|metric| {
        matches!(metric.kind, MetricKind::Histogram { .. })
            && matches!(metric.exposed_by, Exposer::Service(_))
    })
}

/// The series whose observations have exemplars.
fn series(metric: &MetricDef) -> String {
    let names = metric.series_names();
    let bucket = names.iter().find(|name| name.ends_with("_bucket"));
    let selector = Selector {
        name: Some(Name {
            text: bucket.unwrap_or(&names[0]).clone(),
            ..Name::default()
        }),
        ..Selector::default()
    };
    Expr::from(selector).to_string()
}

fn follow(run: &Run<'_>, found: &Found, window: Window) -> Vec<Step> {
    let mut steps = vec![];
    if let Some(client) = run.client(Peer::Tempo) {
        let outcome = match client.map(|client| tempo::trace(client, &found.trace)) {
            Ok(Ok(true)) => Outcome::passed(),
            Ok(Ok(false)) => Outcome::failed(
                format!(
                    "Tempo has no trace {}, which an exemplar of `{}` names",
                    found.trace, found.metric
                ),
                "look whether spans arrive: at the collector's refused and failed spans, and at the sampling",
            ),
            Ok(Err(trouble)) => unasked(&trouble),
            Err(outcome) => outcome,
        };
        steps.push(Group::Correlation.step("trace", outcome));
    }
    if let Some(client) = run.client(Peer::Loki) {
        let outcome = match client {
            Err(outcome) => outcome,
            Ok(client) => {
                // As structured metadata where lines come through the collector, else in their text.
                let stages = ["| trace_id=", "|= "];
                let mut answers = stages.into_iter().map(|stage| {
                    let query = format!(
                        r#"{{service_name="{}"}} {stage}"{}""#,
                        found.service, found.trace
                    );
                    loki::ask(client, &query, Form::Lines, window, run.now)
                });
                let answer = answers.find(|answer| !matches!(answer, Ok(Data::None)));
                match answer {
                    None => Outcome::failed(
                        format!(
                            "Loki has no line of `{}` with trace {}",
                            found.service, found.trace
                        ),
                        "look whether log lines arrive, with the field `trace_id`",
                    ),
                    Some(Ok(_)) => Outcome::passed(),
                    Some(Err(trouble)) => unasked(&trouble),
                }
            }
        };
        steps.push(Group::Correlation.step("log", outcome));
    }
    steps
}
