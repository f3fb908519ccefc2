//! One declared metric with its series.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use obsctl_model::{MetricDef, MetricKind};

use super::guard::{Guard, OTHER, Verdict};
use super::histogram::HistogramHandle;
use super::scalar::{CounterHandle, GaugeHandle};
use super::summary::SummaryHandle;

/// A closed label set larger than this is not written out beforehand.
const MOST_INITIAL_SERIES: usize = 10_000;

/// A metric of the catalog and what was recorded of it.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) definition: Arc<MetricDef>,
    pub(super) guards: Vec<Guard>,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    series: BTreeMap<Vec<String>, Series>,
    /// For each label, the values that took a place of its budget.
    admitted: Vec<BTreeSet<String>>,
}

/// One series, of the metric's kind.
#[derive(Clone, Debug)]
pub(super) enum Series {
    Counter(CounterHandle),
    Gauge(GaugeHandle),
    Histogram(HistogramHandle),
    Summary(SummaryHandle),
}

/// What a label set is recorded in.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) series: Series,
    /// Whether it is the same the next time; what is folded is to be counted each time.
    pub(super) lasting: bool,
}

impl Found {
    fn passing(series: Series) -> Self {
        Self {
            series,
            lasting: false,
        }
    }
}

impl Family {
    pub(super) fn new(definition: MetricDef) -> Self {
        let guards: Vec<_> = definition.labels.iter().map(Guard::new).collect();
        let state = State {
            series: BTreeMap::new(),
            admitted: vec![BTreeSet::new(); guards.len()],
        };
        Self {
            definition: Arc::new(definition),
            guards,
            state: RwLock::new(state),
        }
    }

    /// The series with these label values, in declared order; values outside their domain become `other`.
    pub(super) fn series(&self, values: &[&str]) -> Found {
        if values.len() != self.guards.len() {
            // A second declaration of the name with other labels, which the catalog's checks refuse.
            return Found::passing(self.new_series());
        }
        let mut values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(series) = state.series.get(&values) {
                return Found {
                    series: series.clone(),
                    lasting: true,
                };
            }
            // What is folded must stay cheap under a flood of new values: they only read.
            let verdicts = self.judge(&values, &state);
            if !verdicts.contains(&Verdict::New) {
                self.fold(&mut values, &verdicts);
                if let Some(series) = state.series.get(&values) {
                    return Found::passing(series.clone());
                }
                drop(state);
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                return Found::passing(self.enter(values, &mut state));
            }
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let verdicts = self.judge(&values, &state);
        self.fold(&mut values, &verdicts);
        for ((value, verdict), admitted) in values.iter().zip(&verdicts).zip(&mut state.admitted) {
            if *verdict == Verdict::New {
                admitted.insert(value.clone());
            }
        }
        Found::passing(self.enter(values, &mut state))
    }

    /// Writes out every series at zero where all labels are closed; says how many.
    pub(super) fn initialise(&self) -> usize {
        let Some(domains) = self
            .guards
            .iter()
            .map(Guard::values)
            .collect::<Option<Vec<_>>>()
        else {
            return 0;
        };
        let size = domains
            .iter()
            .fold(1_usize, |size, values| size.saturating_mul(values.len()));
        if size > MOST_INITIAL_SERIES {
            return 0;
        }
        let sets = domains.into_iter().fold(vec![Vec::new()], |sets, values| {
            sets.iter()
                .flat_map(|set| {
                    values.iter().map(move |value| {
                        let mut set: Vec<String> = set.clone();
                        set.push(value.clone());
                        set
                    })
                })
                .collect()
        });
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for set in sets {
            self.enter(set, &mut state);
        }
        size
    }

    /// The label values and handles of all series, in order. Taken at once, so that no scrape delays a recording.
    pub(super) fn snapshot(&self) -> Vec<(Vec<String>, Series)> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .series
            .iter()
            .map(|(values, series)| (values.clone(), series.clone()))
            .collect()
    }

    fn judge(&self, values: &[String], state: &State) -> Vec<Verdict> {
        self.guards
            .iter()
            .zip(values)
            .zip(&state.admitted)
            .map(|((guard, value), admitted)| guard.judge(value, admitted))
            .collect()
    }

    fn fold(&self, values: &mut [String], verdicts: &[Verdict]) {
        for ((guard, value), verdict) in self.guards.iter().zip(values).zip(verdicts) {
            if *verdict == Verdict::Folded {
                OTHER.clone_into(value);
                guard.count_folded();
            }
        }
    }

    fn enter(&self, values: Vec<String>, state: &mut State) -> Series {
        state
            .series
            .entry(values)
            .or_insert_with(|| self.new_series())
            .clone()
    }

    fn new_series(&self) -> Series {
        match &self.definition.kind {
            MetricKind::Counter => Series::Counter(CounterHandle::default()),
            MetricKind::Gauge | MetricKind::Unknown => Series::Gauge(GaugeHandle::default()),
            MetricKind::Histogram { buckets, native } => {
                Series::Histogram(HistogramHandle::new(buckets, *native))
            }
            MetricKind::Summary { quantiles } => Series::Summary(SummaryHandle::new(quantiles)),
        }
    }
}
