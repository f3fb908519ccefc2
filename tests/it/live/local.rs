//! Without a URL: the local stack, on the ports that its variables say.

use super::server::{Reply, Server};
use crate::common::CliTest;

#[test]
fn the_ports_are_those_that_compose_publishes() {
    let server = Server::start(|_| Reply::missing());
    let test = CliTest::new();
    let mut variables = format!("HERE={}\n", server.port);
    for name in [
        "ALERTMANAGER",
        "ALERT_RECEIVER",
        "API",
        "GRAFANA",
        "LOKI",
        "PROMETHEUS",
        "TEMPO",
    ] {
        variables.push_str(&format!("{name}_PORT=\"${{HERE}}\" # moved\n"));
    }
    test.write("compose/.env", &variables);
    let report = test.run(&["verify", "--only", "ready"]);
    assert!(report.contains("7 steps failed"), "{report}");
    assert!(!report.contains("cannot be reached"), "{report}");
}

#[test]
fn a_port_that_is_none_is_said_before_anything_is_asked() {
    let test = CliTest::new();
    test.write("compose/.env", "LOKI_PORT=none\n");
    insta::assert_snapshot!(test.run(&["verify"]), @"
    exit status: 2
    ----- stderr -----
    error: `LOKI_PORT` is `none`, which is no port
      help: set it to a number from 1 to 65535 in `compose/.env` or the environment
    ");
}
