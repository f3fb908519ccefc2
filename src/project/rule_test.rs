//! Tests of rules, linked: the groups that each can reach, in an order of evaluation that gives every rule what it
//! reads, and what it expects, with all that the rules fix.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{
    Alert, Duration, Engine, Expectation, Firing, Origin, Outcome, Promql, Rule, RuleGroup,
    RuleTest, Sample,
};
use obsctl_promql::Expr;
use obsctl_promql::ast::{MatchOp, Selector};

use super::Project;
use super::expression::series_name;

/// A test and what it needs.
#[derive(Clone, Debug)]
pub struct LinkedTest<'a> {
    /// The test.
    pub test: &'a RuleTest,
    /// The groups it can reach, each after those whose results it reads.
    pub groups: Vec<&'a RuleGroup>,
    /// What it expects of alerts: once for each name and time.
    pub alerts: Vec<AlertCase<'a>>,
    /// What it expects of queries: once for each query and time.
    pub queries: Vec<QueryCase<'a>>,
}

/// The alerts of one name that fire at a time.
#[derive(Clone, Debug)]
pub struct AlertCase<'a> {
    /// The time since the first samples.
    pub time: Duration,
    /// The alert's name.
    pub alert: &'a str,
    /// Those that fire; none where nothing does.
    pub firing: Vec<Fired<'a>>,
    /// Whether the test says that none does.
    pub silent: bool,
    /// Where it is expected.
    pub origin: Origin,
}

/// An alert that fires, with all that its rule fixes.
#[derive(Clone, Debug)]
pub struct Fired<'a> {
    /// What the test says.
    pub stated: &'a Firing,
    /// The rule, where there is one.
    pub rule: Option<&'a Alert>,
    /// All labels but the name.
    pub labels: BTreeMap<String, String>,
    /// All annotations but links to pages, which depend on where these are served.
    pub annotations: BTreeMap<String, String>,
}

/// What a query gives at a time.
#[derive(Clone, Debug)]
pub struct QueryCase<'a> {
    /// The time since the first samples.
    pub time: Duration,
    /// The query.
    pub query: &'a Promql,
    /// The series; none where it gives nothing.
    pub samples: Vec<&'a Sample>,
    /// Whether the test says that it gives nothing.
    pub nothing: bool,
    /// Where it is expected.
    pub origin: Origin,
}

impl Project {
    /// The tests of rules, by name.
    #[must_use]
    pub fn rule_tests(&self) -> Vec<LinkedTest<'_>> {
        let tests = self.stack().tests.iter();
        tests.map(|test| LinkedTest::new(self, test)).collect()
    }

    /// The alerts of that name that Prometheus evaluates.
    pub fn alerts_named(&self, name: &str) -> impl Iterator<Item = (&RuleGroup, &Alert)> {
        let groups = self.groups().iter();
        let alerts = groups.flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
        alerts.filter_map(move |(group, rule)| match rule {
            Rule::Alert(alert) if alert.name == name && is_ours(rule) => Some((group, alert)),
            _ => None,
        })
    }
}

/// The name of the file that a test becomes.
#[must_use]
pub fn file_name(test: &RuleTest) -> String {
    let words = test.name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    format!("rule-{}.test.yml", words.join("-"))
}

fn is_ours(rule: &Rule) -> bool {
    rule.query().engine() == Engine::Prometheus
}

impl<'a> LinkedTest<'a> {
    fn new(project: &'a Project, test: &'a RuleTest) -> Self {
        let mut linked = Self {
            test,
            groups: vec![],
            alerts: vec![],
            queries: vec![],
        };
        for expectation in &test.expected {
            match &expectation.outcome {
                Outcome::Fires(firing) => {
                    let fired = Fired::new(project, firing);
                    linked.alert(expectation, &firing.alert).firing.push(fired);
                }
                Outcome::Silent(alert) => linked.alert(expectation, alert).silent = true,
                Outcome::Gives(sample) => linked
                    .query(expectation, &sample.query)
                    .samples
                    .push(sample),
                Outcome::GivesNothing(query) => linked.query(expectation, query).nothing = true,
            }
        }
        linked.groups = Reach::of(project, &linked);
        linked
    }

