//! `up`, `down`, `status` and `logs`, with a Docker that is played.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::fake_docker::{Machine, containers};

/// A report from its error on.
fn error(report: &str) -> &str {
    &report[report.find("error: ").expect(report)..]
}

#[test]
fn without_docker_it_says_what_to_install() {
    let machine = Machine::new();
    std::fs::remove_file(machine.test.path("bin/docker")).unwrap();
    let up = machine.run(&["up"]);
    assert_snapshot!(up, @"
    exit status: 2
    ----- stderr -----
    error: `docker` is not on PATH
      help: install Docker with its Compose plugin: https://docs.docker.com/engine/install/
    ");
    for command in ["down", "status", "logs"] {
        assert_eq!(machine.run(&[command]), up, "{command}");
    }
}

#[test]
fn without_the_compose_plugin_too() {
    let machine = Machine::new();
    machine.answer(
        "compose-version",
        "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1",
    );
    assert_snapshot!(machine.run(&["up"]), @"
    exit status: 2
    ----- stderr -----
    error: `docker` has no Compose plugin (the older `docker-compose` is another program)
      help: install Docker with its Compose plugin: https://docs.docker.com/engine/install/
    ");
}

#[test]
fn what_is_too_old_is_named() {
    let machine = Machine::new();
    machine.answer("engine-version", "echo 24.0.9");
    assert_snapshot!(machine.run(&["up"]), @"
    exit status: 2
    ----- stderr -----
    error: Docker Engine 24.0.9 is too old: the compose file needs 25.0.0
      help: install Docker with its Compose plugin: https://docs.docker.com/engine/install/
    ");
    machine.answer("compose-version", "echo v2.17.2-desktop.1");
    assert_snapshot!(machine.run(&["up"]), @"
    exit status: 2
    ----- stderr -----
    error: Docker Compose v2.17.2-desktop.1 is too old: the compose file needs 2.23.1
      help: install Docker with its Compose plugin: https://docs.docker.com/engine/install/
    ");
}

#[test]
fn a_daemon_that_does_not_answer_is_to_be_started() {
    let machine = Machine::new();
    machine.answer(
        "engine-version",
        "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?' >&2; exit 1",
    );
    assert_snapshot!(machine.run(&["up"]), @"
    exit status: 2
    ----- stderr -----
    error: Docker's daemon does not answer
      cause: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?
      help: start it: Docker Desktop, or `sudo systemctl start docker`; `docker context ls` shows which one is meant
    ");
    machine.answer(
        "engine-version",
        "echo 'permission denied while trying to connect' >&2; exit 1",
    );
    assert_snapshot!(machine.run(&["status"]), @"
    exit status: 2
    ----- stderr -----
    error: Docker's daemon does not answer
      cause: permission denied while trying to connect
      help: run it as a user who may use Docker: `sudo usermod --append --groups docker $USER`, then log in again
    ");
}

#[test]
fn without_a_compose_file_nothing_is_started() {
    let machine = Machine::new();
    std::fs::remove_file(machine.test.path("compose/compose.yaml")).unwrap();
    assert_snapshot!(machine.run(&["up"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no `compose/compose.yaml` here
      help: run `obsctl generate` first, or go to the folder that has it
    ");
    assert!(machine.calls().is_empty());
}

#[test]
fn a_port_in_use_is_said_with_its_variable_and_nothing_is_started() {
    let machine = Machine::new();
    let port = machine.port("GRAFANA_PORT");
    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let report = machine.run(&["up"]);
    let expected = format!("error: in use already: port {port} for `grafana`\n");
    assert!(
        report.starts_with("exit status: 2\n") && report.contains(&expected),
        "{report}"
    );
    let (_, suggested) = report.split_once("or set `GRAFANA_PORT=").expect(&report);
    let (suggested, place) = suggested.split_once('`').unwrap();
    let suggested: u16 = suggested.parse().unwrap();
    assert!(
        TcpListener::bind(("127.0.0.1", suggested)).is_ok(),
        "{report}"
    );
    assert!(place.contains("in `compose/.env`"), "{report}");
    assert!(!machine.calls().iter().any(|call| call.starts_with("up")));
}

/// What is up already has its ports itself: `up` again changes what changed, and no more.
#[test]
fn ports_of_the_running_stack_itself_are_not_in_the_way() {
    let machine = Machine::new();
    let port = machine.port("GRAFANA_PORT");
    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let states = machine.test.read("bin/states");
    let grafana =
        r#""Service":"grafana","State":"running","Health":"healthy","ExitCode":0,"Publishers":["#;
    let publishes = format!(r#"{grafana}{{"PublishedPort":{port}}}"#);
    machine
        .test
        .write("bin/states", &states.replace(grafana, &publishes));
    machine.answer("ps", r#"cat "$here/states""#);
    let report = machine.run(&["up"]);
    assert!(report.starts_with("exit status: 0\n"), "{report}");
}

#[test]
fn ports_are_numbers_and_each_is_given_once() {
    let machine = Machine::new();
    machine
        .test
        .write("compose/.env", "# mine\nLOKI_PORT='30 00'\n");
    let up = |variable: &str, value: Option<&str>| {
        let mut command = machine.command(&["up"]);
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
        machine.test.shown(&command.output().unwrap())
    };
    assert_snapshot!(error(&up("LOKI_PORT", None)), @"
    error: `LOKI_PORT` is `30 00`, which is no port
      help: set it to a number from 1 to 65535 in `compose/.env` or the environment
    ");
    let tempo = machine.port("TEMPO_PORT").to_string();
    let report = up("LOKI_PORT", Some(&tempo));
    let expected = format!("error: `LOKI_PORT` and `TEMPO_PORT` are both {tempo}\n");
    assert!(report.contains(&expected), "{report}");
    machine.test.write("compose/.env", "LOKI PORT=3000\n");
    assert_snapshot!(error(&up("LOKI_PORT", None)), @"
    error: failed to read `compose/.env`: line 1: what is before `=` is no name
      help: write `NAME=value`, one on each line
    ");
}

#[test]
fn up_starts_waits_and_says_where_everything_is() {
    let machine = Machine::new();
    // Healthy only when asked for the third time.
    machine.answer(
        "ps",
        r#"
        if [ -f "$here/started" ]; then
          echo again >> "$here/asked"
          if [ "$(wc -l < "$here/asked")" -lt 3 ]; then sed s/healthy/starting/ "$here/states"; else cat "$here/states"; fi
        fi"#,
    );
    let generated = machine.run(&["generate"]);
    assert!(generated.starts_with("exit status: 0"), "{generated}");
    let output = machine.command(&["up"]).output().unwrap();
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{err}");
    assert!(out.starts_with("healthy after "), "{out}");
    let grafana = format!("http://localhost:{}", machine.port("GRAFANA_PORT"));
    let first = out.lines().nth(1).unwrap();
    assert!(
        first.contains(&grafana) && first.contains("password `admin`"),
        "{out}"
    );
    assert!(out.contains(&format!(
        "grpc://localhost:{}",
        machine.port("OTLP_GRPC_PORT")
    )));
    assert!(out.contains(&format!(
        "http://localhost:{}",
        machine.port("ALERT_RECEIVER_PORT")
    )));
    for name in containers() {
        let said = |state: &str| {
            err.lines()
                .filter(|line| line.ends_with(&format!("{state:<10}  {name}")))
                .count()
        };
        assert_eq!((said("starting"), said("healthy")), (1, 1), "{name}: {err}");
    }
    assert!(!err.contains("warning"), "{err}");
    assert_eq!(
        machine.calls(),
        [
            "compose version --short",
            "version --format {{.Server.Version}}",
            "ps --all --format json",
            "up --detach --build --remove-orphans",
            "ps --all --format json",
            "ps --all --format json",
            "ps --all --format json",
        ]
    );
}

#[test]
fn a_password_of_ones_own_is_not_shown_and_old_files_are_pointed_out() {
    let machine = Machine::new();
    let mut command = machine.command(&["up"]);
    let output = command
        .env("GRAFANA_ADMIN_PASSWORD", "hunter2")
        .output()
        .unwrap();
    let report = machine.test.shown(&output);
    assert!(report.starts_with("exit status: 0\n"), "{report}");
    assert!(
        !report.contains("hunter2") && report.contains("password as in `GRAFANA_ADMIN_PASSWORD`"),
        "{report}"
    );
    assert!(
        report.contains("that are there") && report.contains("run `obsctl generate` first"),
        "{report}"
    );
}

#[test]
fn what_is_unhealthy_is_named_with_its_last_lines() {
    let machine = Machine::new();
    machine.answer_states(|name| {
        if name == "loki" {
            "unhealthy"
        } else {
            "healthy"
        }
    });
    machine.answer("logs", "echo 'level=error msg=\"no space left\"'");
    let report = machine.run(&["up"]);
    let (_, end) = report.split_once("last lines of").expect(&report);
    assert_snapshot!(end, @r#"
     `loki`
      level=error msg="no space left"
    error: the stack did not become healthy: `loki` is unhealthy
      help: it was left as it is: `obsctl logs` shows more, `obsctl up` tries again, `obsctl down` ends it
    "#);
    assert!(report.starts_with("exit status: 2\n"), "{report}");
    let calls = machine.calls();
    assert_eq!(
        calls.last().unwrap(),
        "logs --no-color --no-log-prefix --tail 15 loki"
    );
    assert!(!calls.iter().any(|call| call.starts_with("down")));
}

#[test]
fn what_never_becomes_healthy_is_given_up_after_the_time() {
    let machine = Machine::new();
    machine.answer_states(|name| {
        if name == "tempo" {
            "starting"
        } else {
            "healthy"
        }
    });
    let report = machine.run(&["up", "--timeout", "0"]);
    let expected = "error: the stack is not healthy after 0 seconds: `tempo` is starting\n";
    assert!(
        report.starts_with("exit status: 2\n") && report.contains(expected),
        "{report}"
    );
}

#[test]
fn when_docker_fails_its_words_are_above() {
    let machine = Machine::new();
    machine.answer("up", "echo 'failed to pull: no route to host' >&2; exit 1");
    let report = machine.run(&["up"]);
    let (_, end) = report.split_once("failed to pull").expect(&report);
    assert_snapshot!(end, @"
    : no route to host
    error: `docker compose --file compose/compose.yaml up --detach --build --remove-orphans` failed (exit status: 1)
      help: what it said is above
    ");
}

/// Whoever interrupts wants the prompt back, not the containers gone.
#[test]
fn an_interrupt_leaves_the_stack_as_it_is() {
    let machine = Machine::new();
    machine.answer_states(|_| "starting");
    let mut command = machine.command(&["up"]);
    let mut up = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(up.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("starting    ")));
    let pid = up.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(!up.wait().unwrap().success());
    let calls = machine.calls();
    assert!(calls.contains(&"up --detach --build --remove-orphans".to_owned()));
    assert!(
        !calls.iter().any(|call| call.starts_with("down")),
        "{calls:?}"
    );
}

#[test]
fn status_says_how_each_container_does() {
    let machine = Machine::new();
    let stopped = machine.run(&["status"]);
    assert!(stopped.starts_with("exit status: 1\n"), "{stopped}");
    assert!(stopped.contains("grafana         missing"), "{stopped}");
    assert!(
        stopped.contains("0 of 13 healthy") && stopped.contains("`obsctl up`"),
        "{stopped}"
    );
    machine.test.write("bin/started", "");
    let healthy = machine.run(&["status"]);
    let url = format!("http://localhost:{}", machine.port("LOKI_PORT"));
    assert!(healthy.starts_with("exit status: 0\n"), "{healthy}");
    assert!(
        healthy.contains(&format!("loki            healthy  {url}\n")),
        "{healthy}"
    );
    machine.answer_states(|name| {
        if name == "load" {
            "unhealthy"
        } else {
            "healthy"
        }
    });
    let output = machine
        .command(&["status", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["healthy"], false);
    let rows = report["containers"].as_array().unwrap();
    let named = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(named("load")["state"], "unhealthy");
    assert_eq!(named("loki")["healthy"], true);
    assert_eq!(named("loki")["addresses"][0]["url"], url);
}

#[test]
fn answers_that_are_no_containers_are_an_error() {
    let machine = Machine::new();
    machine.answer("ps", "echo 'WARN: something else'");
    let report = machine.run(&["status"]);
    assert!(
        report.starts_with("exit status: 2\n") && report.contains("answered what is no list"),
        "{report}"
    );
}

#[test]
fn logs_are_shown_as_they_come() {
    let machine = Machine::new();
    assert_snapshot!(machine.run(&["logs", "api", "worker", "--follow", "--tail", "5"]), @"
    exit status: 0
    ----- stdout -----
    a line of a log
    ");
    assert_eq!(
        machine.calls().last().unwrap(),
        "logs --follow --tail=5 api worker"
    );
    assert_snapshot!(machine.run(&["logs", "wroker"]), @"
    exit status: 2
    ----- stderr -----
    error: no container is called `wroker`
      help: did you mean `worker`?
    ");
}

#[test]
fn down_keeps_data_unless_told() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["down"]), "exit status: 0\n");
    assert_eq!(machine.calls().last().unwrap(), "down --remove-orphans");
    machine.run(&["down", "--volumes"]);
    assert_eq!(
        machine.calls().last().unwrap(),
        "down --remove-orphans --volumes"
    );
}
