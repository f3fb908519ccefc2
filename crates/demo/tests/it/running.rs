//! The demo, started as a user starts it, on ports that are free.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use obsctl_demo::scenario::Scenario;
use obsctl_demo::settings::Role;
use serde_json::Value;
use tempfile::TempDir;

/// How long something may take before the test gives up, and how long it waits in between.
pub const PATIENCE: Duration = Duration::from_secs(300);
pub const PAUSE: Duration = Duration::from_millis(100);

/// A running demo; it ends with its last owner, whatever happens.
pub struct Demo {
    child: Child,
    first_port: u16,
    lines: Arc<Mutex<Lines>>,
    folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// One demo at a time: two in fast time would keep each other waiting.
static ALONE: Mutex<()> = Mutex::new(());

/// One line of each shape, however many there are: service, event, level, and the fields with their kinds.
type Lines = BTreeMap<Vec<String>, Result<Value, String>>;

fn shape(line: &Value) -> Vec<String> {
    let mut shape: Vec<_> = ["service", "event", "level"]
        .iter()
        .map(|field| line[field].to_string())
        .collect();
    let fields = line.as_object().into_iter().flatten();
    shape.extend(fields.map(|(name, value)| {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_f64() => "float",
            Value::Number(_) => "integer",
            Value::String(_) => "text",
            Value::Array(_) | Value::Object(_) => "nested",
        };
        format!("{name}: {kind}")
    }));
    shape
}

impl Demo {
    /// Starts it at a speed, with further settings.
    pub fn start(speed: u8, settings: &[(&str, &str)]) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let first_port = free_ports();
        let database = format!("sqlite://{}/demo.db?mode=rwc", folder.path().display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_obsctl-demo"));
        command
            .args(["all", "--speed", &speed.to_string()])
            .args(["--first-port", &first_port.to_string()])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", database)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = Arc::new(Mutex::new(Lines::new()));
        let read = Arc::clone(&lines);
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let (shape, line) = match serde_json::from_str(&line) {
                    Ok(value) => (shape(&value), Ok(value)),
                    Err(error) => (vec![line.clone()], Err(format!("{error}: {line}"))),
                };
                read.lock().unwrap().entry(shape).or_insert(line);
            }
        });
        let mut demo = Self {
            child,
            first_port,
            lines,
            folder,
            _alone: alone,
        };
        let mut err = BufReader::new(demo.child.stderr.take().unwrap());
        let mut said = String::new();
        // It says so when everything is well.
        while !said.contains("the demo runs") {
            let read = err.read_line(&mut said).unwrap();
            assert!(read > 0, "the demo did not start: {said}");
        }
        std::thread::spawn(move || {
            let mut rest = err.lines();
            while let Some(Ok(line)) = rest.next() {
                std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes())
                    .unwrap();
            }
        });
        demo
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn first_port(&self) -> u16 {
        self.first_port
    }

    pub fn url(&self, role: Role) -> String {
        format!("http://127.0.0.1:{}", role.port(self.first_port))
    }

    /// What the services logged so far: one line of each shape.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let parsed = lines.values().map(|line| match line {
            Ok(value) => value.clone(),
            Err(error) => panic!("not a JSON line: {error}"),
        });
        parsed.collect()
    }

    /// What a service exposes.
    pub fn metrics(&self, role: Role) -> String {
        get(&format!("{}/metrics", self.url(role)))
    }

    /// Sets trouble off, or ends it.
    pub fn switch(&self, scenario: Scenario, on: bool) {
        let url = format!("{}/demo/scenarios/{}", self.url(Role::Api), scenario.name());
        let client = reqwest::blocking::Client::new();
        let request = if on {
            client.put(url)
        } else {
            client.delete(url)
        };
        let response = request.send().unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }

    /// Waits until something holds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Self) -> Result<(), String>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the demo ended: {ended:?}");
            match holds(self) {
                Ok(()) => return,
                Err(lacking) => assert!(Instant::now() < deadline, "never {what}: {lacking}"),
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Ends it as Ctrl-C does; says whether it went well.
    pub fn stop(&mut self) -> bool {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        told.is_ok_and(|told| told.success()) && self.child.wait().is_ok_and(|it| it.success())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

pub fn get(url: &str) -> String {
    let response = reqwest::blocking::get(url).unwrap();
    assert!(
        response.status().is_success(),
        "{url}: {}",
        response.status()
    );
    response.text().unwrap()
}

pub fn free_port() -> u16 {
    let probe = TcpListener::bind("127.0.0.1:0").unwrap();
    probe.local_addr().unwrap().port()
}

/// A port such that those of all services, which follow it, are free.
fn free_ports() -> u16 {
    loop {
        let first = free_port();
        let free = first < 65000
            && Role::ALL
                .iter()
                .all(|role| TcpListener::bind(("127.0.0.1", role.port(first))).is_ok());
        if free {
            return first;
        }
    }
}
