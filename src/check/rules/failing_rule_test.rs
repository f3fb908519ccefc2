//! `failing-rule-test`

use obsctl_model::query::promql;
use obsctl_model::{RuleTest, Stack, fires, mins};

use crate::check::{Check, Findings, Input, Run, example, rule_test};
use crate::diagnostic::Severity;
use crate::parallel;

/// A test of rules that fails.
pub static CHECK: Check = Check {
    name: "failing-rule-test",
    severity: Severity::Error,
    docs: "\
A test of rules fails: the rules do something else than it expects.

## Why it matters

Either the rule is wrong, and will be in production, or what it does was changed on purpose and the test still says what it
did before.

## How to fix it

The finding shows what is expected and what is there: lines with `-` are missing, lines with `+` should not be there. What
a template makes has to be stated by the test; other labels and annotations of the rule need not be.
",
    run: Run::Once(run),
    fires: || tested(200),
    silent: || tested(100),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let tests = input.project.rule_tests();
    let failures = parallel::map(&tests, |test| rule_test::failures(input, test));
    findings.extend(failures.into_iter().flatten());
}

/// A stack that warns of more connections than this, and a test with 150 of them.
fn tested(limit: u32) -> Stack {
    let test = RuleTest::new("many connections warn")
        .given_series(r#"connections{job="api",path="/a"}"#, "150x10")
        .at(
            mins(5),
            fires("HighLatency").with("job", "api").with("path", "/a"),
        );
    example::alert(promql(&format!("connections > {limit}"))).test(test)
}

#[cfg(test)]
mod tests {
    use obsctl_model::{Rule, gives_histogram};

    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn shows_what_differs() {
        let mut found = findings((CHECK.fires)());
        found.retain(|one| one.check == CHECK.name);
        assert_eq!(found.len(), 1);
        let message = "alert `HighLatency` does not fire after 5m and should";
        assert_eq!(found[0].message, message);
        assert!(
            found[0].help[0].contains("\n-     path: \"/a\""),
            "{}",
            found[0].help[0]
        );
    }

    #[test]
    fn a_template_that_the_test_does_not_state_is_shown() {
        let mut stack = tested(100);
        if let Some(Rule::Alert(alert)) = stack.rule_groups[0].rules.first_mut() {
            alert.summary = "{{ $labels.path }} has {{ $value }} connections".to_owned();
        }
        let found = findings(stack);
        let found = found.iter().find(|one| one.check == CHECK.name).unwrap();
        assert!(
            found.help[0].contains("\n+     summary: \"/a has 150 connections\""),
            "{}",
            found.help[0]
        );
    }

    #[test]
    fn native_histograms_are_given_and_expected() {
        let test = |count: u32| {
            RuleTest::new("x")
                .given_series("connections", "{{schema:0 count:3 sum:4 buckets:[1 2]}}x5")
                .at(
                    mins(5),
                    gives_histogram(
                        promql("connections * 2"),
                        format!("{{{{schema:0 count:{count} sum:8 counter_reset_hint:not_reset buckets:[2 4]}}}}"),
                    ),
                )
        };
        let found = |count| {
            let found = findings(example::alert(promql("connections > 100")).test(test(count)));
            found
                .into_iter()
                .filter(|one| one.check == CHECK.name)
                .count()
        };
        assert_eq!((found(6), found(7)), (0, 1));
    }
}
