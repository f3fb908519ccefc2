//! Prometheus and Alertmanager, started as the generated page says.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use obsctl::generate::rule_file::RuleFile;
use obsctl::generate::targets::host_commands;
use obsctl::generate::{Component, yaml};
use obsctl::model::prelude::secs;
use serde_json::Value;
use tempfile::TempDir;

use super::{Need, files_in, program};

/// How long something may take before the test gives up, and how long it waits in between.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

/// A started engine, killed when the test is over, whatever happens.
pub struct Engine {
    child: Child,
    pub url: String,
}

impl Engine {
    pub fn start(program: &Path, folder: &Path, args: &[String], port: u16) -> Self {
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
        // As Prometheus says it, and as Loki and Tempo do.
        let ready = || {
            ["/-/ready", "/ready"]
                .iter()
                .any(|path| ureq::get(format!("{}{path}", self.url)).call().is_ok())
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

    pub fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "never: {what}");
            std::thread::sleep(PAUSE);
        }
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = ureq::get(format!("{}{path}", self.url)).call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Evaluates all groups every second, so that a test need not wait for slow ones.
pub fn hasten(rules: &Path) {
    for path in files_in(rules) {
        let mut file: RuleFile = yaml::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for group in &mut file.groups {
            group.interval = Some(secs(1));
        }
        std::fs::write(path, yaml::document(&file)).unwrap();
    }
}

/// The generated configuration, started as the generated page says, on ports that are free.
pub struct Host {
    pub prometheus: Engine,
    pub alertmanager: Engine,
    _folder: TempDir,
}

impl Host {
    /// Starts them in a folder of outputs for [`Environment::Host`].
    pub fn start(folder: TempDir) -> Option<Self> {
        let prometheus = program(&["prometheus"], &Need::InCi)?;
        let alertmanager = program(&["prometheus-alertmanager", "alertmanager"], &Need::InCi)?;
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
