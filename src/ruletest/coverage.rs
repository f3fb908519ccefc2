//! What the tests exercise of the rules, and how that looks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use obsctl_rules::{Branch, Coverable, Item};
use serde_json::{Value, json};

use super::human::counted;

/// What tests exercise of rules.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// The rules, and which of their items tests exercise.
    rules: BTreeMap<Coverable, BTreeSet<Item>>,
}

impl Coverage {
    /// Counts rules, whether or not a test exercises them.
    pub fn of(&mut self, rules: impl IntoIterator<Item = Coverable>) {
        for rule in rules {
            self.rules.entry(rule).or_default();
        }
    }

    /// Notes what a test exercises of a rule.
    pub fn cover(&mut self, rule: &Coverable, item: Item) {
        if let Some(covered) = self.rules.get_mut(rule) {
            covered.insert(item);
        } else {
            self.rules.insert(rule.clone(), BTreeSet::from([item]));
        }
    }

    /// How much of all that the rules can do is exercised, in percent with one decimal; all of nothing is 100. It is
    /// cut, not rounded: 100 is only what is complete.
    #[must_use]
    pub fn percent(&self) -> f64 {
        let (covered, all) = self.counts();
        if all == 0 {
            return 100.0;
        }
        (covered as f64 * 1000.0 / all as f64).floor() / 10.0
    }

    /// What is exercised, and what there is.
    fn counts(&self) -> (usize, usize) {
        let covered = self.rules.values().map(BTreeSet::len).sum();
        let all = self.rules.keys().map(|rule| rule.items.len()).sum();
        (covered, all)
    }

    /// For people: the rules of which something is missing, and the figure.
    #[must_use]
    pub fn human(&self) -> String {
        let mut text = String::new();
        let mut file = None;
        let incomplete = self
            .rules
            .iter()
            .filter(|(rule, covered)| covered.len() < rule.items.len());
        for (rule, covered) in incomplete {
            if file != Some(&rule.file) {
                file = Some(&rule.file);
                let _ = writeln!(text, "\x1b[1m{}\x1b[0m", rule.file);
            }
            let line = rule.place.line;
            if covered.is_empty() {
                let _ = writeln!(
                    text,
                    "  {line:>4}  {}: \x1b[31mno test sees it\x1b[0m",
                    rule.name
                );
                continue;
            }
            let (found, all) = (covered.len(), rule.items.len());
            let _ = writeln!(text, "  {line:>4}  {}: {found} of {all}", rule.name);
            for item in rule.items.iter().filter(|item| !covered.contains(item)) {
                let _ = writeln!(text, "        \x1b[33m- {}\x1b[0m", missing(item));
            }
        }
        let (covered, all) = self.counts();
        let rules = counted(self.rules.len(), "rule");
        let percent = self.percent();
        let _ = writeln!(
            text,
            "coverage {percent}%: {covered} of {all} things that {rules} can do"
        );
        text
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let (covered, all) = self.counts();
        let rules = self.rules.iter().map(|(rule, covered)| {
            let items = rule.items.iter().map(|item| {
                let mut shown = shown(item);
                shown["covered"] = covered.contains(item).into();
                shown
            });
            json!({
                "file": &*rule.file,
                "line": rule.place.line,
                "group": rule.group,
                "rule": rule.name,
                "items": items.collect::<Vec<_>>(),
            })
        });
        json!({
            "percent": self.percent(),
            "covered": covered,
            "items": all,
            "rules": rules.collect::<Vec<_>>(),
        })
    }
}

/// What no test does, in words.
fn missing(item: &Item) -> String {
    match item {
        Item::Gives => "it never gives a series".to_owned(),
        Item::Fires => "no test asks for it while it fires".to_owned(),
        Item::Silent => "no test asks for it while it is silent".to_owned(),
        Item::Branch { expr, branch } => {
            let what = match branch {
                Branch::Left => "the left side never gives a series",
                Branch::Right => "the right side never gives a series of its own",
                Branch::Kept => "the right side never lets a series of the left side pass",
                Branch::Dropped => "the right side never takes a series of the left side away",
            };
            format!("{what}: {expr}")
        }
        Item::Value {
            label,
            value,
            selector,
        } => format!("no series has a `{label}` of `{value}`: {selector}"),
    }
}

fn shown(item: &Item) -> Value {
    match item {
        Item::Gives => json!({ "kind": "gives" }),
        Item::Fires => json!({ "kind": "fires" }),
        Item::Silent => json!({ "kind": "silent" }),
        Item::Branch { expr, branch } => {
            let branch = match branch {
                Branch::Left => "left",
                Branch::Right => "right",
                Branch::Kept => "kept",
                Branch::Dropped => "dropped",
            };
            json!({ "kind": "branch", "branch": branch, "expr": expr })
        }
        Item::Value {
            label,
            value,
            selector,
        } => json!({ "kind": "value", "label": label, "value": value, "selector": selector }),
    }
}
