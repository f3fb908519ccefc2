//! SLOs as other tools write them: Sloth, Pyrra and OpenSLO. Each is read strictly, and becomes an [`Slo`]; what an
//! [`Slo`] has no words for is said, never dropped in silence.

pub(super) mod openslo;
pub(super) mod pyrra;
mod query;
pub(super) mod sloth;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use obsctl_model::{Indicator, LabelName, Objective, Origin, Slo, Slug};

use super::Reader;
use super::fields::Fields;
use super::node::Node;
use crate::diagnostic::{Diagnostic, Severity, UNREADABLE};

/// Something a file says that its definitions do not.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Where it stands.
    pub at: Origin,
    /// What it is, and what is there instead.
    pub what: String,
}

/// Something wrong at a place of a file.
pub(super) fn wrong(at: Origin, message: impl Into<String>) -> Diagnostic {
    let file = at.location().map_or("", |(file, ..)| file);
    Diagnostic {
        check: UNREADABLE,
        severity: Severity::Error,
        ..Diagnostic::new(format!("file `{file}`"), at, message)
    }
}

/// An SLO that is right, and that there are no words for: nothing looks at it.
pub(super) fn wordless(at: Origin, message: impl Into<String>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Note,
        ..wrong(at, message)
    }
    .help("this SLO is left out: `docs/slos-of-other-tools.md` lists what can be read")
}

/// An SLO of these parts, with the windows and alerts that all have.
pub(super) fn slo(
    name: Slug,
    service: &str,
    objective: Objective,
    indicator: Indicator,
    at: Origin,
) -> Slo {
    // The constructor takes literals and panics: what was read has been looked at already.
    Slo {
        objective,
        origin: at,
        ..Slo::new(name, service, 50.0, indicator)
    }
}

/// The name as one of ours, and what is to be said where it is another.
pub(super) fn slug(name: &str) -> Option<(Slug, Option<String>)> {
    if let Ok(slug) = Slug::new(name) {
        return Some((slug, None));
    }
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(str::to_ascii_lowercase).collect();
    let slug = Slug::new(words.join("-")).ok()?;
    let said = format!("the name `{name}`: it is `{slug}` now, in `sloth_id` and `sloth_slo` too");
    Some((slug, Some(said)))
}

/// Who answers, by the labels that teams are named with.
pub(super) fn owner(labels: &BTreeMap<String, String>) -> Option<&String> {
    ["team", "owner"].iter().find_map(|name| labels.get(*name))
}

impl Reader<'_> {
    /// Says what is read over.
    pub(super) fn left_out(&mut self, at: usize, what: impl Into<String>) {
        let at = self.source.origin(at);
        let what = what.into();
        self.found.left_out.push(LeftOut { at, what });
    }

    /// An objective in percent.
    pub(super) fn objective(&mut self, at: usize, percent: f64) -> Option<Objective> {
        match Objective::percent(percent) {
            Ok(objective) => Some(objective),
            Err(error) => {
                self.trouble(at, error.to_string());
                None
            }
        }
    }

    /// The name of an SLO.
    pub(super) fn slug(&mut self, at: usize, name: &str) -> Option<Slug> {
        let Some((slug, said)) = slug(name) else {
            self.trouble(at, format!("the name `{name}` has no letter or digit"));
            return None;
        };
        if let Some(said) = said {
            self.left_out(at, said);
        }
        Some(slug)
    }

    /// An SLO that there are no words for.
    pub(super) fn wordless(&mut self, at: usize, message: impl Into<String>) {
        let problem = wordless(self.source.origin(at), message);
        self.found.problems.push(problem);
    }
}

/// Names of labels in a list.
pub(super) fn label_names(fields: &mut Fields<'_, '_, '_>, key: &'static str) -> Vec<LabelName> {
    let nodes = fields.list(key);
    let mut names = vec![];
    for node in nodes {
        match node.as_text().and_then(|text| LabelName::new(text).ok()) {
            Some(name) => names.push(name),
            None => fields.trouble(node, format!("an element of `{key}` is no label name")),
        }
    }
    names
}

/// A map of Kubernetes' own: its name, and what else is asked of it. Kubernetes adds keys as it likes.
pub(super) fn metadata<'n>(reader: &mut Reader<'_>, node: &'n Node<'n>) -> Option<&'n str> {
    let name = node.text(&["metadata", "name"]);
    if name.is_empty() {
        let at = node.get("metadata").unwrap_or(node).at;
        reader.trouble(at, "`metadata` needs `name`");
        return None;
    }
    Some(name)
}
