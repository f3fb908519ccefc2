//! Rules: those that an engine has against those of the project.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Engine, Rule, RuleGroup};

use super::{Group, Outcome, Step, expression};
use crate::project::Project;

/// A rule that an engine has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Its group.
    pub group: String,
    /// The file that has it, where an engine answers for all who evaluate and adds their labels to the rules: Thanos.
    pub file: Option<String>,
    /// The alert's name, or that of the recorded series.
    pub name: String,
    /// The expression, as the engine writes it.
    pub query: String,
    /// How long the condition holds before the alert fires, in seconds.
    pub lasting: f64,
    /// Labels the rule sets.
    pub labels: BTreeMap<String, String>,
    /// `ok`, `err` or `unknown`.
    pub health: String,
    /// Why it is not healthy.
    pub error: String,
}

/// So much of an engine's expression is shown.
const LONGEST: usize = 400;

/// Compares what an engine has with what the project describes: one step for each rule.
#[must_use]
pub fn judge(project: &Project, engine: Engine, loaded: &[Loaded]) -> Vec<Step> {
    let mut evaluators = Evaluator::all(project, loaded);
    let mut steps = vec![];
    let mut ours = BTreeSet::new();
    for group in project.groups() {
        for rule in group.rules.iter().filter(|rule| of(rule, engine)) {
            ours.insert(group.name.as_str());
            let mut having: Vec<_> = evaluators
                .iter_mut()
                .filter(|one| one.groups.contains(&group.name))
                .collect();
            let several = having.len() > 1;
            let outcomes = having.iter_mut().map(|evaluator| {
                let outcome = match evaluator.take(group, rule) {
                    Some(found) => compare(rule, &found, group),
                    None => missing(engine, group, loaded),
                };
                match several {
                    true => evaluator.named(outcome),
                    false => outcome,
                }
            });
            let worst = outcomes.max_by_key(gravity);
            let outcome = worst.unwrap_or_else(|| missing(engine, group, loaded));
            steps.push(Group::Rules.step(id(&group.name, rule.name()), outcome));
        }
    }
    for extra in evaluators.iter().flat_map(|one| &one.left) {
        if ours.contains(extra.group.as_str()) {
            let outcome = Outcome::failed(
                "it is in a group of the project, and not in the definitions",
                "deploy the generated rule files, and remove files of the same group that others wrote",
            );
            steps.push(Group::Rules.step(id(&extra.group, &extra.name), outcome));
        }
    }
    steps
}

/// The rules of one who evaluates: an engine answers for itself, Thanos for all whom it asks.
struct Evaluator {
    file: Option<String>,
    /// The labels that Thanos adds to say who evaluates: those that no rule of the project has.
    added: BTreeMap<String, String>,
    /// The groups that are there.
    groups: BTreeSet<String>,
    /// The rules that were not compared yet, without the labels that were added.
    left: Vec<Loaded>,
}

impl Evaluator {
    fn all(project: &Project, loaded: &[Loaded]) -> Vec<Self> {
        let rules = project.groups().iter().flat_map(|group| &group.rules);
        let described: BTreeSet<String> = rules.flat_map(|rule| labels(rule).into_keys()).collect();
        let mut all: Vec<Self> = vec![];
        for rule in loaded {
            let of_project =
                |(name, _): &(String, String)| rule.file.is_none() || described.contains(name);
            let (own, added) = rule.labels.clone().into_iter().partition(of_project);
            let rule = Loaded {
                labels: own,
                ..rule.clone()
            };
            let same = |one: &&mut Self| one.file == rule.file && one.added == added;
            match all.iter_mut().find(same) {
                Some(one) => {
                    one.groups.insert(rule.group.clone());
                    one.left.push(rule);
                }
                None => all.push(Self {
                    file: rule.file.clone(),
                    added,
                    groups: BTreeSet::from([rule.group.clone()]),
                    left: vec![rule],
                }),
            }
        }
        all
    }

