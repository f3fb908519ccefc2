//! What an SLI of OpenSLO reads, and where from.

use obsctl_model::Origin;

use super::metadata;
use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::Node;

/// What is measured.
#[derive(Clone, Debug)]
pub(super) enum Metric {
    /// A value that is held against another one.
    Threshold(Query),
    /// Some of all.
    Ratio {
        /// Whether what it counts only grows.
        counter: bool,
        /// Whether those counted are the good ones.
        good: bool,
        some: Box<Query>,
        all: Box<Query>,
    },
    /// A part that somebody has calculated already.
    Raw {
        /// Whether it is the good part.
        success: bool,
        query: Query,
    },
}

/// Said of a source without a query.
pub(super) const NO_QUERY: &str =
    "a `metricSource` of Prometheus or Loki needs `spec` with a `query`";

/// A query and what answers it.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Empty where something other than Prometheus is asked in other words.
    pub(super) text: String,
    pub(super) at: Origin,
    pub(super) source: Source,
}

/// What answers a query.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Something of this type; nobody says where.
    Type(String),
    /// The data source of this name.
    Named(String, Origin),
    Unsaid,
}

/// An indicator written out in an SLO.
pub(super) fn inline(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Metric> {
    let mut fields = Fields::of(reader, node, "`indicator`")?;
    let own = fields.get("metadata");
    let inside = fields.get("spec");
    let reader = fields.end();
    metadata(reader, node, own)?;
    match inside {
        Some(inside) => spec(reader, inside),
        None => {
            reader.trouble(node.at, "`indicator` needs `spec`");
            None
        }
    }
}

/// What an SLI says.
pub(super) fn spec(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Metric> {
    let mut fields = Fields::of(reader, node, "an `SLI`")?;
    fields.text("description");
    let threshold = fields.get("thresholdMetric");
    let ratio = fields.get("ratioMetric");
    let reader = fields.end();
    match (threshold, ratio) {
        (Some(node), None) => query(reader, node).map(Metric::Threshold),
        (None, Some(node)) => self::ratio(reader, node),
        _ => {
            reader.trouble(
                node.at,
                "an `SLI` has either `thresholdMetric` or `ratioMetric`",
            );
            None
        }
    }
}

fn ratio(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Metric> {
    let mut fields = Fields::of(reader, node, "`ratioMetric`")?;
    let counter = fields.flag("counter");
    let [good, bad, total, raw] = ["good", "bad", "total", "raw"].map(|key| fields.get(key));
    let of = fields.text("rawType");
    let reader = fields.end();
    match (good, bad, total, raw) {
        (Some(some), None, Some(all), None) | (None, Some(some), Some(all), None) => {
            let (some, all) = (query(reader, some), query(reader, all));
            Some(Metric::Ratio {
                counter,
                good: good.is_some(),
                some: Box::new(some?),
                all: Box::new(all?),
            })
        }
        (None, None, None, Some(raw)) => {
            let query = query(reader, raw);
            let success = match of {
                Some("success") => true,
                Some("failure") => false,
                _ => {
                    reader.trouble(node.at, "`raw` needs `rawType`: `success` or `failure`");
                    return None;
                }
            };
            Some(Metric::Raw {
                success,
                query: query?,
            })
        }
        _ => {
            let message = "`ratioMetric` has `total` with `good` or `bad`, or else `raw`";
            reader.trouble(node.at, message);
            None
        }
    }
}

fn query(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Query> {
    let mut fields = Fields::of(reader, node, "a metric of OpenSLO")?;
    let source = fields.get("metricSource");
    let reader = fields.end();
    let Some(source) = source else {
        reader.trouble(node.at, "a metric of OpenSLO needs `metricSource`");
        return None;
    };
    let mut fields = Fields::of(reader, source, "`metricSource`")?;
    let named = fields.text("metricSourceRef");
    let named_at = fields.origin_of("metricSourceRef");
    let kind = fields.text("type");
    let spec = fields.get("spec");
    let reader = fields.end();
    let source_of = match (named, kind) {
        (_, Some(kind)) => Source::Type(kind.to_owned()),
        (Some(name), None) => Source::Named(name.to_owned(), named_at),
        (None, None) => Source::Unsaid,
    };
    // What stands in `spec` is the matter of each data source.
    let text = spec.and_then(|spec| ["query", "promql"].iter().find_map(|key| spec.get(key)));
    let Some((node, text)) = text.and_then(|node| Some((node, node.as_text()?))) else {
        let at = spec.unwrap_or(source).at;
        let elsewhere = match &source_of {
            Source::Type(kind) => !kind.eq_ignore_ascii_case("prometheus"),
            Source::Named(..) => true,
            Source::Unsaid => false,
        };
        if !elsewhere {
            reader.trouble(at, NO_QUERY);
            return None;
        }
        return Some(Query {
            text: String::new(),
            at: reader.source.origin(at),
            source: source_of,
        });
    };
    Some(Query {
        text: text.to_owned(),
        at: reader.source.origin(node.at),
        source: source_of,
    })
}
