//! Where labels are used in a query, and where they may come from.

use obsctl_promql::variable;

use crate::Span;
use crate::ast::{
    Expr, LabelChoice, LabelFilter, LabelFormatValue, LogQuery, Name, Stage, StageKind,
};
use crate::capture;

/// What a label is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelPlace {
    /// A matcher of the stream selector: the label is one of streams.
    Matcher,
    /// A label filter.
    Filter,
    /// The old name in `label_format new=old`.
    Renamed,
    /// `drop`
    Dropped,
    /// `keep`
    Kept,
    /// `distinct`
    Distinct,
    /// `unwrap`
    Unwrapped,
    /// `by`, `without`, or `on`, `ignoring`, `group_left`, `group_right` around the query.
    Grouping,
}

/// A label where it is used.
#[derive(Clone, Copy, Debug)]
pub struct LabelUse<'a> {
    /// The label, with its place.
    pub name: &'a Name,
    /// What it is used for.
    pub place: LabelPlace,
    /// The log query whose lines have it, or not.
    pub query: &'a LogQuery,
    /// The stages that the lines have passed before.
    pub before: &'a [Stage],
}

/// Where a label may come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LabelOrigin<'a> {
    /// A label of streams: the selector asks for it.
    Stream,
    /// A label of streams or structured metadata: no stage before could have made it.
    Unparsed,
    /// The stage makes it by name: a list of `json` or `logfmt`, `regexp`, `pattern`, `label_format`.
    Made(&'a Stage),
    /// The parser makes labels of everything that it finds in the line.
    Parsed(&'a Stage),
    /// `__error__` and `__error_details__`, which Loki sets.
    Loki,
    /// A Grafana variable hides the name or a stage.
    Unknown,
}

impl<'a> LabelUse<'a> {
    /// Where the label may come from.
    #[must_use]
    pub fn origin(&self) -> LabelOrigin<'a> {
        let name = self.name.text.as_str();
        if variable::contains(name) {
            return LabelOrigin::Unknown;
        }
        if self.place == LabelPlace::Matcher {
            return LabelOrigin::Stream;
        }
        if matches!(name, "__error__" | "__error_details__") {
            return LabelOrigin::Loki;
        }
        let makes = |stage: &&Stage| stage.made_labels().iter().any(|made| made.text == name);
        if let Some(stage) = self.before.iter().rev().find(makes) {
            return LabelOrigin::Made(stage);
        }
        if let Some(stage) = self.before.iter().find(|stage| stage.makes_any_label()) {
            return LabelOrigin::Parsed(stage);
        }
        if self.before.iter().any(Stage::is_open) {
            return LabelOrigin::Unknown;
        }
        let matchers = &self.query.selector.matchers;
        if matchers.iter().any(|matcher| matcher.name.text == name) {
            LabelOrigin::Stream
        } else {
            LabelOrigin::Unparsed
        }
    }
}

impl Stage {
    /// The labels that the stage makes by name. Those of patterns and regular expressions have the place
    /// of the string.
    #[must_use]
    pub fn made_labels(&self) -> Vec<Name> {
        let named = |text: String, span: Span| Name { text, span };
        match &self.kind {
            StageKind::Json(list) => list.iter().map(|it| it.label.clone()).collect(),
            StageKind::Logfmt(logfmt) => logfmt.labels.iter().map(|it| it.label.clone()).collect(),
            StageKind::LabelFormat(list) => list.iter().map(|it| it.label.clone()).collect(),
            StageKind::Regexp(text) => capture::group_names(&text.value)
                .into_iter()
                .map(|name| named(name, text.span))
                .collect(),
            StageKind::Pattern(text) => capture::captures(&text.value)
                .into_iter()
                .filter(|capture| capture.name != "_")
                .map(|capture| named(capture.name.to_owned(), text.span))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it makes a label of everything it finds in the line: `json`, `logfmt`, `unpack` without a
    /// list.
    #[must_use]
    pub const fn makes_any_label(&self) -> bool {
        match &self.kind {
            StageKind::Json(list) => list.is_empty(),
            StageKind::Logfmt(logfmt) => logfmt.labels.is_empty(),
            StageKind::Unpack => true,
            _ => false,
        }
    }

    /// Whether it could be anything: a Grafana variable, a pattern or regular expression with one inside,
    /// or what could not be read.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match &self.kind {
            StageKind::Variable(_) | StageKind::Error(_) => true,
            StageKind::LabelFilter(filter) => matches!(filter, LabelFilter::Variable(_)),
            StageKind::Regexp(text) | StageKind::Pattern(text) => variable::contains(&text.value),
            _ => false,
        }
    }

