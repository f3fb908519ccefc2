//! What a person is shown.

use super::cases::{RULES, cases, file};
use crate::common::CliTest;

#[test]
fn every_kind_of_mistake_is_shown_with_its_place() {
    let folder = CliTest::new();
    folder.write("rules.yml", RULES);
    folder.write(
        "bad.yml",
        "rule_files: [rules.yml]\nevaluation_intervall: 1m\ntests:\n- input_series:\n  - series: a{b!=\"c\"}\n    values: 1 2 x\n",
    );
    insta::assert_snapshot!(folder.run(&["test", "bad.yml"]), @r#"
    exit status: 2
    ----- stdout -----
    bad.yml: not run
    error[unreadable]: a file of unit tests has no key `evaluation_intervall`
     --> bad.yml:2:1
      |
    2 | evaluation_intervall: 1m
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: file `bad.yml`
      = help: did you mean `evaluation_interval`?
      = help: its keys are `rule_files`, `log_rule_files`, `alertmanager_config`, `group_eval_order`, `fuzzy_compare`, `evaluation_interval`, `tests`

    error[unreadable]: a series has labels only with `=`
     --> bad.yml:5:3
      |
    5 | a{b!="c"}
      |   ^^^^^^^ here
      |
      = in: file `bad.yml`
      = help: write a metric as in `up{job="api"}`

    0 tests passed, 0 failed, 1 file not run
    "#);
    folder.write(
        "one.yml",
        &file(&[("wrong annotation", cases()[6].2.clone())]),
    );
    insta::assert_snapshot!(folder.run(&["test", "one.yml"]), @r#"
    exit status: 1
    ----- stdout -----
    one.yml: 0 tests passed, 1 failed
      one.yml:16: test `wrong annotation`
        alert `ErrorRate` fires after 9m with other labels or annotations
        - expected  + got
            - labels:
                alertname: "ErrorRate"
                job: "api"
                pager: "api-oncall"
                severity: "page"
              annotations:
          -     summary: "other"
          +     first: "1"
          +     summary: "api: 1 errors a second in eu"
    0 tests passed, 1 failed
    "#);
    insta::assert_snapshot!(folder.run(&["test", "one.yml", "--only", "right"]), @r#"
    exit status: 2
    ----- stderr -----
    error: no test has `right` in its name
      help: `--only` takes a part of a test's name; without it all tests run
    "#);
    insta::assert_snapshot!(folder.run(&["test"]), @r#"
    exit status: 2
    ----- stderr -----
    error: there is no `alerts/tests`
      help: run `obsctl generate`, or name files of tests or folders of them
    "#);
}
