//! What a team asks for beyond what is wrong for everybody: `obsctl.toml` and the baseline, as values. [`Policy`] is
//! where to begin. `cli` reads the files, `check` heeds them; the default asks for nothing.

mod baseline;
mod demands;
mod glob;
mod levels;
mod pattern;
mod problem;

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Duration, LabelName, Origin};
use obsctl_promql::ast::AggregateOp;
use obsctl_promql::functions;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Severity, UNREADABLE};

pub use baseline::{Baseline, Compared, Entry};
pub use demands::{
    Alerts, Dashboards, Demands, Groups, Queries, QueryPlace, RecordingRules, SourceTenant,
    Variables,
};
pub use glob::Glob;
pub use levels::{Level, Levels, PathRule};
pub use pattern::Pattern;
pub use problem::Problem;

/// Checks about taste, and those that take long: they are run where they are asked for, by name or by a level.
pub const ON_DEMAND: &[&str] = &["alert-without-witness", "unformatted-query"];

/// What `obsctl.toml` says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How is checked.
    pub check: Checking,
    /// What is asked of definitions.
    #[serde(rename = "policy")]
    pub demands: Demands,
    /// Which checks the command line asked for.
    #[serde(skip)]
    selection: Selection,
}

/// How is checked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checking {
    /// Labels that every scraped series can have beside its own, `job`, `instance` and those of scrape jobs. Where
    /// they are not said, series of files that were read can have any label.
    #[schemars(with = "Option<Vec<String>>")]
    pub target_labels: Option<Vec<LabelName>>,
    /// What the server that evaluates the rules adds to all it sends, as its `external_labels` say.
    pub external_labels: Option<BTreeMap<String, String>>,
    /// How often targets are scraped whose job does not say so.
    pub scrape_interval: Option<Duration>,
    /// Whether metrics that nothing declares are counters where their name ends in `_total`.
    pub totals_are_counters: bool,
    /// The file of known findings.
    pub baseline: Option<String>,
    /// What findings of a check are: `off`, `note`, `warning` or `error`.
    pub levels: Levels,
    /// Levels for some files; of several rules about a file the last one counts.
    pub rules: Vec<PathRule>,
}

/// Which checks run at all.
#[derive(Clone, Debug, Default)]
struct Selection {
    only: Option<BTreeSet<String>>,
    skip: BTreeSet<String>,
}

/// Why nothing can be meant by what is asked of queries, and what to do.
fn wrong(queries: &Queries) -> Option<(String, &'static str)> {
    if queries.is_empty() {
        let fix = "say what is asked, such as `required_matchers`";
        return Some(("nothing is asked of these queries".to_owned(), fix));
    }
    if let (Some(least), Some(most)) = (queries.min_range, queries.max_range)
        && least > most
    {
        let reason = format!("`min_range` is {least}, longer than `max_range`, which is {most}");
        return Some((reason, "shorten the one, or lengthen the other"));
    }
    let is_unknown =
        |name: &&String| functions::find(name).is_none() && AggregateOp::find(name).is_none();
    let unknown = queries.forbidden_functions.iter().find(is_unknown)?;
    let reason = format!("PromQL has no function `{unknown}`");
    Some((reason, "correct the name in `forbidden_functions`"))
}