    /// The rule that is meant, taken out of what is left: an equal one where several have the name.
    fn take(&mut self, group: &RuleGroup, rule: &Rule) -> Option<Loaded> {
        let named = |one: &Loaded| one.group == group.name && one.name == rule.name();
        let mut left = self.left.iter();
        let equal = left.position(|one| named(one) && difference(rule, one).is_none());
        let at = equal.or_else(|| self.left.iter().position(named))?;
        Some(self.left.remove(at))
    }

    /// What came of a rule, with who has it so.
    fn named(&self, outcome: Outcome) -> Outcome {
        let labels = self
            .added
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"));
        let labels: Vec<_> = labels.collect();
        let file = self.file.as_deref().unwrap_or_default();
        let told = |reason: String| format!("{reason} (of {{{}}}, in `{file}`)", labels.join(", "));
        match outcome {
            Outcome::Failed { reason, fix } => Outcome::failed(told(reason), fix),
            Outcome::NotRun { reason } => Outcome::not_run(told(reason)),
            other => other,
        }
    }
}

/// How bad it is.
fn gravity(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Passed { .. } | Outcome::Empty { .. } => 0,
        Outcome::NotRun { .. } => 1,
        Outcome::Failed { .. } => 2,
    }
}

/// The labels a rule sets.
fn labels(rule: &Rule) -> BTreeMap<String, String> {
    match rule {
        Rule::Record(record) => record.labels.clone(),
        Rule::Alert(alert) => alert.all_labels(),
    }
}

/// Whether a rule is still to be evaluated for the first time.
#[must_use]
pub fn pending(loaded: &[Loaded]) -> bool {
    loaded.iter().any(|rule| rule.health == "unknown")
}

/// The longest time until every rule was evaluated once.
#[must_use]
pub fn longest_interval(project: &Project) -> obsctl_model::Duration {
    let groups = project.groups().iter();
    let intervals = groups.filter_map(|group| group.interval);
    let default = project.stack().evaluation_interval;
    intervals.max().unwrap_or(default).max(default)
}

fn of(rule: &Rule, engine: Engine) -> bool {
    rule.query().engine() == engine
}

fn id(group: &str, rule: &str) -> String {
    format!("{group}/{rule}")
}

fn missing(engine: Engine, group: &RuleGroup, loaded: &[Loaded]) -> Outcome {
    let name = match engine {
        Engine::Prometheus => "Prometheus",
        Engine::Loki => "Loki's ruler",
    };
    let reason = if loaded.is_empty() {
        format!("{name} has no rules at all")
    } else if loaded.iter().any(|rule| rule.group == group.name) {
        format!("{name} has the group, without this rule")
    } else {
        format!("{name} has no group of that name")
    };
    Outcome::failed(
        reason,
        "deploy the generated rule files and reload the engine; its log says which file it refused",
    )
}

fn compare(rule: &Rule, found: &Loaded, group: &RuleGroup) -> Outcome {
    if let Some(reason) = difference(rule, found) {
        return Outcome::failed(
            reason,
            "deploy the generated rule files and reload the engine",
        );
    }
    match found.health.as_str() {
        "ok" => Outcome::passed(),
        "unknown" => Outcome::not_run(match group.interval {
            Some(interval) => format!("it was not evaluated yet; its group is every {interval}"),
            None => "it was not evaluated yet".to_owned(),
        }),
        _ => Outcome::failed(
            format!("its evaluation fails: {}", found.error),
            "ask the engine the rule's expression: it says the same at every evaluation",
        ),
    }
}

