//! `recorded-after-use`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_model::{MetricName, RecordingRule, Rule, RuleGroup, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::Severity;
use crate::project::{Site, subject};

/// A rule that reads the result of a later one.
pub static CHECK: Check = Check {
    name: "recorded-after-use",
    severity: Severity::Warning,
    docs: "\
A rule uses a series that a later rule of the same group records.

## Why it matters

The rules of a group are evaluated one after the other. One that stands before what it uses reads the result of the
evaluation before: its value is always one interval old.

## How to fix it

Put the rule that records before those that use it.
",
    run: Run::Once(run),
    fires: || ordered(false),
    silent: || ordered(true),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // Where each rule stands, and the first place each series is recorded at.
    let mut recorded: BTreeMap<(*const RuleGroup, &str), (usize, &RecordingRule)> = BTreeMap::new();
    let mut places: BTreeMap<*const (), usize> = BTreeMap::new();
    for group in input.project.groups() {
        for (index, rule) in group.rules.iter().enumerate() {
            match rule {
                Rule::Record(rule) => {
                    recorded
                        .entry((&raw const *group, rule.record.as_str()))
                        .or_insert((index, rule));
                    places.insert((&raw const *rule).cast(), index);
                }
                Rule::Alert(alert) => {
                    places.insert((&raw const *alert).cast(), index);
                }
            }
        }
    }
    for query in &input.queries {
        let (group, at, own) = match &query.at.site {
            Site::Alert { group, alert } => (*group, (&raw const **alert).cast::<()>(), None),
            Site::Record { group, rule } => (
                *group,
                (&raw const **rule).cast::<()>(),
                Some(rule.record.as_str()),
            ),
            _ => continue,
        };
        let Some(place) = places.get(&at) else {
            continue;
        };
        for named in &query.named {
            let Some((later, rule)) = recorded.get(&(&raw const *group, named.name)) else {
                continue;
            };
            // One that continues itself reads its own last result, as it should; so does one of the past.
            let past = named.used.selector.modifiers.offset.is_some() || named.used.range.is_some();
            if later <= place || own == Some(named.name) || past {
                continue;
            }
            let message = format!("`{}` is used before it is recorded", named.name);
            let recorder = subject::record(group, rule);
            findings.push(
                query
                    .at
                    .finding(named.span, message, "one interval old")
                    .also(rule.origin, "recorded here, later in the group")
                    .help(format!("put {recorder} before this rule")),
            );
        }
    }
}

/// A group with a rule that uses another one, in this order or the other.
fn ordered(right: bool) -> Stack {
    let name = MetricName::from_static("job:up:sum");
    let record = Rule::Record(RecordingRule::new(name, promql("sum by (job) (up)")));
    let alert = Rule::Alert(example::high_latency(promql("job:up:sum < 1")));
    let rules = if right {
        vec![record, alert]
    } else {
        vec![alert, record]
    };
    example::stack()
        .rule_group(RuleGroup {
            rules,
            ..RuleGroup::new("api")
        })
        .runbook(example::runbook())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn underlines_the_series() {
        assert_eq!(underlined(&CHECK, (CHECK.fires)()), ["job:up:sum"]);
    }
}
