//! Which series an engine has, as a catalog.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{
    Domain, ExposedName, Exposer, LabelDef, MetricDef, MetricFamily, MetricKind, Origin, Stability,
};

use super::{Answer, Metadata, Metrics, THREADS};
use crate::parallel;
use crate::read;

/// What an engine has: all names, and the labels of those that somebody asked for.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// All names of series.
    pub names: BTreeSet<String>,
    /// What targets say of their metrics; nothing where the engine does not tell.
    pub metadata: BTreeMap<String, Vec<Metadata>>,
    /// The labels of series that were asked for.
    pub labels: BTreeMap<String, BTreeSet<String>>,
    /// Labels that targets have.
    pub target_labels: BTreeSet<String>,
    /// Series whose labels could not be had, and why.
    pub opaque: BTreeMap<String, String>,
    /// Why there is no metadata.
    pub without_metadata: Option<String>,
    /// `le` and `quantile` of series that have them.
    parts: BTreeMap<String, Vec<f64>>,
}

/// What a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their own names")]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// The part of a family a series is, by its name.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

impl Inventory {
    /// Asks an engine: for all names, and the labels of the wanted ones.
    ///
    /// # Errors
    /// When not even the names can be had.
    pub fn take(
        engine: &dyn Metrics,
        wanted: &BTreeSet<String>,
        doing: &dyn Fn(String),
    ) -> Answer<Self> {
        doing("names of metrics".to_owned());
        let names: BTreeSet<_> = engine.names(None)?.into_iter().collect();
        doing("types of metrics".to_owned());
        let mut inventory = Self {
            names,
            ..Self::default()
        };
        match engine.metadata() {
            Ok(metadata) => inventory.metadata = metadata,
            Err(why) => inventory.without_metadata = Some(why),
        }
        if inventory.names.is_empty() {
            return Ok(inventory);
        }
        inventory.target_labels = engine.labels("up")?.into_iter().collect();
        let asked = inventory.wanted(wanted);
        doing(format!("labels of {} metrics", asked.len()));
        let answers = parallel::map_in(THREADS, &asked, |name| {
            let labels = engine.labels(&selector(name))?;
            let part = match name.ends_with("_bucket") {
                true => "le",
                false => "quantile",
            };
            let bounds = match labels.iter().any(|label| label == part) {
                true => engine.values(part, &selector(name))?,
                false => vec![],
            };
            Ok::<_, String>((labels, bounds))
        });
        for (name, answer) in asked.into_iter().zip(answers) {
            match answer {
                Ok((labels, bounds)) => {
                    let labels = labels.into_iter().filter(|label| label != "__name__");
                    inventory.labels.insert(name.clone(), labels.collect());
                    let mut bounds: Vec<f64> = bounds
                        .iter()
                        .filter_map(|bound| bound.parse().ok())
                        .filter(|bound: &f64| bound.is_finite())
                        .collect();
                    bounds.sort_by(f64::total_cmp);
                    bounds.dedup();
                    inventory.parts.insert(name, bounds);
                }
                Err(why) => {
                    inventory.opaque.insert(name, why);
                }
            }
        }
        Ok(inventory)
    }

    /// The same, of all series.
    ///
    /// # Errors
    /// When not even the names can be had.
    pub fn everything(engine: &dyn Metrics, doing: &dyn Fn(String)) -> Answer<Self> {
        let names = engine.names(None)?.into_iter().collect();
        Self::take(engine, &names, doing)
    }

    /// The series that are there and whose labels have to be known: of a histogram the buckets, of a summary the quantiles.
    fn wanted(&self, wanted: &BTreeSet<String>) -> Vec<String> {
        let mut asked = BTreeSet::new();
        for name in wanted {
            let base = PARTS.iter().find_map(|part| name.strip_suffix(part));
            if let Some(base) = base {
                asked.extend([format!("{base}_bucket"), base.to_owned()]);
            } else {
                asked.extend([format!("{name}_bucket"), format!("{name}_count")]);
            }
            asked.insert(name.clone());
        }
        asked.retain(|name| self.names.contains(name));
        asked.into_iter().collect()
    }