/// What the engine has otherwise than it is described.
fn difference(rule: &Rule, found: &Loaded) -> Option<String> {
    if !expression::is_same(rule.query(), &found.query) {
        let shown: String = found.query.chars().take(LONGEST).collect();
        let cut = if shown == found.query { "" } else { "…" };
        return Some(format!("its expression is another one: `{shown}{cut}`"));
    }
    let lasting = match rule {
        Rule::Record(_) => 0.0,
        Rule::Alert(alert) => alert.lasting.as_secs_f64(),
    };
    let labels = labels(rule);
    // Prometheus 2.42 rounds to whole seconds.
    if (lasting - found.lasting).abs() >= 1.0 {
        return Some(format!(
            "it waits {} s before it fires, and {lasting} s are described",
            found.lasting
        ));
    }
    let said = |labels: &BTreeMap<String, String>, name: &str| {
        labels
            .get(name)
            .map_or("none".to_owned(), |value| format!("`{value}`"))
    };
    let names: BTreeSet<_> = labels.keys().chain(found.labels.keys()).collect();
    let name = names
        .into_iter()
        .find(|name| labels.get(*name) != found.labels.get(*name))?;
    Some(format!(
        "its label `{name}` is {}, and {} is described",
        said(&found.labels, name),
        said(&labels, name)
    ))
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    fn project() -> Project {
        let alert = |severity| {
            Alert::new("Down")
                .when(promql("up == 0"))
                .lasting(mins(5))
                .severity(severity)
                .owner("platform")
                .summary("down")
                .runbook(Slug::from_static("down"))
        };
        let lines = Alert::new("Lines")
            .when(logql(
                r#"sum(count_over_time({job="a  b"} |= `x "` [5m])) > 10"#,
            ))
            .severity(Severity::Info)
            .owner("platform")
            .summary("lines")
            .runbook(Slug::from_static("down"));
        Project::link(
            Stack::new(Slug::from_static("test")).rule_group(
                RuleGroup::new("g")
                    .every(secs(30))
                    .record(RecordingRule::new(
                        MetricName::from_static("job:up:sum"),
                        promql("sum by (job) (up)"),
                    ))
                    .alert(alert(Severity::Critical))
                    .alert(alert(Severity::Warning))
                    .alert(lines),
            ),
        )
    }

    fn rule(name: &str, query: &str, lasting: f64, labels: &[(&str, &str)]) -> Loaded {
        let labels = labels.iter().map(|(name, value)| (*name, *value));
        Loaded {
            group: "g".to_owned(),
            file: None,
            name: name.to_owned(),
            query: query.to_owned(),
            lasting,
            labels: labels.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            health: "ok".to_owned(),
            error: String::new(),
        }
    }

    fn loaded() -> Vec<Loaded> {
        let down = |severity| {
            rule(
                "Down",
                "up == 0",
                300.0,
                &[("severity", severity), ("team", "platform")],
            )
        };
        vec![
            rule("job:up:sum", "sum by(job) (up)", 0.0, &[]),
            down("warning"),
            down("critical"),
        ]
    }

    fn judged(engine: Engine, loaded: &[Loaded]) -> Vec<(String, Outcome)> {
        let steps = judge(&project(), engine, loaded);
        steps
            .into_iter()
            .map(|step| (step.id, step.outcome))
            .collect()
    }

    fn reason(outcome: &Outcome) -> &str {
        match outcome {
            Outcome::Failed { reason, .. } | Outcome::NotRun { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn equal_rules_pass_whatever_their_order_and_spaces() {
        let steps = judged(Engine::Prometheus, &loaded());
        let ids: Vec<_> = steps.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["rules/g/job:up:sum", "rules/g/Down", "rules/g/Down"]);
        assert!(
            steps.iter().all(|(_, outcome)| outcome.is_passed()),
            "{steps:?}"
        );
    }

    #[test]
    fn what_differs_is_said() {
        let with = |change: fn(&mut Loaded)| {
            let mut rules = loaded();
            change(&mut rules[1]);
            let steps = judged(Engine::Prometheus, &rules);
            let wrong: Vec<_> = steps.iter().filter(|(_, o)| !o.is_passed()).collect();
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            reason(&wrong[0].1).to_owned()
        };
        assert_eq!(
            with(|rule| rule.query = "up != 0".to_owned()),
            "its expression is another one: `up != 0`"
        );
        assert_eq!(
            with(|rule| rule.lasting = 60.0),
            "it waits 60 s before it fires, and 300 s are described"
        );
        assert_eq!(
            with(|rule| drop(rule.labels.remove("team"))),
            "its label `team` is none, and `platform` is described"
        );
        assert_eq!(
            with(|rule| rule.health = "unknown".to_owned()),
            "it was not evaluated yet; its group is every 30s"
        );
        let unhealthy = with(|rule| {
            rule.health = "err".to_owned();
            rule.error = "many-to-many".to_owned();
        });
        assert_eq!(unhealthy, "its evaluation fails: many-to-many");
    }

    #[test]
    fn missing_and_extra_rules_are_named() {
        let steps = judged(Engine::Prometheus, &[]);
        assert!(
            steps
                .iter()
                .all(|(_, o)| reason(o) == "Prometheus has no rules at all")
        );
        let mut rules = loaded();
        rules.remove(0);
        let steps = judged(Engine::Prometheus, &rules);
        assert_eq!(
            reason(&steps[0].1),
            "Prometheus has the group, without this rule"
        );
        let mut rules = loaded();
        rules.push(rule("Old", "up", 0.0, &[]));
        rules.push(Loaded {
            group: "of others".to_owned(),
            ..rule("Theirs", "up", 0.0, &[])
        });
        let steps = judged(Engine::Prometheus, &rules);
        assert_eq!(
            steps.len(),
            4,
            "rules of other groups are not ours: {steps:?}"
        );
        assert_eq!(steps[3].0, "rules/g/Old");
    }

    /// As Thanos tells of the rules of one whom it asks.
    fn told_by_thanos(replica: &str, file: &str) -> Vec<Loaded> {
        let mut rules = loaded();
        for rule in &mut rules {
            rule.file = Some(file.to_owned());
            for (name, value) in [("cluster", "eu"), ("replica", replica)] {
                rule.labels.insert(name.to_owned(), value.to_owned());
            }
        }
        rules
    }

    #[test]
    fn thanos_adds_the_labels_of_who_evaluates() {
        let mut rules = told_by_thanos("a", "/prometheus.yml");
        rules.extend(told_by_thanos("b", "/prometheus.yml"));
        rules.extend(told_by_thanos("b", "/ruler.yml"));
        let steps = judged(Engine::Prometheus, &rules);
        assert_eq!(steps.len(), 3, "each rule once: {steps:?}");
        assert!(steps.iter().all(|(_, o)| o.is_passed()), "{steps:?}");
        // One of them has an old rule, another none of that name.
        rules[1].query = "up != 0".to_owned();
        rules
            .retain(|rule| rule.file.as_deref() != Some("/ruler.yml") || rule.name != "job:up:sum");
        let steps = judged(Engine::Prometheus, &rules);
        let wrong = steps.iter().filter(|(_, o)| !o.is_passed());
        let wrong: Vec<_> = wrong.map(|(id, o)| (id.as_str(), reason(o))).collect();
        assert_eq!(
            wrong,
            [
                (
                    "rules/g/job:up:sum",
                    r#"Prometheus has the group, without this rule (of {cluster="eu", replica="b"}, in `/ruler.yml`)"#
                ),
                (
                    "rules/g/Down",
                    r#"its expression is another one: `up != 0` (of {cluster="eu", replica="a"}, in `/prometheus.yml`)"#
                ),
            ]
        );
        // Only Thanos does.
        rules[0].file = None;
        let steps = judged(Engine::Prometheus, &rules[..1]);
        assert_eq!(
            reason(&steps[0].1),
            "its label `cluster` is `eu`, and none is described"
        );
    }

    #[test]
    fn rules_of_loki_are_compared_as_loki_prints_them() {
        let labels = [("severity", "info"), ("team", "platform")];
        let printed = "(sum(count_over_time({job=\"a  b\"} |= \"x \\\"\"[5m])) > 10)";
        let steps = judged(Engine::Loki, &[rule("Lines", printed, 0.0, &labels)]);
        assert!(steps[0].1.is_passed(), "{steps:?}");
    }
}
