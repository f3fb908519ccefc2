//! `alerts/routing-tests/`: where the alerts of the stack go, for `obsctl test`. promtool refuses files of such tests: they have a
//! folder of their own.

use std::collections::BTreeMap;

use obsctl_model::{Rule, RuleGroup};
use serde::{Deserialize, Serialize};

use super::alertmanager_config;
use crate::generate::links::Links;
use crate::generate::rule_file::Entry;
use crate::generate::{Artifact, Environment, Target, yaml};
use crate::project::Project;
use crate::routing::{ALERT_NAME, Known, Tree};

/// Tests of where alerts go.
pub static ROUTING_TESTS: Target = Target {
    name: "routing-tests",
    summary: "tests of routing, for `obsctl test`: the receivers that each alert reaches",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "alerts/routing-tests/routing.test.yml";

/// A file of tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFile {
    /// Alertmanager's configuration, relative to this file.
    pub alertmanager_config: String,
    /// A test for each group of rules.
    pub tests: Vec<Test>,
}

/// The alerts of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// Where each alert goes.
    pub route_test: Vec<Case>,
}

/// Where an alert goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The labels of which its rule is sure.
    pub labels: BTreeMap<String, String>,
    /// The receivers, in the order of the route tree.
    pub exp_receivers: Vec<String>,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let Some(routing) = &project.stack().routing else {
        return vec![];
    };
    let tree = Tree::of(&routing.root);
    let links = Links::new(project, environment);
    let tests: Vec<_> = project
        .groups()
        .iter()
        .filter_map(|group| {
            let cases: Vec<_> = cases(group, links, &tree).collect();
            (!cases.is_empty()).then(|| Test {
                name: format!("alerts of group `{}` reach their receivers", group.name),
                route_test: cases,
            })
        })
        .collect();
    if tests.is_empty() {
        return vec![];
    }
    let file = TestFile {
        alertmanager_config: format!("../../{}", alertmanager_config::PATH),
        tests,
    };
    vec![Artifact::new(PATH, yaml::document(&file))]
}

fn cases<'a>(
    group: &'a RuleGroup,
    links: Links<'a>,
    tree: &'a Tree,
) -> impl Iterator<Item = Case> + 'a {
    let alerts = group.rules.iter().filter_map(move |rule| match rule {
        Rule::Alert(alert) => Some((alert, Entry::new(rule, links))),
        Rule::Record(_) => None,
    });
    alerts.filter_map(move |(alert, entry)| {
        let mut labels = group.labels.clone();
        labels.extend(entry.labels);
        labels.insert(ALERT_NAME.to_owned(), alert.name.clone());
        case(labels, tree)
    })
}

/// Nothing where its way depends on labels that only its query gives, or a template.
fn case(mut labels: BTreeMap<String, String>, tree: &Tree) -> Option<Case> {
    labels.retain(|_, value| !value.contains("{{"));
    let reached = tree.reached(&Certain(&labels));
    if reached != tree.reached(&labels) {
        return None;
    }
    let receivers = reached.iter().map(|at| &tree.stops()[*at].route.receiver);
    Some(Case {
        exp_receivers: receivers.cloned().collect(),
        labels,
    })
}

/// Labels beside which there may be others.
struct Certain<'a>(&'a BTreeMap<String, String>);

impl Known for Certain<'_> {
    fn value(&self, label: &str) -> Option<&str> {
        self.0.get(label).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{Channel, LabelMatch, Receiver, Route, Routing};

    use super::*;

    fn written(route: Route) -> TestFile {
        let told = |name: &str| {
            Receiver::new(name).channel(Channel::Webhook {
                url: "http://localhost/".to_owned(),
            })
        };
        let alert = |name: &str| {
            Alert::new(name)
                .when(promql("up == 0"))
                .severity(Severity::Critical)
                .owner("platform")
                .summary("down")
                .runbook(Slug::from_static("down"))
        };
        let group = RuleGroup::new("g")
            .alert(alert("Down").label("service", "api"))
            .alert(alert("Gone").label("service", "{{ $labels.job }}"));
        let routing = Routing {
            root: Route::to("ops").child(route),
            receivers: vec![told("ops"), told("api")],
            inhibitions: vec![],
            mute_times: vec![],
        };
        let stack = Stack::new(Slug::from_static("test"));
        let project = Project::link(stack.rule_group(group).routing(routing));
        let files = generate(&project, Environment::Compose);
        yaml::read(&files[0].text).unwrap()
    }

    fn receivers(file: &TestFile) -> Vec<(&str, &[String])> {
        let cases = file.tests.iter().flat_map(|test| &test.route_test);
        cases
            .map(|case| (case.labels[ALERT_NAME].as_str(), &*case.exp_receivers))
            .collect()
    }

    #[test]
    fn every_alert_goes_where_its_labels_lead() {
        let file = written(Route::to("api").when(LabelMatch::is("team", "platform")));
        let api = ["api".to_owned()];
        assert_eq!(
            receivers(&file),
            [("Down", api.as_slice()), ("Gone", api.as_slice())]
        );
        assert_eq!(
            file.alertmanager_config,
            "../../provisioning/alertmanager/alertmanager.yml"
        );
    }

    #[test]
    fn what_only_a_query_knows_is_not_tested() {
        let file = written(Route::to("api").when(LabelMatch::is("service", "api")));
        assert_eq!(receivers(&file), [("Down", &["api".to_owned()][..])]);
    }
}
