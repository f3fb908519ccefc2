//! Rules that Sloth makes of its own examples, and ours of the same files: in an outage the same alerts fire at the same times.
//! `OBSCTL_CONFORMANCE` names the folder that has `sloth/examples/` with `_gen/` in it, as in Sloth's repository.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use obsctl::generate::{Environment, rule_file, yaml};
use obsctl::model::prelude::*;
use obsctl::model::{Engine, Service};
use obsctl::project::Project;
use obsctl::read::{self, File, Found};
use obsctl_promql::eval::notation::{self, WrittenSeries};
use obsctl_rules::unit::{AlertCase, Test};
use obsctl_rules::{Group, Place, RuleSet};

use crate::engines::notice;
use crate::slo_months::without_texts;

/// Examples whose rules no plugin changes. What `k8s-home-wifi` says, `home-wifi` says too.
const EXAMPLES: [&str; 7] = [
    "getting-started",
    "home-wifi",
    "k8s-getting-started",
    "k8s-multifile",
    "kubernetes-apiserver",
    "multifile",
    "raw-home-wifi",
];

const MINUTE: i64 = 60_000;
const HOUR: u64 = 60;

/// Long windows add up rates that are stored every minute, each of five: alerts come and go so many minutes later or earlier than
/// where the window is measured at once.
const STORED: u64 = 4;

/// When an alert fires, by its SLO and urgency: stretches of minutes.
type Fired = BTreeMap<(String, String), Vec<Range<u64>>>;

/// A stretch of traffic: so many minutes in which that part is bad.
type Stretch = (u64, f64);

/// The groups of a file of rules.
fn groups(text: &str) -> Vec<Arc<Group>> {
    let path = "rules.yml";
    let (groups, problems) = read::rule_file(File { path, text });
    assert_eq!(problems, []);
    groups.into_iter().map(without_texts).collect()
}

/// The groups of a file of Sloth's: of all its documents, whether plain or resources of Kubernetes.
fn theirs(text: &str) -> Vec<Arc<Group>> {
    let documents = text.split("\n---\n").filter(|it| it.contains("groups:"));
    let of_each = documents.flat_map(|document| {
        let document: serde_json::Value = yaml::read(document).unwrap();
        let spec = document.get("spec").unwrap_or(&document);
        groups(&yaml::plain(
            &serde_json::json!({ "groups": spec["groups"] }),
        ))
    });
    of_each.collect()
}

fn spec(text: &str) -> Found {
    let path = "sloth.yml";
    let mut found = read::file(File { path, text });
    found.settle();
    assert_eq!(found.problems, []);
    found
}

/// The rules that are made of SLOs.
fn ours(slos: &[Slo]) -> Vec<Arc<Group>> {
    let mut stack = Stack::new(Slug::from_static("test"));
    for slo in slos {
        if !stack.services.iter().any(|it| it.name == slo.service) {
            stack = stack.service(Service::new(slo.service.clone(), "x", ""));
        }
    }
    let project = Project::link(stack.slos(slos.to_vec()));
    assert_eq!(project.problems(), []);
    let engine = Engine::Prometheus;
    let files = rule_file::files(&project, engine, Environment::Compose, "rules");
    let order = |path: &str| {
        let parts = ["-sli-", "-meta-", "-alerts-"];
        parts.iter().position(|part| path.contains(part))
    };
    let mut files: Vec<_> = files
        .iter()
        .map(|file| (order(&file.path), &file.text))
        .collect();
    files.sort();
    files
        .into_iter()
        .flat_map(|(_, text)| groups(text))
        .collect()
}

/// What the examples measure: requests and their times, and how content wireless clients are.
fn series(stretches: &[Stretch]) -> Vec<WrittenSeries> {
    let counter = |part: &dyn Fn(f64) -> f64| {
        let (mut value, mut text) = (0.0, "0".to_owned());
        for (minutes, bad) in stretches {
            let step = (part(*bad) * 10_000.0).round();
            text += &format!(" {}+{step}x{}", value + step, minutes - 1);
            value += step * *minutes as f64;
        }
        text
    };
    let gauge = |good: f64, bad: f64| {
        let levels = stretches.iter().map(|(minutes, part)| {
            let level = if *part > 0.5 { bad } else { good };
            format!("{level}+0x{}", minutes - 1)
        });
        let levels: Vec<_> = levels.collect();
        format!("{good} {}", levels.join(" "))
    };
    let (good, bad) = (counter(&|bad| 1.0 - bad), counter(&|bad| bad));
    let all = counter(&|_| 1.0);
    let mut written = vec![];
    for name in [
        "http_request_duration_seconds_count{job=\"myservice\",",
        "http_request_duration_seconds_count{job=\"myservice2\",",
        "apiserver_request_total{verb=\"GET\",",
    ] {
        written.push(format!("{name}code=\"200\"}} {good}"));
        written.push(format!("{name}code=\"503\"}} {bad}"));
    }
    for (le, values) in [("0.4", &good), ("1", &all), ("+Inf", &all)] {
        let name = "apiserver_request_duration_seconds_bucket";
        written.push(format!("{name}{{verb=\"GET\",le=\"{le}\"}} {values}"));
    }
    written.push(format!(
        "apiserver_request_duration_seconds_count{{verb=\"GET\"}} {all}"
    ));
    for client in ["phone", "laptop"] {
        let levels = gauge(1.0, 0.3);
        written.push(format!(
            "unifipoller_client_satisfaction_ratio{{client=\"{client}\"}} {levels}"
        ));
    }
    written
        .iter()
        .map(|text| notation::series(text).unwrap())
        .collect()
}

