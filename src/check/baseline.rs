//! Known findings: what a baseline records is left out, and what it records in vain is a finding itself.

use super::Findings;
use super::report::level;
use super::rules::unused_baseline;
use crate::diagnostic::Diagnostic;
use crate::policy::{Baseline, Compared, Policy};

/// Takes the known findings out, and adds those about the baseline, which was read from `file`. `looked_at` says
/// of which files the findings are.
#[must_use]
pub fn compare(
    found: Vec<Diagnostic>,
    baseline: &Baseline,
    file: &'static str,
    policy: &Policy,
    looked_at: impl Fn(Option<&str>) -> bool,
) -> Compared {
    // What was not looked for may still be there.
    let mut compared = baseline.compare(found, |identity| {
        policy.runs(&identity.check) && looked_at(identity.file.as_deref())
    });
    if policy.runs(unused_baseline::CHECK.name) {
        let mut findings = Findings::default();
        for entry in &compared.unused {
            findings.push(unused_baseline::finding(entry, file));
        }
        let mut unused: Vec<_> = findings.of(&unused_baseline::CHECK).collect();
        unused.retain_mut(|diagnostic| level(diagnostic, policy));
        compared.new.extend(unused);
        compared.new.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    }
    compared
}
