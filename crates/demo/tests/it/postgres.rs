//! The demo over Debian's PostgreSQL, started for the test in a folder of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use obsctl_demo::scenario::Scenario;
use obsctl_demo::settings::Role;
use tempfile::TempDir;

use crate::engines::lacks;
use crate::running::{Demo, PATIENCE, PAUSE, free_port, get};

/// The user that Debian's package makes: PostgreSQL refuses to be root's.
const USER: &str = "postgres";

/// A running server; it ends with the value.
struct Postgres {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Postgres {
    /// Starts it; `None`, said aloud, where it is not installed.
    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            lacks("postgresql", "the demo over PostgreSQL is not proven");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let is_root = read("id", &["-u"]) == "0";
        if is_root {
            read("chown", &[USER, folder.path().to_str().unwrap()]);
        }
        let command = |program: &str| {
            let program = programs.join(program);
            let mut command = if is_root {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
                command.arg(program);
                command
            } else {
                Command::new(program)
            };
            command.current_dir(folder.path()).stdin(Stdio::null());
            command
        };
        let made = command("initdb")
            .args(["--pgdata=data", "--username=demo", "--auth=trust"])
            .args(["--no-sync", "--encoding=UTF8", "--locale=C"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{said}");
        let port = free_port();
        let log = folder.path().join("log");
        let child = command("postgres")
            .args(["-D", "data", "-k", ".", "-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            url: format!("postgres://demo@127.0.0.1:{port}/postgres"),
            _folder: folder,
        };
        server.wait(&log);
        Some(server)
    }

    fn wait(&mut self, log: &Path) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = std::fs::read_to_string(log).unwrap();
            if said.contains("ready to accept connections") {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "{said}");
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends its processes, too, which a kill would leave behind.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.child.wait();
    }
}

/// Where the programs of the newest version are: Debian has only clients on `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = versions.map_while(Result::ok).map(|entry| entry.path());
    let newest = folders
        .filter(|folder| folder.join("bin/postgres").is_file())
        .max_by_key(|folder| version(folder))?;
    Some(newest.join("bin"))
}

fn read(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// From the migrations to the audit trail; the same statements that SQLite is given.
#[test]
fn everything_works_over_postgresql() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let settings = [("DATABASE_URL", &*postgres.url), ("LOG_LEVEL", "debug")];
    let mut demo = Demo::start(30, &settings);
    for role in [Role::Api, Role::Worker] {
        get(&format!("{}/health", demo.url(role)));
    }
    until_logged(
        &mut demo,
        &[
            "database_query",
            "user_register",
            "connection_created",
            "sync_job_completed",
            "worker_task_completed",
            "audit_event",
        ],
    );
    demo.switch(Scenario::ProviderDown, true);
    until_logged(&mut demo, &["worker_task_retried"]);
    demo.switch(Scenario::ProviderDown, false);
    let refused: Vec<_> = demo
        .lines()
        .into_iter()
        .map(|line| line.to_string())
        .filter(|line| line.contains("\"DatabaseError\""))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(demo.stop(), "the demo did not end well");
}

fn until_logged(demo: &mut Demo, events: &[&str]) {
    demo.until("is everything logged", |demo| {
        let lines = demo.lines();
        let seen: BTreeSet<_> = lines.iter().filter_map(|it| it["event"].as_str()).collect();
        let lacking: Vec<_> = events.iter().filter(|it| !seen.contains(**it)).collect();
        if lacking.is_empty() {
            Ok(())
        } else {
            Err(format!("{lacking:?}"))
        }
    });
}