fn fired(groups: Vec<Arc<Group>>, stretches: &[Stretch]) -> Fired {
    let rules = RuleSet::new(groups, &[]);
    let end: u64 = stretches.iter().map(|(minutes, _)| minutes).sum();
    let mut names: Vec<_> = rules.alerts().map(str::to_owned).collect();
    names.sort();
    names.dedup();
    let case = |alert: &String, minute: u64| AlertCase {
        time: minute as i64 * MINUTE,
        alert: alert.clone(),
        expected: vec![],
        place: Place::default(),
    };
    let cases = names
        .iter()
        .flat_map(|name| (0..=end).map(move |minute| (name, minute)));
    let cases: Vec<_> = cases.collect();
    let test = Test {
        interval: MINUTE,
        evaluation_interval: MINUTE,
        input: series(stretches),
        alerts: cases
            .iter()
            .map(|(name, minute)| case(name, *minute))
            .collect(),
        ..Test::default()
    };
    let firing = test.firing(&rules).unwrap();
    let mut fired = Fired::new();
    for ((_, minute), alerts) in cases.iter().zip(firing) {
        for alert in alerts {
            let label = |name: &str| alert.labels[name].clone();
            let stretches = fired
                .entry((label("sloth_id"), label("sloth_severity")))
                .or_default();
            match stretches.last_mut() {
                Some(last) if last.end == *minute => last.end += 1,
                Some(last) if last.end > *minute => {}
                _ => stretches.push(*minute..minute + 1),
            }
        }
    }
    fired
}

fn examples() -> Option<PathBuf> {
    let folder = std::env::var_os("OBSCTL_CONFORMANCE")?;
    let folder = Path::new(&folder).join("sloth/examples");
    folder.join("_gen").is_dir().then_some(folder)
}

fn near(ours: &[Range<u64>], theirs: &[Range<u64>]) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(one, other)| {
            one.start.abs_diff(other.start) <= STORED && one.end.abs_diff(other.end) <= STORED
        })
}

#[test]
fn the_same_alerts_fire_as_by_sloths_own_rules() {
    let Some(folder) = examples() else {
        return notice("`OBSCTL_CONFORMANCE` names no folder with `sloth/examples/_gen`");
    };
    let outage = [(3 * HOUR, 0.0), (HOUR, 1.0), (3 * HOUR, 0.0)];
    let leak = [(3 * HOUR, 0.0), (3 * HOUR, 0.004), (3 * HOUR, 0.0)];
    let mut compared = 0;
    for name in EXAMPLES {
        let text = |path: String| std::fs::read_to_string(folder.join(path)).unwrap();
        let found = spec(&text(format!("{name}.yml")));
        let theirs = theirs(&text(format!("_gen/{name}.yml")));
        // A gauge that is good or bad shows no leak.
        let scenarios = if name.ends_with("wifi") {
            &[outage][..]
        } else {
            &[outage, leak]
        };
        for stretches in scenarios {
            let [ours, theirs] = [ours(&found.slos), theirs.clone()].map(|it| fired(it, stretches));
            let same = ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(&theirs)
                    .all(|((id, ours), (other, theirs))| {
                        compared += 1;
                        id == other && near(ours, theirs)
                    });
            assert!(same, "{name}: {ours:#?}\nSloth: {theirs:#?}");
        }
    }
    assert!(compared > 20, "{compared}");
}

/// What is switched off there is on here, and reading says so.
#[test]
fn alerts_that_sloth_does_not_make_are_told_of() {
    let Some(folder) = examples() else {
        return notice("`OBSCTL_CONFORMANCE` names no folder with `sloth/examples/_gen`");
    };
    let text = std::fs::read_to_string(folder.join("no-alerts.yml")).unwrap();
    let found = spec(&text);
    let said: Vec<_> = found.left_out.iter().map(|left| &left.what).collect();
    assert!(
        said.iter()
            .any(|what| what.contains("`page_alert.disable`")),
        "{said:?}"
    );
}
