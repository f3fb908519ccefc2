//! What the checks of a policy share: texts, labels and names against what is asked of them.

use std::collections::BTreeMap;

use obsctl_model::{Duration, Origin};

use super::{Findings, Input};
use crate::diagnostic::Diagnostic;
use crate::policy::Pattern;

/// A definition of which something is asked.
pub(super) struct Demanded<'a> {
    /// The definition, as findings name it.
    pub subject: String,
    /// The same in a headline: ``alert `HighLatency` ``.
    pub what: String,
    /// Where it is defined.
    pub origin: Origin,
    /// The section that asks: `policy.alerts`.
    pub section: &'static str,
    /// What is read.
    pub input: &'a Input<'a>,
}

impl Demanded<'_> {
    /// The same section about a part of the definition.
    pub(super) fn about(&self, subject: String, origin: Origin) -> Self {
        Self {
            subject,
            origin,
            what: self.what.clone(),
            ..*self
        }
    }

    /// A finding because of `key` of the section.
    pub(super) fn finding(&self, key: &str, message: String) -> Diagnostic {
        Diagnostic::new(&self.subject, self.origin, message)
            .help(format!("see `{}.{key}` in `obsctl.toml`", self.section))
    }

    /// The name, or what else `key` is, matches.
    pub(super) fn name(&self, key: &str, name: &str, asked: Option<&Pattern>, to: &mut Findings) {
        if let Some(pattern) = asked
            && !pattern.matches(name)
        {
            let named = match key {
                "name" => format!("the name of {}", self.what),
                _ => format!("{key} `{name}` of {}", self.what),
            };
            let message = format!("{named} does not match `{}`", pattern.as_str());
            to.push(self.finding(key, message));
        }
    }

    /// Every text is there and matches. None is a text that is made when files are generated.
    pub(super) fn texts(
        &self,
        kind: &str,
        key: &str,
        asked: &BTreeMap<String, Pattern>,
        present: &BTreeMap<&str, Option<&str>>,
        to: &mut Findings,
    ) {
        for (name, pattern) in asked {
            let message = match present.get(name.as_str()) {
                None | Some(Some("")) => format!(
                    "{} has no {kind} `{name}`, which is to match `{}`",
                    self.what,
                    pattern.as_str()
                ),
                Some(Some(text)) if self.certainly_differs(text, pattern) => format!(
                    "{kind} `{name}` of {} is `{text}`, which does not match `{}`",
                    self.what,
                    pattern.as_str()
                ),
                Some(_) => continue,
            };
            to.push(self.finding(&format!("{key}.{name}"), message));
        }
    }

    /// None of these is there.
    pub(super) fn without(
        &self,
        kind: &str,
        key: &str,
        forbidden: &[String],
        present: &BTreeMap<&str, Option<&str>>,
        to: &mut Findings,
    ) {
        for name in forbidden
            .iter()
            .filter(|name| present.contains_key(name.as_str()))
        {
            to.push(self.finding(key, format!("{} has the {kind} `{name}`", self.what)));
        }
    }

    /// A time is within its bounds.
    pub(super) fn bounds(
        &self,
        says: &str,
        time: Duration,
        (least_key, least): (&str, Option<Duration>),
        (most_key, most): (&str, Option<Duration>),
        to: &mut Findings,
    ) {
        if let Some(least) = least.filter(|least| time < *least) {
            let message = format!("{} {says} {time}, less than {least}", self.what);
            to.push(self.finding(least_key, message));
        }
        if let Some(most) = most.filter(|most| time > *most) {
            let message = format!("{} {says} {time}, more than {most}", self.what);
            to.push(self.finding(most_key, message));
        }
    }

    /// Whether a text cannot match, whatever its templates put in.
    fn certainly_differs(&self, text: &str, pattern: &Pattern) -> bool {
        match template(text) {
            None => !pattern.matches(text),
            Some(None) => false,
            Some(Some(regex)) => {
                self.input.patterns.overlap(&regex, pattern.as_str()) == Some(false)
            }
        }
    }
}

/// The labels of a rule: its own, and those of its group that it does not set itself.
pub(super) fn labels<'a>(
    of_group: &'a BTreeMap<String, String>,
    own: &'a BTreeMap<String, String>,
) -> BTreeMap<&'a str, Option<&'a str>> {
    let all = of_group.iter().chain(own);
    all.map(|(name, value)| (name.as_str(), Some(value.as_str())))
        .collect()
}

/// What a text with templates can become, as a regular expression: none where it has no templates, and nothing
/// is known where templates choose between parts of it.
fn template(text: &str) -> Option<Option<String>> {
    const CHOICES: [&str; 7] = ["if", "else", "end", "range", "with", "define", "template"];
    let (first, mut rest) = text.split_once("{{")?;
    let mut regex = regex_syntax::escape(first);
    loop {
        let Some((action, after)) = rest.split_once("}}") else {
            return Some(None);
        };
        let word = action.trim_start_matches('-').trim_start();
        let word = word.split(|c: char| !c.is_ascii_alphabetic()).next();
        if word.is_some_and(|word| CHOICES.contains(&word)) {
            return Some(None);
        }
        regex.push_str(".*");
        match after.split_once("{{") {
            Some((between, next)) => {
                regex.push_str(&regex_syntax::escape(between));
                rest = next;
            }
            None => return Some(Some(regex + &regex_syntax::escape(after))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_can_become_anything() {
        assert_eq!(template("plain"), None);
        assert_eq!(
            template("https://x/{{ $labels.a }}?b={{.Value}}"),
            Some(Some(r"https://x/.*\?b=.*".to_owned()))
        );
        assert_eq!(template("{{ if true }}a{{ end }}"), Some(None));
        assert_eq!(template("{{ open"), Some(None));
    }
}
