//! What a scrape sees: all series at one moment, before they are written in one form or another.

use std::sync::Arc;

use obsctl_model::library::telemetry::LabelValuesFolded;
use obsctl_model::{Metric, MetricDef};

use super::exemplar::Exemplar;
use super::family::{Family, Series};
use super::histogram::Snapshot;
use super::process;
use super::summary::Quantiles;

/// A metric with its samples.
#[derive(Debug)]
pub(super) struct Exposed {
    pub(super) definition: Arc<MetricDef>,
    pub(super) samples: Vec<Sample>,
}

/// One series.
#[derive(Debug)]
pub(super) struct Sample {
    /// Label values, in declared order.
    pub(super) values: Vec<String>,
    pub(super) state: State,
}

/// What one series is at.
#[derive(Debug)]
pub(super) enum State {
    Counter(f64, Option<Exemplar>),
    Gauge(f64),
    Histogram(Snapshot),
    Summary(Quantiles),
}

impl Sample {
    /// The label names and values.
    pub(super) fn labels<'a>(
        &'a self,
        definition: &'a MetricDef,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let names = definition.labels.iter().map(|label| label.name.as_str());
        names.zip(self.values.iter().map(String::as_str))
    }
}

/// All metrics, by name.
pub(super) fn gather(families: &[Arc<Family>], of_process: bool) -> Vec<Exposed> {
    let mut filled_in = vec![folded(families)];
    if of_process {
        filled_in.extend(process::read());
    }
    // What the library fills in itself is not recorded, whoever declares it.
    let filled = |name: &str| (filled_in.iter()).any(|it| it.definition.name.as_str() == name);
    let recorded: Vec<_> = (families.iter())
        .filter(|family| !filled(family.definition.name.as_str()))
        .map(|family| exposed(family))
        .collect();
    let mut all = filled_in;
    all.extend(recorded);
    all.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
    all
}

fn exposed(family: &Family) -> Exposed {
    let samples = family.snapshot().into_iter().map(|(values, series)| {
        let state = match series {
            Series::Counter(counter) => State::Counter(counter.get(), counter.take_exemplar()),
            Series::Gauge(gauge) => State::Gauge(gauge.get()),
            Series::Histogram(histogram) => State::Histogram(histogram.snapshot()),
            Series::Summary(summary) => State::Summary(summary.snapshot()),
        };
        Sample { values, state }
    });
    Exposed {
        definition: family.definition.clone(),
        samples: samples.collect(),
    }
}

/// Counted where the values are folded, not in a series.
#[expect(
    clippy::cast_precision_loss,
    reason = "the exposition's numbers are floating point; exact up to 2^53"
)]
fn folded(families: &[Arc<Family>]) -> Exposed {
    let mut samples = vec![];
    for family in families {
        for guard in &family.guards {
            // Listed values come from Rust types: folding them is rare enough to appear only when it happens.
            if guard.values().is_some() && guard.folded() == 0 {
                continue;
            }
            samples.push(Sample {
                values: vec![family.definition.name.to_string(), guard.label.clone()],
                state: State::Counter(guard.folded() as f64, None),
            });
        }
    }
    Exposed {
        definition: Arc::new(LabelValuesFolded::definition()),
        samples,
    }
}
