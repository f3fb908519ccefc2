//! Debian's Prometheus and Alertmanager, with the files that are generated for the demo at its speed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use obsctl_demo::settings::{FIRST_PORT, Role};
use obsctl_stack::stack;
use serde_json::Value;

use crate::running::{Demo, PATIENCE, PAUSE, free_port, get};

/// What is not started here: its targets are down.
pub const ABSENT: [&str; 5] = ["alloy", "grafana", "loki", "node", "tempo"];

/// Both engines, over a demo.
pub struct Engines {
    pub prometheus: String,
    pub alertmanager: String,
    children: Vec<Child>,
}

impl Engines {
    /// Starts them; `None`, said aloud, where they are not installed. In CI they have to be.
    pub fn start(demo: &Demo, speed: u8) -> Option<Self> {
        let programs = [
            program(&["prometheus"])?,
            program(&["prometheus-alertmanager", "alertmanager"])?,
        ];
        let folder = demo.folder().join("engines");
        generate(&folder, speed);
        let (prometheus, alertmanager) = (free_port(), free_port());
        let mut moved = vec![(9090, prometheus), (9093, alertmanager)];
        moved.extend(Role::ALL.map(|role| (role.port(FIRST_PORT), role.port(demo.first_port()))));
        for file in ["prometheus/prometheus.yml", "alertmanager/alertmanager.yml"] {
            let path = folder.join("provisioning").join(file);
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (usual, here) in &moved {
                // In two steps: a port of this run may be the usual one of another service.
                text = text.replace(
                    &format!("127.0.0.1:{usual}"),
                    &format!("127.0.0.1:<{here}>"),
                );
            }
            std::fs::write(&path, text.replace(['<', '>'], "")).unwrap();
        }
        let speed = obsctl::project::Speed::new(speed).unwrap();
        let components = [
            (obsctl::generate::Component::Prometheus, prometheus),
            (obsctl::generate::Component::Alertmanager, alertmanager),
        ];
        let children = components
            .into_iter()
            .zip(&programs)
            .map(|((component, port), program)| {
                let command =
                    obsctl::generate::targets::host_commands::command_at(component, speed);
                let (_, arguments) = command.unwrap();
                let usual = format!(":{}", component.port());
                let log = std::fs::File::create(folder.join(format!("{port}.log"))).unwrap();
                Command::new(program)
                    .current_dir(&folder)
                    .args(
                        arguments
                            .iter()
                            .map(|it| it.replace(&usual, &format!(":{port}"))),
                    )
                    .stdin(Stdio::null())
                    .stdout(log.try_clone().unwrap())
                    .stderr(log)
                    .spawn()
                    .unwrap()
            });
        let engines = Self {
            prometheus: format!("http://127.0.0.1:{prometheus}"),
            alertmanager: format!("http://127.0.0.1:{alertmanager}"),
            children: children.collect(),
        };
        for url in [&engines.prometheus, &engines.alertmanager] {
            let deadline = Instant::now() + PATIENCE;
            let ready = format!("{url}/-/ready");
            while !reqwest::blocking::get(&ready).is_ok_and(|it| it.status().is_success()) {
                assert!(Instant::now() < deadline, "{url} is not ready");
                std::thread::sleep(PAUSE);
            }
        }
        Some(engines)
    }

    /// The alerts that Prometheus has as firing, by name.
    pub fn firing(&self) -> Vec<String> {
        let answer = get(&format!("{}/api/v1/alerts", self.prometheus));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let alerts = answer["data"]["alerts"].as_array().unwrap();
        let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
        let names = firing.map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned());
        names.collect()
    }
}

impl Drop for Engines {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Runs `obsctl generate`.
fn generate(folder: &Path, speed: u8) {
    let args = [
        "obsctl",
        "generate",
        "--env",
        "host",
        "--speed",
        &speed.to_string(),
        "--out",
        folder.to_str().unwrap(),
    ];
    let (mut out, mut err) = (vec![], vec![]);
    let args = args.map(Into::into);
    let status = obsctl::cli::run_in(stack(), args, Path::new(""), &mut out, &mut err);
    assert_eq!(status, 0, "{}", String::from_utf8_lossy(&err));
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    });
    if found.is_none() {
        lacks(names[0], "no alert of a scenario is proven");
    }
    found
}

/// Says past the test harness what is not proven without a program. CI must have it.
pub fn lacks(program: &str, unproven: &str) {
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "CI must have `{program}`");
    let text = format!("notice: {unproven}: `{program}` is not installed\n");
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}