    /// What the targets say a metric is; nothing where they say nothing, or several things.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<Kind> {
        let said = self.metadata.get(name)?;
        let kinds: BTreeSet<_> = said.iter().map(|one| one.kind.as_str()).collect();
        let mut kinds = kinds.into_iter();
        match (kinds.next()?, kinds.next()) {
            ("counter", None) => Some(Kind::Counter),
            ("gauge" | "info" | "stateset", None) => Some(Kind::Gauge),
            ("histogram" | "gaugehistogram", None) => Some(Kind::Histogram),
            ("summary", None) => Some(Kind::Summary),
            _ => None,
        }
    }

    /// Everything as a family of metrics, without series that rules at hand record.
    #[must_use]
    pub fn family(&self, title: &str, recorded: &BTreeSet<String>) -> MetricFamily {
        let mut done = BTreeSet::new();
        let mut metrics = vec![];
        for bucket in self.names.iter().filter(|name| name.ends_with("_bucket")) {
            let base = bucket.trim_end_matches("_bucket");
            let classic = self.kind(base).is_none_or(|kind| kind == Kind::Histogram);
            let bounds = self.parts.get(bucket).filter(|bounds| !bounds.is_empty());
            if let (true, Some(bounds)) = (classic, bounds) {
                let native = self.names.contains(base);
                let kind = MetricKind::Histogram {
                    buckets: bounds.clone(),
                    native,
                };
                metrics.extend(self.metric(base, bucket, kind, "le"));
                done.extend(PARTS.iter().map(|part| format!("{base}{part}")));
                done.insert(base.to_owned());
            }
        }
        for name in self.metadata.keys() {
            if self.kind(name) != Some(Kind::Summary) || done.contains(name) {
                continue;
            }
            // It may have no quantiles: Python's has none, and VictoriaMetrics keeps none that is NaN.
            let series = [name.clone(), format!("{name}_count"), format!("{name}_sum")];
            let mut there = series.iter().filter(|one| self.names.contains(*one));
            let known = there.clone().find(|one| self.labels.contains_key(*one));
            let Some(of) = known.or_else(|| there.next()) else {
                continue;
            };
            let quantiles = self.parts.get(name).cloned().unwrap_or_default();
            let kind = MetricKind::Summary { quantiles };
            metrics.extend(self.metric(name, of, kind, "quantile"));
            done.extend(series);
        }
        for name in &self.names {
            if done.contains(name) || recorded.contains(name) {
                continue;
            }
            let total = name.strip_suffix("_total");
            let kind = self
                .kind(name)
                .or_else(|| total.and_then(|base| self.kind(base)));
            let kind = match kind {
                Some(Kind::Counter) => MetricKind::Counter,
                Some(Kind::Gauge) => MetricKind::Gauge,
                // Its buckets are inside its samples.
                Some(Kind::Histogram) => MetricKind::Histogram {
                    buckets: vec![],
                    native: true,
                },
                Some(Kind::Summary) | None => MetricKind::Unknown,
            };
            metrics.extend(self.metric(name, name, kind, ""));
        }
        metrics.retain(|metric| !recorded.contains(metric.name.as_str()));
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        MetricFamily {
            title: title.to_owned(),
            metrics,
        }
    }

    fn metric(&self, name: &str, series: &str, kind: MetricKind, part: &str) -> Option<MetricDef> {
        let valid = ExposedName::new(name).ok()?;
        let said = self.metadata.get(name);
        let said = said.or_else(|| self.metadata.get(name.strip_suffix("_total")?));
        let said = said.and_then(|said| said.first());
        let labels = self.labels.get(series).into_iter().flatten();
        let labels = labels.filter(|label| *label != part);
        Some(MetricDef {
            unit: read::unit(name, said.map_or("", |said| said.unit.as_str())),
            name: valid,
            kind,
            help: said.map_or_else(String::new, |said| said.help.clone()),
            labels: labels
                .filter_map(|label| ExposedName::new(label.clone()).ok())
                .map(|name| LabelDef {
                    name,
                    domain: Domain::Unknown,
                })
                .collect(),
            owner: String::new(),
            stability: Stability::Stable,
            exposed_by: Exposer::Exporter("prometheus".to_owned()),
            allow: vec![],
            origin: Origin::none(),
        })
    }

    /// The series of a metric that are there.
    pub(super) fn series_of<'a>(&'a self, metric: &MetricDef) -> Vec<&'a str> {
        let names = metric.series_names();
        let found = names.iter().filter_map(|name| self.names.get(name));
        found.map(String::as_str).collect()
    }
}

/// All series of that name.
pub(super) fn selector(name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{{__name__=\"{name}\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_classic_rule_are_kept() {
        let labels = ["job", "a.b"].map(str::to_owned);
        let inventory = Inventory {
            names: ["up", "my.metric"].map(str::to_owned).into(),
            labels: BTreeMap::from([("my.metric".to_owned(), labels.into())]),
            ..Inventory::default()
        };
        let family = inventory.family("x", &BTreeSet::new());
        let metrics: Vec<_> = family.metrics.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(metrics, ["my.metric", "up"]);
        assert!(family.metrics[0].label("a.b").is_some());
    }

    #[test]
    fn a_summary_may_have_no_quantiles() {
        let summary = Metadata {
            kind: "summary".to_owned(),
            help: "Pauses.".to_owned(),
            unit: String::new(),
        };
        let names = ["pause_seconds_count", "pause_seconds_sum"].map(str::to_owned);
        let labels = names
            .iter()
            .map(|name| (name.clone(), BTreeSet::from(["job".to_owned()])));
        let inventory = Inventory {
            labels: labels.collect(),
            metadata: BTreeMap::from([("pause_seconds".to_owned(), vec![summary])]),
            names: names.into(),
            ..Inventory::default()
        };
        let family = inventory.family("x", &BTreeSet::new());
        let metrics: Vec<_> = family
            .metrics
            .iter()
            .map(|one| (one.name.as_str(), one.kind.clone(), one.labels.len()))
            .collect();
        let kind = MetricKind::Summary { quantiles: vec![] };
        assert_eq!(metrics, [("pause_seconds", kind, 1)]);
    }
}
