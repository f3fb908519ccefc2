//! Help texts: complete, with examples, with the exit status.

use insta::assert_snapshot;

use crate::common::CliTest;

#[test]
fn lists_the_commands() {
    assert_snapshot!(CliTest::new().run(&["--help"]), @"
    exit status: 0
    ----- stdout -----
    Observability as code: generate and check what Grafana, Prometheus, Loki and Tempo need

    Usage: obsctl <COMMAND>

    Commands:
      generate     Write dashboards, rules, configuration and docs from the definitions
      check        Find what is wrong in the definitions, or in files you already have
      test         Run unit tests of rules and routing: series and log lines in, alerts out
      diff         Say what changed and what it breaks: metrics, alerts, rules, dashboards
      queries      List every query: where it stands, and which metrics, labels and values it uses
      promql       Evaluate a PromQL query over what a service exposes, or over series in a file
      import       Write definitions from rule files, dashboards, SLOs and metrics you already have
      explain      Say what a metric, alert, SLO or check is and where it is used
      slo          Say what sets each SLO's alerts off and when, and confirm it by evaluating its rules
      up           Start the local stack in containers and wait until it is healthy
      status       Show how the containers of the local stack do, and where they are
      logs         Show what the containers of the local stack print
      scenario     Let something go wrong in the demo, and make it stop again
      down         End the local stack
      verify       Ask running engines whether everything is there and works
      schema       Print the JSON Schema of a stack written as text, of the configuration or a report
      completions  Print shell completions
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Exit status:
      0  clean
      1  findings, or files that are not current
      2  could not run
    ");
}

#[test]
fn of_generate() {
    assert_snapshot!(CliTest::new().run(&["generate", "--help"]), @"
    exit status: 0
    ----- stdout -----
    Write dashboards, rules, configuration and docs from the definitions

    Usage: obsctl generate [OPTIONS]

    Options:
          --check          Write nothing; show a diff and exit 1 when a file is not current
          --env <ENV>      Where the engines run: sets the addresses in configuration [default: compose]
                           [possible values: compose, host]
          --out <DIR>      Folder to write to; an environment other than compose needs one of its own
                           [default: .]
          --speed <TIMES>  Run time this many times as fast: durations of rules, scrapes and
                           notifications are divided; thresholds stay [default: 1]
          --config <FILE>  Configuration to read; by default `obsctl.toml`, if it is there
          --no-config      Read no configuration
      -h, --help           Print help

    Examples:
      obsctl generate                             bring the committed files up to date
      obsctl generate --check                     show how they would change, and change nothing
      obsctl generate --env host --out /tmp/host  the files for engines run by hand on one machine
      obsctl generate --env host --speed 60 --out /tmp/fast
                                                  the same with an hour in a minute

    Files that are generated no longer are removed; files that obsctl did not make are named and kept.

    Exit status:
      0  all files are current
      1  the checks found errors, and nothing was written; with --check: files are not current
      2  could not run; nothing was written
    ");
}

#[test]
fn of_check() {
    assert_snapshot!(CliTest::new().run(&["check", "--help"]), @"
    exit status: 0
    ----- stdout -----
    Find what is wrong in the definitions, or in files you already have

    Usage: obsctl check [OPTIONS] [PATH]...

    Arguments:
      [PATH]...
              Rule files, dashboards, SLOs, folders of them, or a saved `/metrics` page; without any,
              the stack's own definitions

    Options:
          --format <FORMAT>
              How findings are shown

              Possible values:
              - human:      For people, with the source underlined
              - json:       One JSON document
              - sarif:      SARIF 2.1.0, for code scanning
              - github:     Commands that become annotations in a GitHub workflow
              - gitlab:     A code quality report of GitLab
              - junit:      JUnit's XML: a test case per finding
              - checkstyle: Checkstyle's XML
              
              [default: human]

          --fail-on <SEVERITY>
              The least severity that makes the exit status 1

              Possible values:
              - error:   Errors
              - warning: Errors and warnings
              - note:    All findings
              - never:   None
              
              [default: warning]

          --only <CHECK>
              Run only these checks

          --skip <CHECK>
              Do not run these checks

          --config <FILE>
              Configuration to read; by default `obsctl.toml`, if it is there

          --no-config
              Read no configuration

          --baseline <FILE>
              File of known findings, which are left out; by default `baseline` of `[check]` in
              `obsctl.toml`

          --write-baseline <FILE>
              Record all findings of this run in FILE, which then are known; report nothing

          --fix
              Show as a diff how the files would look with all that can be fixed, and change nothing

          --write
              With `--fix`: write the files, and report what is left

          --metrics <FILE|URL|NAME>
              Metrics that exist: a `/metrics` page as file or URL, a catalog file, or the name of a
              ready catalog (`node_exporter`); can be given several times

          --stack
              Metrics, log fields and spans of the stack's own definitions exist too

      -h, --help
              Print help (see a summary with '-h')

    Running engines:
          --prometheus <URL>
              Where Prometheus is, or what answers like it (Mimir, Thanos, VictoriaMetrics): its metrics
              are the catalog, and series that queries need have to be there

          --loki <URL>
              Where Loki is: streams that queries name have to be there

          --tempo <URL>
              Where Tempo is: attributes that queries name have to be there

          --history
              Say how often each alert would have fired

          --cost
              Say which queries touch too much

          --links
              Follow the links in annotations of alerts

          --look-back <DURATION>
              How far back series, alerts and streams are looked for
              
              [default: 1w]

          --timeout <DURATION>
              How long all questions together may take
              
              [default: 2m]

          --request-timeout <DURATION>
              How long one question may take
              
              [default: 20s]

          --max-firings <COUNT>
              How often an alert may fire within the look-back
              
              [default: 50]

          --max-samples <COUNT>
              How many samples a query may touch
              
              [default: 5000000]

          --max-series <COUNT>
              How many series a query may touch, where the engine does not count samples
              
              [default: 50000]

    Examples:
      obsctl check
      obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
      obsctl check rules/ dashboards/ --prometheus https://mimir.example.com/prometheus --history
      obsctl check --prometheus http://localhost:9090 --loki http://localhost:3100
      obsctl check --format json | jq '.findings[].message'
      obsctl check --format sarif > obsctl.sarif  for code scanning
      obsctl check --only unknown-metric,unknown-label
      obsctl check --write-baseline known.jsonl   accept what is found today
      obsctl check --baseline known.jsonl         report what is new since then
      obsctl check rules/ --fix                   show what can be fixed mechanically, as a diff
      obsctl check rules/ --fix --write           write it, and report what is left
      obsctl check rules/ --only unformatted-query --fix
                                                  lay out queries
      obsctl explain unknown-label                what a check is about

    Levels of checks and the team's own policy are read from `obsctl.toml`.

    A server that is asked proves who is asking by the environment, as with `obsctl verify`:
    `PROMETHEUS_TOKEN`, or `PROMETHEUS_USER` and `PROMETHEUS_PASSWORD`, and `PROMETHEUS_TENANT`;
    likewise for the others.

    Exit status:
      0  nothing that `--fail-on` names; with --fix: nothing to change
      1  findings; with --fix and without --write: files would change
      2  could not run, or a question has no answer
    ");
}

#[test]
fn every_command_has_an_example() {
    let test = CliTest::new();
    let help = test.run(&["--help"]);
    let commands = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().next().unwrap())
        .filter(|name| *name != "help");
    for command in commands {
        let help = test.run(&[command, "--help"]);
        assert!(help.contains("Example"), "{help}");
        assert!(help.contains(&format!("  obsctl {command}")), "{help}");
        assert_eq!(cut_short(&help), [("", ""); 0]);
    }
}

/// Lines of prose that end although the first word of the next would fit.
fn cut_short(help: &str) -> Vec<(&str, &str)> {
    let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
    let pairs = help.lines().zip(help.lines().skip(1));
    let prose = pairs.filter(|(line, next)| is_prose(line) && is_prose(next));
    let cut = prose.filter(|(line, next)| {
        let word = next.split(' ').next().unwrap_or_default();
        !line.ends_with("-----") && line.chars().count() + 1 + word.chars().count() <= 100
    });
    cut.skip_while(|(line, _)| line.starts_with("exit status"))
        .collect()
}

#[test]
fn wrong_usage_could_not_run() {
    assert_snapshot!(CliTest::new().run(&["generate", "--envv", "host"]), @"
    exit status: 2
    ----- stderr -----
    error: unexpected argument '--envv' found

      tip: a similar argument exists: '--env'

    Usage: obsctl generate --env <ENV>

    For more information, try '--help'.
    ");
}

#[test]
fn an_environment_needs_a_folder_of_its_own() {
    assert_snapshot!(CliTest::new().run(&["generate", "--env", "host"]), @"
    exit status: 2
    ----- stderr -----
    error: the following required arguments were not provided:
      --out <DIR>

    Usage: obsctl generate --env <ENV> --out <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn a_speed_needs_a_folder_of_its_own_and_is_a_whole_number_up_to_60() {
    assert_snapshot!(CliTest::new().run(&["generate", "--speed", "60"]), @"
    exit status: 2
    ----- stderr -----
    error: the following required arguments were not provided:
      --out <DIR>

    Usage: obsctl generate --out <DIR> --speed <TIMES>

    For more information, try '--help'.
    ");
    assert_snapshot!(CliTest::new().run(&["generate", "--speed", "61", "--out", "fast"]), @"
    exit status: 2
    ----- stderr -----
    error: invalid value '61' for '--speed <TIMES>': 61 is not in 1..=60

    For more information, try '--help'.
    ");
    assert_snapshot!(CliTest::new().run(&["generate", "--speed", "1.5", "--out", "fast"]), @"
    exit status: 2
    ----- stderr -----
    error: invalid value '1.5' for '--speed <TIMES>': invalid digit found in string

    For more information, try '--help'.
    ");
}