    /// The labels that the stage reads, with what for.
    fn read_labels(&self) -> Vec<(&Name, LabelPlace)> {
        let mut found = Vec::new();
        match &self.kind {
            StageKind::LabelFilter(filter) => filter.walk(|condition| {
                let name = match condition {
                    LabelFilter::Match(node) => &node.name,
                    LabelFilter::Compare(node) => &node.label,
                    LabelFilter::Ip(node) => &node.label,
                    _ => return,
                };
                found.push((name, LabelPlace::Filter));
            }),
            StageKind::LabelFormat(list) => {
                for format in list {
                    if let LabelFormatValue::Rename(name) = &format.value {
                        found.push((name, LabelPlace::Renamed));
                    }
                }
            }
            StageKind::Drop(list) => choices(list, LabelPlace::Dropped, &mut found),
            StageKind::Keep(list) => choices(list, LabelPlace::Kept, &mut found),
            StageKind::Distinct(list) => {
                found.extend(list.iter().map(|name| (name, LabelPlace::Distinct)));
            }
            StageKind::Unwrap(unwrap) => found.push((&unwrap.label, LabelPlace::Unwrapped)),
            _ => {}
        }
        found
    }
}

fn choices<'a>(
    list: &'a [LabelChoice],
    place: LabelPlace,
    found: &mut Vec<(&'a Name, LabelPlace)>,
) {
    for choice in list {
        match choice {
            LabelChoice::Name(name) => found.push((name, place)),
            LabelChoice::Match(matcher) => found.push((&matcher.name, place)),
            LabelChoice::Error(_) => {}
        }
    }
}

impl LogQuery {
    /// The labels that the selector and the stages use, as they are written.
    #[must_use]
    pub fn label_uses(&self) -> Vec<LabelUse<'_>> {
        let matchers = self.selector.matchers.iter().map(|matcher| LabelUse {
            name: &matcher.name,
            place: LabelPlace::Matcher,
            query: self,
            before: &[],
        });
        let stages = self.stages.iter().enumerate().flat_map(|(index, stage)| {
            let uses = stage.read_labels().into_iter();
            uses.map(move |(name, place)| LabelUse {
                name,
                place,
                query: self,
                before: &self.stages[..index],
            })
        });
        matchers.chain(stages).collect()
    }
}

impl Expr {
    /// Every use of a label: those of the log queries, and those of the groupings around them, once for
    /// each log query inside.
    #[must_use]
    pub fn label_uses(&self) -> Vec<LabelUse<'_>> {
        let mut found = Vec::new();
        self.walk_with_ancestors(|expr, ancestors| {
            let Some(query) = expr.as_log_query() else {
                return;
            };
            let names = ancestors.iter().flat_map(|around| around.grouping_labels());
            found.extend(names.map(|name| LabelUse {
                name,
                place: LabelPlace::Grouping,
                query,
                before: &query.stages,
            }));
            found.extend(query.label_uses());
        });
        found
    }

    /// The labels of `by`, `without`, `on`, `ignoring`, `group_left` and `group_right` of this node.
    fn grouping_labels(&self) -> impl Iterator<Item = &Name> {
        let (grouping, matching) = match self {
            Self::RangeAggregate(node) => (node.grouping.as_ref(), None),
            Self::Aggregate(node) => (node.grouping.as_ref(), None),
            Self::Binary(node) => (None, node.matching.as_ref()),
            _ => (None, None),
        };
        let grouped = grouping.into_iter().flat_map(|grouping| &grouping.labels);
        let matched = matching.into_iter().flat_map(|matching| {
            let group = matching.group.iter().flat_map(|group| &group.include);
            matching.labels.labels.iter().chain(group)
        });
        grouped.chain(matched)
    }
}