    fn alert(&mut self, expectation: &Expectation, alert: &'a str) -> &mut AlertCase<'a> {
        let time = expectation.at;
        let cases = &mut self.alerts;
        let known = cases
            .iter()
            .position(|case| case.time == time && case.alert == alert);
        let at = known.unwrap_or_else(|| {
            cases.push(AlertCase {
                time,
                alert,
                firing: vec![],
                silent: false,
                origin: expectation.origin,
            });
            cases.len() - 1
        });
        &mut cases[at]
    }

    fn query(&mut self, expectation: &Expectation, query: &'a Promql) -> &mut QueryCase<'a> {
        let time = expectation.at;
        let cases = &mut self.queries;
        let known = cases
            .iter()
            .position(|case| case.time == time && case.query.as_str() == query.as_str());
        let at = known.unwrap_or_else(|| {
            cases.push(QueryCase {
                time,
                query,
                samples: vec![],
                nothing: false,
                origin: expectation.origin,
            });
            cases.len() - 1
        });
        &mut cases[at]
    }
}

impl QueryCase<'_> {
    /// All labels of a series that is expected: the name too, where the query is a selector that has it.
    #[must_use]
    pub fn labels(&self, sample: &Sample) -> BTreeMap<String, String> {
        let mut labels = sample.labels.clone();
        if let Expr::Selector(selector) = self.query.expr()
            && let Some((name, _)) = series_name(selector)
        {
            let label = labels.entry("__name__".to_owned());
            label.or_insert_with(|| name.to_owned());
        }
        labels
    }
}

impl<'a> Fired<'a> {
    /// With what the rule fixes. Of several rules of one name it is the first whose labels contradict nothing that
    /// the test states: they often differ by severity.
    fn new(project: &'a Project, stated: &'a Firing) -> Self {
        let agrees = |(group, alert): &(&RuleGroup, &Alert)| {
            let fixed = fixed_labels(group, alert);
            let mut stated = stated.labels.iter();
            stated.all(|(name, value)| fixed.get(name).is_none_or(|fixed| fixed == value))
        };
        let rule = project
            .alerts_named(&stated.alert)
            .find(agrees)
            .or_else(|| project.alerts_named(&stated.alert).next());
        let mut labels =
            rule.map_or_else(BTreeMap::new, |(group, alert)| fixed_labels(group, alert));
        let mut annotations =
            rule.map_or_else(BTreeMap::new, |(_, alert)| fixed_annotations(alert));
        labels.extend(stated.labels.clone());
        annotations.extend(stated.annotations.clone());
        Self {
            stated,
            rule: rule.map(|(_, alert)| alert),
            labels,
            annotations,
        }
    }

