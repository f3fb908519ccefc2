//! `dependency-cycle`

use std::collections::BTreeMap;

use obsctl_model::{Image, Slug, Stack, Workload};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Workloads that wait for each other.
pub static CHECK: Check = Check {
    name: "dependency-cycle",
    severity: Severity::Error,
    docs: "\
A workload of the local stack waits, by way of others, for itself.

## Why it matters

None of them would ever start: Compose refuses the whole file.

## How to fix it

Let one of them start without waiting. A service that tries again needs no order.
",
    run: Run::Once(run),
    fires: || stack(true),
    silent: || stack(false),
};

/// The example stack with two workloads of which one waits for the other, and maybe back.
fn stack(back: bool) -> Stack {
    let (shop, till) = (Slug::from_static("shop"), Slug::from_static("till"));
    let workload = |name: &Slug| Workload::new(name.clone(), "", Image::ready("shop:1"));
    let first = workload(&shop).after(till.clone());
    let second = workload(&till);
    let second = if back { second.after(shop) } else { second };
    example::stack().workload(first).workload(second)
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let all = &input.project.stack().workloads;
    let by_name: BTreeMap<_, _> = all.iter().map(|one| (one.name.as_str(), one)).collect();
    for workload in all {
        if let Some(path) = cycle(workload, &by_name)
            // Once for each circle: where its first name is.
            && path.iter().min() == Some(&workload.name.as_str())
        {
            let message = format!("workload `{}` waits for itself", workload.name);
            findings.push(
                Diagnostic::new(subject::workload(workload), workload.origin, message).help(
                    format!(
                        "it waits for `{}`: let one of them start without waiting",
                        path.join("`, which waits for `")
                    ),
                ),
            );
        }
    }
}

/// The shortest way back to a workload, by the names on it.
fn cycle<'a>(start: &'a Workload, all: &BTreeMap<&str, &'a Workload>) -> Option<Vec<&'a str>> {
    let mut seen = BTreeMap::new();
    let mut queue: Vec<&Workload> = vec![start];
    let mut at = 0;
    while let Some(workload) = queue.get(at).copied() {
        at += 1;
        for name in &workload.after {
            let name = name.as_str();
            if name == start.name.as_str() {
                return Some(way(start.name.as_str(), workload.name.as_str(), &seen));
            }
            if let Some(next) = all.get(name)
                && !seen.contains_key(name)
            {
                seen.insert(name, workload.name.as_str());
                queue.push(next);
            }
        }
    }
    None
}

/// The names from what `start` waits for, by way of `last`, to `start` itself.
fn way<'a>(start: &'a str, last: &'a str, before: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let mut path = vec![start];
    let mut at = last;
    while at != start
        && let Some(previous) = before.get(at)
    {
        path.push(at);
        at = previous;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn shows_the_whole_circle_once() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[dependency-cycle]: workload `shop` waits for itself
        --> definitions.rs
         = in: workload `shop`
         = help: it waits for `till`, which waits for `shop`: let one of them start without waiting
        ");
    }

    #[test]
    fn one_that_waits_for_itself_is_a_circle() {
        let name = Slug::from_static("shop");
        let shop = Workload::new(name.clone(), "", Image::ready("shop:1")).after(name);
        insta::assert_snapshot!(report(&CHECK, example::stack().workload(shop)), @"
        error[dependency-cycle]: workload `shop` waits for itself
        --> definitions.rs
         = in: workload `shop`
         = help: it waits for `shop`: let one of them start without waiting
        ");
    }
}
