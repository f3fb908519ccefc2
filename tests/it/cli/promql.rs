//! `promql`: queries over files and over what is exposed.

use insta::assert_snapshot;

use crate::common::CliTest;

const SERIES: &str = "\
load 1m
  errors_total{job=\"api\"} 0+30x10 300x20
  errors_total{job=\"worker\"} 0+3x30
";

const PAGE: &str = "\
# HELP up Whether it is there.
up{job=\"api\"} 1
up{job=\"worker\"} 0 5000
";

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("errors.series", SERIES);
    test.write("metrics.txt", PAGE);
    test
}

#[test]
fn series_of_a_file_are_evaluated_once_or_at_every_step() {
    let test = test();
    let rate = "rate(errors_total[5m])";
    assert_snapshot!(test.run(&["promql", rate, "errors.series", "--at", "10m"]), @r#"
    exit status: 0
    ----- stdout -----
    {job="api"}     0.5
    {job="worker"}  0.05
    "#);
    assert_snapshot!(test.run(&["promql", rate, "errors.series", "--step", "1m", "--from", "4m", "--to", "6m", "--format", "table"]), @r#"
    exit status: 0
    ----- stdout -----
    {job="api"}
      4m  0.4
      5m  0.5
      6m  0.5
    {job="worker"}
      4m  0.04
      5m  0.05
      6m  0.05
    ----- stderr -----
    2 results
    "#);
    let chart = test.run(&["promql", rate, "errors.series", "--step", "1m"]);
    assert!(chart.contains("── {job=\"worker\"}  0.05"), "{chart}");
}

#[test]
fn what_is_exposed_is_evaluated_when_it_was_taken() {
    assert_snapshot!(test().run(&["promql", "sum(up)", "metrics.txt"]), @"
    exit status: 0
    ----- stdout -----
    {}  1
    ");
    assert_snapshot!(test().run(&["promql", "up", "metrics.txt", "--format", "json"]), @r#"
    exit status: 0
    ----- stdout -----
    {
      "status": "success",
      "data": {
        "resultType": "vector",
        "result": [
          {
            "metric": {
              "__name__": "up",
              "job": "api"
            },
            "value": [
              5.0,
              "1"
            ]
          },
          {
            "metric": {
              "__name__": "up",
              "job": "worker"
            },
            "value": [
              5.0,
              "0"
            ]
          }
        ]
      },
      "warnings": [],
      "infos": []
    }
    "#);
}

#[test]
fn results_come_with_what_prometheus_would_say_of_them() {
    let test = test();
    test.write("queue.series", "load 1m\n  queue_length 1 2 3\n");
    assert_snapshot!(test.run(&["promql", "rate(queue_length[5m])", "queue.series"]), @r#"
    exit status: 0
    ----- stdout -----
    {}  0.008333333333333333
    ----- stderr -----
    note: PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "queue_length" (1:6)
    "#);
}

#[test]
fn what_is_wrong_is_underlined() {
    let test = test();
    test.write("wrong.series", "load 1m\n  a 1 2 x\n");
    test.write("wrong.txt", "up{job= 1\n");
    assert_snapshot!(test.run(&["promql", "rate(up)", "metrics.txt"]), @"
    exit status: 2
    ----- stderr -----
    error[query]: the argument of `rate` must be a range vector, found an instant vector
     --> the query:1:6
      |
    1 | rate(up)
      |      ^^
      |
      = in: the query
    ");
    assert_snapshot!(test.run(&["promql", "up + on (job) up", "metrics.txt", "errors.series"]), @"
    exit status: 2
    ----- stderr -----
    error: `errors.series` writes series down, and is not the only source
      help: its times begin in 1970: evaluate it by itself
    ");
    assert_snapshot!(test.run(&["promql", "a", "wrong.series"]), @r#"
    exit status: 2
    ----- stderr -----
    error: `wrong.series`, line 2: `x` is no point at byte 6: write points as in `1 1+2x3 7x4 _ _x2 stale {{count:3}}`
      help: write `load 1m`, and series such as `up{job="api"} 1x10` below it
    "#);
    assert_snapshot!(test.run(&["promql", "a", "wrong.txt"]), @r#"
    exit status: 2
    ----- stderr -----
    error[unreadable]: a label's value stands in double quotes
    --> wrong.txt:1:1
     = in: file `wrong.txt`
     = help: a line is `name{label="value"} number`, or a comment that begins with `#`
    "#);
    assert_snapshot!(test.run(&["promql", "a", "nothing-here"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no `nothing-here`
      help: sources are files and URLs of metrics
    ");
}