    /// The labels of the query's result, as far as the test states them: what templates see.
    #[must_use]
    pub fn seen_by_templates(&self) -> BTreeMap<String, String> {
        let own = self.rule.map(Alert::all_labels).unwrap_or_default();
        let stated = self.stated.labels.iter();
        let seen = stated.filter(|(name, _)| !own.contains_key(*name));
        seen.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// The labels that a rule and its group put on a result, templates and all.
#[must_use]
pub fn labels_of_rule(group: &RuleGroup, rule: &Rule) -> BTreeMap<String, String> {
    let mut labels = group.labels.clone();
    labels.extend(match rule {
        Rule::Alert(alert) => alert.all_labels(),
        Rule::Record(record) => record.labels.clone(),
    });
    labels
}

/// The labels of an alert that no template makes.
fn fixed_labels(group: &RuleGroup, alert: &Alert) -> BTreeMap<String, String> {
    let mut labels = group.labels.clone();
    labels.extend(alert.all_labels());
    labels.retain(|_, value| is_fixed(value) && !value.is_empty());
    labels
}

/// The annotations of an alert that no template makes, but for links.
fn fixed_annotations(alert: &Alert) -> BTreeMap<String, String> {
    let mut annotations = own_annotations(alert);
    annotations.retain(|_, text| is_fixed(text));
    annotations
}

/// The annotations of an alert but for links.
#[must_use]
pub fn own_annotations(alert: &Alert) -> BTreeMap<String, String> {
    let mut annotations = alert.annotations.clone();
    let summary = Some(&alert.summary).filter(|text| !text.is_empty());
    let known = [
        ("summary", summary),
        ("description", alert.description.as_ref()),
    ];
    for (name, text) in known {
        if let Some(text) = text {
            annotations.insert(name.to_owned(), text.clone());
        }
    }
    annotations
}

fn is_fixed(text: &str) -> bool {
    !text.contains("{{")
}

/// A rule: the group's place, and the rule's place in it.
type Place = (usize, usize);

/// The rules that a test can notice, found by following what they read.
struct Reach<'a> {
    project: &'a Project,
    /// Who records a series.
    recorded: BTreeMap<&'a str, Vec<Place>>,
    rules: BTreeSet<Place>,
    /// The groups whose results the rules of a group read.
    reads: BTreeMap<usize, BTreeSet<usize>>,
}

impl<'a> Reach<'a> {
    /// The groups that a test can reach, each after those whose results it reads.
    fn of(project: &'a Project, test: &LinkedTest<'_>) -> Vec<&'a RuleGroup> {
        let mut recorded: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (group, of) in project.groups().iter().enumerate() {
            for (index, rule) in of.rules.iter().enumerate() {
                if let Rule::Record(record) = rule
                    && is_ours(rule)
                {
                    let places = recorded.entry(record.record.as_str()).or_default();
                    places.push((group, index));
                }
            }
        }
        let mut reach = Self {
            project,
            recorded,
            rules: BTreeSet::new(),
            reads: BTreeMap::new(),
        };
        let mut open: Vec<Place> = vec![];
        for case in &test.alerts {
            open.extend(reach.alerts(case.alert));
        }
        for case in &test.queries {
            open.extend(reach.read_by(case.query.expr()));
        }
        while let Some(place) = open.pop() {
            if reach.rules.insert(place) {
                let read = reach.read_by_rule(place);
                let groups = read.iter().map(|(group, _)| *group);
                reach.reads.entry(place.0).or_default().extend(groups);
                open.extend(read);
            }
        }
        let mut order = vec![];
        for group in reach.reads.keys() {
            reach.settle(*group, &mut BTreeSet::new(), &mut order);
        }
        let groups = order.into_iter();
        groups.map(|group| &project.groups()[group]).collect()
    }

    /// Puts a group behind those that it reads; of a circle, the first that is met is the last.
    fn settle(&self, group: usize, entered: &mut BTreeSet<usize>, order: &mut Vec<usize>) {
        if order.contains(&group) || !entered.insert(group) {
            return;
        }
        for read in self.reads.get(&group).into_iter().flatten() {
            self.settle(*read, entered, order);
        }
        order.push(group);
    }

    fn read_by_rule(&self, place: Place) -> Vec<Place> {
        let (group, index) = place;
        let rule = &self.project.groups()[group].rules[index];
        let query = rule.query().promql();
        let mut read = query.map_or_else(Vec::new, |query| self.read_by(query.expr()));
        let asked = self.project.asked().iter();
        for asked in asked.filter(|asked| asked.rule == place) {
            read.extend(self.read_by(asked.query.expr()));
        }
        read
    }

    fn read_by(&self, expr: &Expr) -> Vec<Place> {
        let selectors = expr.descendants().filter_map(Expr::as_selector);
        let mut read = vec![];
        for used in selectors {
            match series_name(used.selector) {
                Some(("ALERTS" | "ALERTS_FOR_STATE", _)) => {
                    read.extend(alert_names(used.selector).flat_map(|name| self.alerts(name)));
                }
                Some((name, _)) => read.extend(self.recorded.get(name).into_iter().flatten()),
                None => {}
            }
        }
        read
    }