impl Policy {
    /// Reads a configuration. `checks` are the names that levels may be given to.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(text: &str, checks: &[&str]) -> Result<Self, Problem> {
        let policy: Self = toml::from_str(text).map_err(|error| Problem::of_toml(text, &error))?;
        let check = &policy.check;
        let of_files = [checks, &[UNREADABLE]].concat();
        let rules = check.rules.iter();
        let rules = rules.map(|rule| (&rule.levels, of_files.as_slice()));
        for (levels, known) in std::iter::once((&check.levels, checks)).chain(rules) {
            let Some((name, span)) = levels.unknown(known) else {
                continue;
            };
            let problem = |reason: String| Problem::at(text, span.start, reason);
            return Err(if name == UNREADABLE {
                problem(format!("`{name}` has a level for some files only"))
                    .fixed_by("say which: give it under `[[check.rules]]`, beside their `paths`")
            } else {
                problem(format!("there is no check `{name}`")).did_you_mean(name, known)
            });
        }
        let (alerts, groups) = (&policy.demands.alerts, &policy.demands.groups);
        for (key, other, least, most) in [
            ("min_for", "max_for", alerts.min_for, alerts.max_for),
            (
                "min_interval",
                "max_interval",
                groups.min_interval,
                groups.max_interval,
            ),
        ] {
            if let (Some(least), Some(most)) = (least, most)
                && least > most
            {
                let reason = format!("`{key}` is {least}, longer than `{other}`, which is {most}");
                return Err(Problem::at(text, text.find(key).unwrap_or(0), reason)
                    .fixed_by("shorten the one, or lengthen the other"));
            }
        }
        for (index, queries) in policy.demands.queries.iter().enumerate() {
            if let Some((reason, fix)) = wrong(queries) {
                let at = text.match_indices("[[policy.queries]]").nth(index);
                let at = at.map_or(0, |(at, _)| at);
                return Err(Problem::at(text, at, reason).fixed_by(fix));
            }
        }
        Ok(policy)
    }

    /// Says where its paths stand: `text` is what `file` holds.
    #[must_use]
    pub fn written_in(mut self, file: &'static str, text: &str) -> Self {
        for glob in self.check.rules.iter_mut().flat_map(|rule| &mut rule.paths) {
            let (line, column) = problem::position(text, glob.span().start);
            glob.get_mut().origin = Origin::at(file, line, column);
        }
        self
    }

    /// Runs only these checks.
    #[must_use]
    pub fn only(mut self, checks: impl IntoIterator<Item = String>) -> Self {
        self.selection.only = Some(checks.into_iter().collect());
        self
    }

    /// Does not run these checks.
    #[must_use]
    pub fn skip(mut self, checks: impl IntoIterator<Item = String>) -> Self {
        self.selection.skip.extend(checks);
        self
    }

    /// Whether a check is to be run: whether there is a file in which its findings would be reported.
    #[must_use]
    pub fn runs(&self, check: &str) -> bool {
        let on = |level: Option<Level>| level != Some(Level::Off);
        let somewhere = || {
            let rules = self.check.rules.iter();
            rules
                .filter_map(|rule| rule.levels.get(check))
                .any(|level| on(Some(level)))
        };
        let everywhere = match self.check.levels.get(check) {
            None => self.is_wanted(check),
            level => on(level),
        };
        self.selects(check) && (everywhere || somewhere())
    }

    /// What a finding of a check is, when it is about this file; `own` is the check's own opinion. None where
    /// it is not reported.
    #[must_use]
    pub fn severity(&self, check: &str, own: Severity, file: Option<&str>) -> Option<Severity> {
        if !self.selects(check) {
            return None;
        }
        match (self.of_file(check, file)).or_else(|| self.check.levels.get(check)) {
            Some(level) => level.severity(),
            None => self.is_wanted(check).then_some(own),
        }
    }

    /// Whether levels depend on the file that a finding is in.
    #[must_use]
    pub fn tells_files_apart(&self) -> bool {
        !self.check.rules.is_empty()
    }

    /// The same of what could not be read: no check looked at it, so only a rule about its file counts.
    #[must_use]
    pub fn severity_unread(&self, own: Severity, file: Option<&str>) -> Option<Severity> {
        let level = self.of_file(UNREADABLE, file);
        level.map_or(Some(own), Level::severity)
    }

    /// The level that the last rule about a file says.
    fn of_file(&self, check: &str, file: Option<&str>) -> Option<Level> {
        let file = file?;
        let rules = self.check.rules.iter().rev();
        rules
            .filter(|rule| rule.paths.iter().any(|glob| glob.get_ref().matches(file)))
            .find_map(|rule| rule.levels.get(check))
    }

    /// Whether a check that no level is said for is run.
    fn is_wanted(&self, check: &str) -> bool {
        let only = self.selection.only.as_ref();
        !ON_DEMAND.contains(&check) || only.is_some_and(|only| only.contains(check))
    }

    fn selects(&self, check: &str) -> bool {
        let Selection { only, skip } = &self.selection;
        only.as_ref().is_none_or(|only| only.contains(check)) && !skip.contains(check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: &[&str] = &["panel-without-unit", "unknown-metric", "syntax"];

    fn parse(text: &str) -> Policy {
        Policy::parse(text, CHECKS).unwrap()
    }

    fn wrong(text: &str) -> String {
        let problem = Policy::parse(text, CHECKS).unwrap_err();
        format!("{problem}\nhelp: {}", problem.fix())
    }

    #[test]
    fn nothing_asks_for_nothing() {
        let policy = parse("");
        assert!(policy.runs("syntax"));
        let severity = policy.severity("syntax", Severity::Error, Some("a.yml"));
        assert_eq!(severity, Some(Severity::Error));
    }

    #[test]
    fn levels_of_paths_come_before_those_of_all_and_the_last_one_counts() {
        let policy = parse(
            r#"
            [check.levels]
            syntax = "off"
            unknown-metric = "note"
            panel-without-unit = "off"
            [[check.rules]]
            paths = ["legacy/**", "*.json"]
            levels = { syntax = "warning", unknown-metric = "off" }
            [[check.rules]]
            paths = ["legacy/important.yml"]
            levels = { syntax = "error" }
            "#,
        );
        let of = |check, file| policy.severity(check, Severity::Error, file);
        assert_eq!(of("syntax", None), None);
        assert_eq!(of("syntax", Some("new/a.yml")), None);
        assert_eq!(
            of("syntax", Some("legacy/a/b.yml")),
            Some(Severity::Warning)
        );
        assert_eq!(
            of("syntax", Some("legacy/important.yml")),
            Some(Severity::Error)
        );
        assert_eq!(of("syntax", Some("a.json")), Some(Severity::Warning));
        assert_eq!(of("syntax", Some("new/a.json")), None);
        assert_eq!(of("unknown-metric", Some("legacy/a.yml")), None);
        assert_eq!(
            of("unknown-metric", Some("new/a.yml")),
            Some(Severity::Note)
        );
        // What is on for some files is run, what is on for none is not.
        assert!(policy.runs("syntax"));
        assert!(!policy.runs("panel-without-unit"));
    }

    #[test]
    fn what_cannot_be_read_has_a_level_by_file_only() {
        let policy = parse(
            "[[check.rules]]\npaths = [\"charts/**\"]\nlevels = { unreadable = \"off\" }\n\
             [[check.rules]]\npaths = [\"charts/ours.yml\"]\nlevels = { unreadable = \"warning\" }",
        );
        // What is selected are checks.
        let policy = policy.only(["syntax".to_owned()]);
        for (file, expected) in [
            (Some("charts/x/alerts.yml"), None),
            (Some("charts/ours.yml"), Some(Severity::Warning)),
            (Some("rules/a.yml"), Some(Severity::Error)),
            (None, Some(Severity::Error)),
        ] {
            let severity = policy.severity_unread(Severity::Error, file);
            assert_eq!(severity, expected, "{file:?}");
        }
        insta::assert_snapshot!(wrong("[check.levels]\nunreadable = \"off\""), @"
        line 2, column 1: `unreadable` has a level for some files only
        help: say which: give it under `[[check.rules]]`, beside their `paths`
        ");
    }

    #[test]
    fn checks_of_taste_are_asked_for() {
        let name = ON_DEMAND[0];
        let of = |policy: &Policy, file| policy.severity(name, Severity::Note, Some(file));
        let silent = Policy::default();
        assert!(!silent.runs(name));
        assert_eq!(of(&silent, "a.yml"), None);
        let asked = Policy::default().only([name.to_owned()]);
        assert!(asked.runs(name));
        assert_eq!(of(&asked, "a.yml"), Some(Severity::Note));
        let text =
            format!("[[check.rules]]\npaths = [\"a.yml\"]\nlevels = {{ {name} = \"warning\" }}");
        let somewhere = Policy::parse(&text, ON_DEMAND).unwrap();
        assert!(somewhere.runs(name));
        assert_eq!(of(&somewhere, "a.yml"), Some(Severity::Warning));
        assert_eq!(of(&somewhere, "b.yml"), None);
    }

    #[test]
    fn the_command_line_selects() {
        let all = ["syntax".to_owned(), "unknown-metric".to_owned()];
        let policy = parse("").only(all).skip(["syntax".to_owned()]);
        assert!(policy.runs("unknown-metric"));
        assert!(!policy.runs("syntax"));
        assert!(!policy.runs("panel-without-unit"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_a_fix() {
        let cases = [
            "[check]\ntarget_lables = []",
            "[policy.alerts]\nname = \"[a-z\"",
            "[policy.alerts.required_labels]\n\nteam = \"(\"",
            "[check.levels]\nunknown-metrics = \"off\"",
            "[check.levels]\nnonsense = \"off\"",
            "[check.levels]\nsyntax = \"of\"",
            "[check.levels]\nsyntax = true",
            "[[check.rules]]\npaths = [\"a/**b\"]",
            "[[check.rules]]\nlevels = {}",
            "[[check.rules]]\npaths = []\nlevels = { sintax = \"off\" }",
            "[policy.groups]\nmin_interval = \"soon\"",
            "[policy.groups]\nmax_rules = -1",
            "[check]\ntarget_labels = [\"a-b\"]",
            "[check\n",
            "[policy.alerts]\nmax_for = \"1m\"\nmin_for = \"1h\"",
            "[check]\nbaseline = \"a\"\nbaseline = \"b\"",
            "[[policy.queries]]\nforbidden = true\n[[policy.queries]]\nmetrics = \".*\"",
            "[[policy.queries]]\nmin_range = \"1h\"\nmax_range = \"5m\"",
            "[[policy.queries]]\nforbidden_functions = [\"irrate\"]",
            "[[policy.queries]]\nplaces = [\"panels\"]",
        ];
        let shown: Vec<_> = cases.into_iter().map(wrong).collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        line 2, column 1: there is no key `target_lables`
        help: did you mean `target_labels`?
        line 2, column 8: `[a-z` is no regular expression: unclosed character class
        help: `docs/configuration.md` has an example of every key
        line 3, column 8: `(` is no regular expression: unclosed group
        help: `docs/configuration.md` has an example of every key
        line 2, column 1: there is no check `unknown-metrics`
        help: did you mean `unknown-metric`?
        line 2, column 1: there is no check `nonsense`
        help: there are `panel-without-unit`, `unknown-metric`, `syntax`
        line 2, column 10: there is no level `of`
        help: did you mean `off`?
        line 2, column 10: a text is needed here
        help: `docs/configuration.md` has an example of every key
        line 2, column 9: `a/**b` is no path with wildcards: recursive wildcards must form a single path component
        help: `docs/configuration.md` has an example of every key
        line 1, column 1: missing key `paths`
        help: `docs/configuration.md` has an example of every key
        line 3, column 12: there is no check `sintax`
        help: did you mean `syntax`?
        line 2, column 16: `soon` is not a duration: write it as `30s`, `5m` or `1h30m`
        help: `docs/configuration.md` has an example of every key
        line 2, column 13: invalid value: integer `-1`, expected a whole number from 0
        help: `docs/configuration.md` has an example of every key
        line 2, column 17: `a-b` is not a label name: letters, digits and `_`, not starting with a digit or with `__`
        help: `docs/configuration.md` has an example of every key
        line 1, column 7: unclosed table, expected `]`
        help: `docs/configuration.md` has an example of every key
        line 3, column 1: `min_for` is 1h, longer than `max_for`, which is 1m
        help: shorten the one, or lengthen the other
        line 3, column 1: duplicate key
        help: `docs/configuration.md` has an example of every key
        line 3, column 1: nothing is asked of these queries
        help: say what is asked, such as `required_matchers`
        line 1, column 1: `min_range` is 1h, longer than `max_range`, which is 5m
        help: shorten the one, or lengthen the other
        line 1, column 1: PromQL has no function `irrate`
        help: correct the name in `forbidden_functions`
        line 2, column 11: there is no place `panels`
        help: places are `alerts`, `recording_rules`, `dashboards`
        ");
    }
}
