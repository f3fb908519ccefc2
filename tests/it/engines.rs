//! What is generated is accepted by the products themselves, and runs in them.
//!
//! Debian has Prometheus and Alertmanager: CI must run those tests. Loki, Tempo, Alloy and Docker are used
//! where they are on `PATH`; where they are not, a notice says what was not proved.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use obsctl::generate::rule_file::RuleFile;
use obsctl::generate::targets::host_commands;
use obsctl::generate::{self, Component, Environment, yaml};
use obsctl::model::prelude::*;
use obsctl::model::{Channel, Receiver, Route, Routing, Secret, millis};
use obsctl::project::Project;
use serde_json::Value;
use tempfile::TempDir;

/// The reference stack, and rules with everything that could be written wrongly.
fn stack() -> Stack {
    let runbook = Runbook::new(Slug::from_static("awkward"), "Awkward", "Always")
        .step("Look", logql(r#"{job=~"$job"} | path=~"$path""#));
    obsctl_stack::stack().runbook(runbook).rule_group(
        RuleGroup::new("awkward texts")
            .record(
                RecordingRule::new(MetricName::from_static("job:up:sum"), promql("sum by (job) (up)"))
                    .label("note", "a: \"b\" # c"),
            )
            .alert(
                Alert::new("Awkward")
                    .when(promql(
                        r#"job:up:sum{job=~"a\\.b|\"c\"", note!=""} * 100 > 0.001 or vector(0) == 1"#,
                    ))
                    .lasting(millis(1500))
                    .severity(Severity::Info)
                    .owner("yes")
                    .summary("{{ $labels.job | title }}: {{ $value | humanize }} # 'quoted', \"quoted\": {}")
                    .runbook(Slug::from_static("awkward"))
                    .keep_firing(mins(1))
                    .description("- first\n- second: yes\n\n  third\n")
                    .label("flag", "on"),
            )
            .alert(
                Alert::new("AwkwardAlways")
                    .when(promql(r#"label_replace(vector(2.5), "job", "a b/{c}", "", "") > 0"#))
                    .severity(Severity::Critical)
                    .owner("platform")
                    .summary("{{ $labels.job }} is {{ $value }}")
                    .runbook(Slug::from_static("awkward")),
            )
            .alert(
                Alert::new("AwkwardLines")
                    .when(logql(r#"sum(count_over_time({job="a"} |= `"x": "y"` [5m])) > 10"#))
                    .severity(Severity::Info)
                    .owner("no")
                    .summary("lines")
                    .runbook(Slug::from_static("awkward")),
            ),
    )
}

/// The stack's outputs in a folder of their own.
fn generated(environment: Environment) -> TempDir {
    written(stack(), environment)
}

fn written(stack: Stack, environment: Environment) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in generate::run(&Project::link(stack), environment).iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Whether a program can be missing.
#[derive(PartialEq)]
enum Need {
    /// CI installs it.
    InCi,
    /// It is used where it happens to be.
    Nowhere,
}

/// The first of these programs that is on `PATH`.
fn program(names: &[&str], need: &Need) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    });
    if found.is_none() {
        let required = *need == Need::InCi && std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!required, "CI must have `{}` on PATH", names[0]);
        notice(&format!("`{}` is not on PATH", names[0]));
    }
    found
}

/// Written past the test harness, which hides what passing tests print.
pub fn notice(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(
        std::io::stderr(),
        "notice: {test} proves nothing here: {reason}"
    );
}

/// Runs a program to its end; gives its standard output.
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{command:?}\n{out}{err}");
    out
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return vec![];
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn promtool_accepts_rules_and_configuration() {
    let Some(promtool) = program(&["promtool"], &Need::InCi) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        let rules = files_in(&folder.path().join("alerts/prometheus"));
        assert!(!rules.is_empty());
        succeed(
            Command::new(&promtool)
                .args(["check", "rules"])
                .args(&rules),
        );
        // Reads the rule files through the configuration's own patterns.
        let text = succeed(
            Command::new(&promtool)
                .args(["check", "config"])
                .arg(folder.path().join("provisioning/prometheus/prometheus.yml")),
        );
        assert!(
            text.contains(&format!("SUCCESS: {} rule files found", rules.len())),
            "{text}"
        );
    }
}

#[test]
fn amtool_accepts_the_configuration() {
    let Some(amtool) = program(&["amtool"], &Need::InCi) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        let file = folder
            .path()
            .join("provisioning/alertmanager/alertmanager.yml");
        succeed(Command::new(&amtool).arg("check-config").arg(&file));
        for severity in ["critical", "warning", "info"] {
            let receivers = receivers_of(&amtool, &file, &[&format!("severity={severity}")]);
            assert!(!receivers.is_empty(), "{severity}");
        }
    }
}

