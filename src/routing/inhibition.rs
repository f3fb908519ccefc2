//! Inhibition: an alert that keeps others silent.

use obsctl_model::{Inhibition, Origin};

use super::Routing;
use super::matcher::{Known, Labels, Matcher, holds};

/// An inhibition that is ready to be asked.
#[derive(Debug)]
pub(super) struct Rule {
    pub source: Vec<Matcher>,
    pub target: Vec<Matcher>,
    equal: Vec<String>,
    pub origin: Origin,
}

impl Rule {
    pub fn of(said: &Inhibition) -> Self {
        Self {
            source: Matcher::all(&said.source),
            target: Matcher::all(&said.target),
            equal: said.equal.clone(),
            origin: said.origin,
        }
    }

    /// Whether one alert keeps the other silent. What is source and target at once is kept silent only by what is
    /// no target: never by itself, and no two by each other. A label that both lack is equal.
    fn silences(&self, source: &Labels, target: &Labels) -> bool {
        let is = |matchers: &[Matcher], labels| holds(matchers, labels) == Some(true);
        is(&self.target, target)
            && is(&self.source, source)
            && self
                .equal
                .iter()
                .all(|label| source.value(label) == target.value(label))
            && !(is(&self.source, target) && is(&self.target, source))
    }
}

impl Routing {
    /// The alerts among these that keep another silent.
    pub(super) fn inhibiting<'a>(&self, alert: &Labels, active: &'a [Labels]) -> Vec<&'a Labels> {
        let sources = active.iter();
        sources
            .filter(|source| self.rules.iter().any(|rule| rule.silences(source, alert)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::LabelMatch;

    use super::*;

    fn labels(text: &str) -> Labels {
        let pairs = text
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn sources_silence_targets_that_agree() {
        let rule = Rule::of(&Inhibition::new(
            LabelMatch::matches("severity", "critical|down"),
            LabelMatch::matches("severity", "warning|down"),
            ["service"],
        ));
        for (source, target, silent) in [
            (
                "severity=critical service=a",
                "severity=warning service=a",
                true,
            ),
            (
                "severity=critical service=a",
                "severity=warning service=b",
                false,
            ),
            ("severity=critical", "severity=warning", true),
            ("severity=critical service=a", "severity=warning", false),
            ("severity=warning", "severity=critical", false),
            // Both sides at once: by another source, not by its like, not by itself.
            ("severity=critical", "severity=down", true),
            ("severity=down", "severity=warning", true),
            ("severity=down x=1", "severity=down x=2", false),
            ("severity=down", "severity=down", false),
        ] {
            assert_eq!(
                rule.silences(&labels(source), &labels(target)),
                silent,
                "{source}: {target}"
            );
        }
    }
}