    fn alerts(&self, name: &str) -> Vec<Place> {
        let groups = self.project.groups().iter().enumerate();
        let rules = groups.flat_map(|(group, of)| {
            let rules = of.rules.iter().enumerate();
            rules.map(move |(index, rule)| ((group, index), rule))
        });
        rules
            .filter(|(_, rule)| {
                matches!(rule, Rule::Alert(alert) if alert.name == name) && is_ours(rule)
            })
            .map(|(place, _)| place)
            .collect()
    }
}

/// The alerts whose series a selector asks for by name.
fn alert_names(selector: &Selector) -> impl Iterator<Item = &str> {
    selector
        .matchers
        .iter()
        .filter(|matcher| matcher.name.text == "alertname" && matcher.op == MatchOp::Equal)
        .map(|matcher| matcher.value.value.as_str())
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    const RATE: MetricName = MetricName::from_static("job:requests:rate5m");
    const SHARE: MetricName = MetricName::from_static("job:requests:share");

    fn slow(severity: Severity) -> Alert {
        Alert::new("Slow")
            .when(record(&SHARE).gt(0.5))
            .severity(severity)
            .owner("platform")
            .summary("{{ $labels.job }} is slow")
            .runbook(Slug::from_static("slow"))
            .description("People wait.")
            .label("zone", "{{ $labels.zone }}")
    }

    /// The groups are named so that their order of evaluation is not that of their names.
    fn project(test: RuleTest) -> Project {
        let share = RecordingRule::new(SHARE, promql("job:requests:rate5m / 2"));
        let rate = RecordingRule::new(RATE, promql("rate(requests_total[5m])"));
        let other = RecordingRule::new(MetricName::from_static("other:x:y"), promql("up"));
        Project::link(
            Stack::new(Slug::from_static("test"))
                .rule_group(
                    RuleGroup::new("a")
                        .record(other)
                        .alert(slow(Severity::Critical)),
                )
                .rule_group(RuleGroup::new("b").record(share))
                .rule_group(RuleGroup::new("c").record(rate))
                .rule_group(RuleGroup::new("d").alert(slow(Severity::Warning)))
                .rule_group(RuleGroup::new("e").record(RecordingRule::new(
                    MetricName::from_static("nobody:reads:it"),
                    promql("up"),
                )))
                .test(test),
        )
    }

    fn groups(test: RuleTest) -> Vec<String> {
        let project = project(test);
        let linked = project.rule_tests().remove(0);
        let names = linked.groups.iter().map(|group| group.name.clone());
        names.collect()
    }

    #[test]
    fn groups_come_after_those_they_read() {
        let test = RuleTest::new("x").at(mins(1), silent("Slow"));
        assert_eq!(groups(test), ["c", "b", "a", "d"]);
        let test =
            RuleTest::new("x").at(mins(1), gives_nothing(promql("sum(job:requests:rate5m)")));
        assert_eq!(groups(test), ["c"]);
        let query = promql(r#"ALERTS{alertname="Slow"}"#);
        let test = RuleTest::new("x").at(mins(1), gives_nothing(query));
        assert_eq!(groups(test), ["c", "b", "a", "d"]);
        assert_eq!(groups(RuleTest::new("x")), [""; 0]);
    }

    #[test]
    fn rules_complete_what_a_test_states() {
        let project = project(
            RuleTest::new("x").at(
                mins(1),
                fires("Slow")
                    .with("job", "api")
                    .with("zone", "eu")
                    .with("severity", "warning")
                    .summary("api is slow"),
            ),
        );
        let test = project.rule_tests().remove(0);
        let fired = &test.alerts[0].firing[0];
        let pairs = |map: &BTreeMap<String, String>| -> Vec<String> {
            let pairs = map.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect()
        };
        assert_eq!(
            pairs(&fired.labels),
            ["job=api", "severity=warning", "team=platform", "zone=eu"]
        );
        assert_eq!(
            pairs(&fired.annotations),
            ["description=People wait.", "summary=api is slow"]
        );
        assert_eq!(pairs(&fired.seen_by_templates()), ["job=api"]);
    }

    #[test]
    fn what_is_said_of_one_alert_at_one_time_is_one_case() {
        let query = || promql("job:requests:rate5m");
        let project = project(
            RuleTest::new("x")
                .at(mins(1), fires("Slow").with("job", "a"))
                .at(mins(1), fires("Slow").with("job", "b"))
                .at(mins(2), silent("Slow"))
                .at(mins(2), gives(query(), 1.0).with("job", "a"))
                .at(mins(2), gives(query(), 2.0).with("job", "b")),
        );
        let test = project.rule_tests().remove(0);
        let firing: Vec<_> = test.alerts.iter().map(|case| case.firing.len()).collect();
        assert_eq!(firing, [2, 0]);
        assert_eq!(test.queries[0].samples.len(), 2);
        let labels = test.queries[0].labels(test.queries[0].samples[1]);
        assert_eq!(labels["__name__"], "job:requests:rate5m");
    }
}