/// The receivers that are told of an alert with these labels.
fn receivers_of(amtool: &Path, file: &Path, labels: &[&str]) -> Vec<String> {
    let text = succeed(
        Command::new(amtool)
            .args(["config", "routes", "test", "--config.file"])
            .arg(file)
            .args(labels),
    );
    text.trim().split(',').map(str::to_owned).collect()
}

#[test]
fn alerts_take_the_routes_that_were_described() {
    let Some(amtool) = program(&["amtool"], &Need::InCi) else {
        return;
    };
    let mut stack = Stack::new(Slug::from_static("routes"));
    stack.routing = Some(Routing {
        root: Route::to("chat")
            .group_by(["alertname"])
            .timing(secs(30), mins(5), hours(4))
            .child(Route::to("log").and_on())
            .child(Route::to("oncall").when(LabelMatch::is("severity", "critical")))
            .child(Route::to("mail").when(LabelMatch::matches("path", r"/api/\{id\}|a\.b"))),
        receivers: vec![
            Receiver::new("chat").channel(Channel::Slack {
                channel: "#alerts".to_owned(),
                webhook_url: Secret::Env("SLACK_URL".to_owned()),
            }),
            Receiver::new("log").channel(Channel::Webhook {
                url: "http://receiver:8080/".to_owned(),
            }),
            Receiver::new("oncall").channel(Channel::Pagerduty {
                routing_key: Secret::File("/run/secrets/pagerduty".to_owned()),
            }),
            Receiver::new("mail").channel(Channel::Email {
                to: "a@example.com".to_owned(),
                from: "b@example.com".to_owned(),
                smarthost: "mail:587".to_owned(),
                password: Some(Secret::File("/run/secrets/smtp".to_owned())),
            }),
        ],
        inhibitions: vec![],
        mute_times: vec![],
    });
    let folder = written(stack, Environment::Compose);
    let file = folder
        .path()
        .join("provisioning/alertmanager/alertmanager.yml");
    succeed(Command::new(&amtool).arg("check-config").arg(&file));
    let to = |labels: &[&str]| receivers_of(&amtool, &file, labels);
    assert_eq!(to(&["severity=critical"]), ["log", "oncall"]);
    assert_eq!(to(&["severity=warning", "path=/api/{id}"]), ["log", "mail"]);
    assert_eq!(to(&["severity=warning", "path=axb"]), ["log"]);
}

