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
    assert_snapshot!(test.run(&["promql", rate, "errors.series", "--at", "10m"]), @"");
    assert_snapshot!(test.run(&["promql", rate, "errors.series", "--step", "1m", "--from", "4m", "--to", "6m", "--format", "table"]), @"");
    let chart = test.run(&["promql", rate, "errors.series", "--step", "1m"]);
    assert!(chart.contains("── {job=\"worker\"}  0.05"), "{chart}");
}

#[test]
fn what_is_exposed_is_evaluated_when_it_was_taken() {
    assert_snapshot!(test().run(&["promql", "sum(up)", "metrics.txt"]), @"");
    assert_snapshot!(test().run(&["promql", "up", "metrics.txt", "--format", "json"]), @"");
}

#[test]
fn results_come_with_what_prometheus_would_say_of_them() {
    assert_snapshot!(test().run(&["promql", "rate(up[1m])", "metrics.txt"]), @"");
}

#[test]
fn what_is_wrong_is_underlined() {
    let test = test();
    test.write("wrong.series", "load 1m\n  a 1 2 x\n");
    test.write("wrong.txt", "up{job= 1\n");
    assert_snapshot!(test.run(&["promql", "rate(up)", "metrics.txt"]), @"");
    assert_snapshot!(test.run(&["promql", "up + on (job) up", "metrics.txt", "errors.series"]), @"");
    assert_snapshot!(test.run(&["promql", "a", "wrong.series"]), @"");
    assert_snapshot!(test.run(&["promql", "a", "wrong.txt"]), @"");
    assert_snapshot!(test.run(&["promql", "a", "nothing-here"]), @"");
}
