//! `broken-rule-test`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_model::{RuleTest, Stack, mins, silent};

use crate::check::{Check, Findings, Input, Run, example, rule_test};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::rule_test::file_name;
use crate::project::subject;

/// A test of rules that cannot prove anything.
pub static CHECK: Check = Check {
    name: "broken-rule-test",
    severity: Severity::Error,
    docs: "\
A test of rules cannot prove anything: it names what does not exist, cannot be read, or expects nothing.

## Why it matters

A test of an alert that was renamed passes for ever where it expects that the alert is silent. A test that gives
series which no service exposes shows that an alert fires in a world that is not there.

## How to fix it

The finding says what is wrong and what is near it. Name alerts by their definitions (`fires(error_ratio_high())`) and give
label sets of declared metrics (`ApiRequests { … }`): the compiler then knows both. Two tests of one name would be one file:
rename one.
",
    run: Run::Once(run),
    fires: || tested(RuleTest::new("many connections warn").at(mins(5), silent("HighLatencies"))),
    silent: || tested(RuleTest::new("many connections warn").at(mins(5), silent("HighLatency"))),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let mut names: BTreeMap<String, &RuleTest> = BTreeMap::new();
    for linked in &input.project.rule_tests() {
        findings.extend(rule_test::read(input, linked).problems);
        let test = linked.test;
        if let Some(first) = names.get(&file_name(test)) {
            let message = format!(
                "test `{}` becomes the same file as test `{}`",
                test.name, first.name
            );
            findings.push(
                Diagnostic::new(subject::rule_test(test), test.origin, message)
                    .also(first.origin, "the first is here")
                    .help("rename one: a test is a file of its name"),
            );
        } else {
            names.insert(file_name(test), test);
        }
    }
}

/// A stack with an alert on many connections, and a test.
fn tested(test: RuleTest) -> Stack {
    example::alert(promql("connections > 100")).test(test)
}

#[cfg(test)]
mod tests {
    use obsctl_model::{fires, gives, gives_histogram, secs};

    use super::*;
    use crate::check::testing::{findings, underlined};

    #[test]
    fn names_the_nearest_alert() {
        let mut found = findings((CHECK.fires)());
        found.retain(|one| one.check == CHECK.name);
        assert_eq!(found[0].message, "alert `HighLatencies` does not exist");
        assert_eq!(found[0].help, ["did you mean `HighLatency`?"]);
    }

    #[test]
    fn points_at_what_cannot_be_read() {
        let given = |series: &str, values: &str| {
            let test = RuleTest::new("x").given_series(series, values);
            underlined(&CHECK, tested(test.at(mins(1), silent("HighLatency"))))
        };
        assert_eq!(given(r#"connections{path="/a"}"#, "1 2y 3"), ["2y"]);
        assert_eq!(given(r#"connections{path=~"/a"}"#, "1"), [r#"path=~"/a"}"#]);
        assert_eq!(given(r#"connections{route="/a"}"#, "1"), [r#"route="/a""#]);
    }

    #[test]
    fn says_what_proves_nothing() {
        let test = || RuleTest::new("x").at(mins(1), silent("HighLatency"));
        let good = || test().given_series(r#"connections{path="/a"}"#, "1x5");
        let messages = |stack: Stack| -> Vec<String> {
            let found = findings(stack).into_iter();
            let own = found.filter(|one| one.check == CHECK.name);
            own.map(|one| one.message).collect()
        };
        for (test, message) in [
            (RuleTest::new("x"), "the test expects nothing"),
            (
                test().every(secs(0)),
                "the test takes no time: an interval is 0",
            ),
            (
                test().at(obsctl_model::days(100_000), silent("HighLatency")),
                "the test evaluates the rules 144000000 times",
            ),
            (
                test().given_series("conections", "1x5"),
                "metric `conections` does not exist",
            ),
            (
                test().given_series(r#"connections{route="/a"}"#, "1x5"),
                "label `route` does not exist here",
            ),
            (
                test().given_series(r#"{path="/a"}"#, "1x5"),
                "a series has no name",
            ),
            (
                good().given_series(r#"connections{path="/a"}"#, "2x5"),
                r#"series `{__name__="connections", path="/a"}` is given twice"#,
            ),
            (
                test().at(mins(1), fires("HighLatency")),
                "alert `HighLatency` fires and does not fire at one time",
            ),
            (
                test().at(mins(1), gives(promql("sum(conections)"), 1.0)),
                "metric `conections` does not exist",
            ),
            (
                test().at(mins(1), gives(promql("connections"), f64::NAN)),
                "NaN equals nothing",
            ),
            (
                test().at(mins(1), gives_histogram(promql("connections"), "1")),
                "not one histogram",
            ),
        ] {
            assert_eq!(messages(tested(test)), [message]);
        }
        assert_eq!(messages(tested(good())), [""; 0]);
        let twice = tested(good()).test(test());
        assert_eq!(
            messages(twice),
            ["test `x` becomes the same file as test `x`"]
        );
    }
}