#[test]
fn loki_accepts_the_configuration() {
    let Some(loki) = program(&["loki"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(Command::new(&loki).current_dir(folder.path()).args([
            "-config.file=provisioning/loki/config.yaml",
            "-verify-config",
        ]));
    }
}

#[test]
fn tempo_accepts_the_configuration() {
    let Some(tempo) = program(&["tempo"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(Command::new(&tempo).current_dir(folder.path()).args([
            "-config.file=provisioning/tempo/tempo.yaml",
            "-config.verify=true",
        ]));
    }
}

#[test]
fn alloy_accepts_the_configuration() {
    let Some(alloy) = program(&["alloy"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(
            Command::new(&alloy)
                .current_dir(folder.path())
                .args(["validate", "provisioning/alloy/config.alloy"]),
        );
    }
}

#[test]
fn docker_compose_accepts_the_file() {
    let Some(docker) = program(&["docker"], &Need::Nowhere) else {
        return;
    };
    let version = Command::new(&docker)
        .args(["compose", "version"])
        .output()
        .unwrap();
    if !version.status.success() {
        return notice("`docker` has no compose plugin");
    }
    let folder = generated(Environment::Compose);
    succeed(Command::new(&docker).current_dir(folder.path()).args([
        "compose",
        "-f",
        "compose/compose.yaml",
        "config",
        "--quiet",
    ]));
}

#[test]
fn the_compose_file_keeps_to_the_specification() {
    let Some(folder) = std::env::var_os("OBSCTL_CONFORMANCE") else {
        return notice("`OBSCTL_CONFORMANCE` names no folder");
    };
    let schema = Path::new(&folder).join("compose/compose-spec.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .build(&schema)
        .unwrap();
    let outputs = generated(Environment::Compose);
    let text = std::fs::read_to_string(outputs.path().join("compose/compose.yaml")).unwrap();
    let file: Value = yaml::read(&text).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&file)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let broken = serde_json::json!({ "services": { "a": { "imagee": "b" } } });
    assert!(!validator.is_valid(&broken), "the schema finds nothing");
}

/// Every host path that is mounted is an output, the machine's own, or the folder for secrets.
#[test]
fn containers_mount_only_what_is_generated() {
    use obsctl::generate::targets::compose::schema::{ComposeFile, Mount};

    let folder = generated(Environment::Compose);
    let text = std::fs::read_to_string(folder.path().join("compose/compose.yaml")).unwrap();
    let file: ComposeFile = yaml::read(&text).unwrap();
    for mount in file.services.values().flat_map(|service| &service.volumes) {
        if let Mount::Bind { source, .. } = mount
            && let Some(path) = source.strip_prefix("../")
            // The dashboards' own target writes that folder.
            && path != "dashboards"
        {
            assert!(folder.path().join(path).is_dir(), "{path}");
        }
    }
}

/// How long something may take before the test gives up, and how long it waits in between.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

/// A started engine, killed when the test is over, whatever happens.
struct Engine {
    child: Child,
    url: String,
}

impl Engine {
    fn start(program: &Path, folder: &Path, args: &[String], port: u16) -> Self {
        let log = std::fs::File::create(folder.join(format!("{port}.log"))).unwrap();
        let child = Command::new(program)
            .current_dir(folder)
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut engine = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        engine.wait(&folder.join(format!("{port}.log")));
        engine
    }

    fn wait(&mut self, log: &Path) {
        let ready = || {
            reqwest::blocking::get(format!("{}/-/ready", self.url))
                .is_ok_and(|response| response.status().is_success())
        };
        let deadline = Instant::now() + PATIENCE;
        while !ready() {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "not ready ({ended:?}):\n{}",
                std::fs::read_to_string(log).unwrap()
            );
            std::thread::sleep(PAUSE);
        }
    }

    fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "never: {what}");
            std::thread::sleep(PAUSE);
        }
    }

    fn get(&self, path: &str) -> Value {
        let response = reqwest::blocking::get(format!("{}{path}", self.url)).unwrap();
        assert!(
            response.status().is_success(),
            "{path}: {}",
            response.status()
        );
        response.json().unwrap()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Evaluates all groups every second, so that a test need not wait for slow ones.
fn hasten(rules: &Path) {
    for path in files_in(rules) {
        let mut file: RuleFile = yaml::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for group in &mut file.groups {
            group.interval = Some(secs(1));
        }
        std::fs::write(path, yaml::document(&file)).unwrap();
    }
}

/// The generated configuration, started as the generated page says, on ports that are free.
struct Host {
    prometheus: Engine,
    alertmanager: Engine,
    _folder: TempDir,
}

impl Host {
    fn start() -> Option<Self> {
        let prometheus = program(&["prometheus"], &Need::InCi)?;
        let alertmanager = program(&["prometheus-alertmanager", "alertmanager"], &Need::InCi)?;
        let folder = generated(Environment::Host);
        hasten(&folder.path().join("alerts/prometheus"));
        let (port, alertmanager_port) = (free_port(), free_port());
        let config = folder.path().join("provisioning/prometheus/prometheus.yml");
        let text = std::fs::read_to_string(&config).unwrap();
        let moved = text.replace("127.0.0.1:9093", &format!("127.0.0.1:{alertmanager_port}"));
        assert_ne!(text, moved);
        std::fs::write(&config, moved).unwrap();
        let start = |component: Component, program: &Path, port| {
            let (_, arguments) = host_commands::command(component).unwrap();
            let usual = format!(":{}", component.port());
            let mut arguments: Vec<_> = arguments
                .into_iter()
                .map(|argument| argument.replace(&usual, &format!(":{port}")))
                .collect();
            if component == Component::Prometheus {
                // The first alerts can come before the alertmanager is found: they are sent again soon.
                arguments.push("--rules.alert.resend-delay=1s".to_owned());
            }
            Engine::start(program, folder.path(), &arguments, port)
        };
        Some(Self {
            alertmanager: start(Component::Alertmanager, &alertmanager, alertmanager_port),
            prometheus: start(Component::Prometheus, &prometheus, port),
            _folder: folder,
        })
    }
}

#[test]
fn prometheus_evaluates_every_rule_and_tells_alertmanager() {
    let Some(Host {
        prometheus,
        alertmanager,
        _folder,
    }) = Host::start()
    else {
        return;
    };
    prometheus.until("the alertmanager is found", |prometheus| {
        let url = format!("{}/api/v2/alerts", alertmanager.url);
        prometheus.get("/api/v1/alertmanagers")["data"]["activeAlertmanagers"][0]["url"] == url
    });
    prometheus.until("all rules are evaluated", |prometheus| {
        rules(prometheus)
            .iter()
            .all(|rule| rule.health != "unknown")
    });
    let rules = rules(&prometheus);
    for rule in &rules {
        assert_eq!(
            rule.health, "ok",
            "{} of {}: {}",
            rule.name, rule.group, rule.error
        );
    }
    let loaded: BTreeSet<_> = rules
        .into_iter()
        .map(|rule| (rule.group, rule.name))
        .collect();
    assert_eq!(loaded, described());

    // What arrives has the labels to route by, and leads to a page that knows the alert's labels.
    let arrived = || -> Option<Value> {
        let alerts = alertmanager.get("/api/v2/alerts");
        let mut alerts = alerts.as_array()?.iter();
        alerts
            .find(|alert| alert["labels"]["alertname"] == "AwkwardAlways")
            .cloned()
    };
    alertmanager.until("the alert arrives", |_| arrived().is_some());
    let alert = arrived().unwrap();
    assert_eq!(alert["labels"]["severity"], "critical");
    assert_eq!(alert["labels"]["team"], "platform");
    assert_eq!(alert["annotations"]["summary"], "a b/{c} is 2.5");
    assert_eq!(
        alert["annotations"]["runbook_url"],
        "http://localhost:3000/d/runbook-awkward?var-job=a+b%2F%7Bc%7D&"
    );
}

/// A rule, as Prometheus tells of it.
struct Loaded {
    group: String,
    name: String,
    health: String,
    error: String,
}

fn rules(prometheus: &Engine) -> Vec<Loaded> {
    let answer = prometheus.get("/api/v1/rules");
    let groups = answer["data"]["groups"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    groups
        .iter()
        .flat_map(|group| {
            group["rules"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |rule| Loaded {
                    group: text(&group["name"]),
                    name: text(&rule["name"]),
                    health: text(&rule["health"]),
                    error: text(&rule["lastError"]),
                })
        })
        .collect()
}

/// Groups and names of all rules Prometheus shall have.
fn described() -> BTreeSet<(String, String)> {
    let project = Project::link(stack());
    project
        .groups()
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter(|(_, rule)| rule.query().promql().is_some())
        .map(|(group, rule)| (group.name.clone(), rule.name().to_owned()))
        .collect()
}
