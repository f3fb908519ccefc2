//! From what checks found to what is told: without what definitions accept, at the levels of the policy, in order, each
//! thing once.

use std::collections::BTreeMap;

use super::suppression::{self, Accepted};
use crate::diagnostic::{Diagnostic, UNREADABLE};
use crate::policy::Policy;

/// What is told of `found`; `today` (`YYYY-MM-DD`) says which accepted findings have expired.
pub(super) fn told(
    found: impl Iterator<Item = Diagnostic>,
    accepted: &[Accepted<'_>],
    policy: &Policy,
    today: Option<&str>,
) -> Vec<Diagnostic> {
    let mut kept = suppression::apply(accepted, policy, found, today);
    kept.retain_mut(|diagnostic| level(diagnostic, policy));
    let order = in_order(&kept);
    let places = once(&kept, &order);
    let mut kept: Vec<_> = kept.into_iter().map(Some).collect();
    let mut told: Vec<Diagnostic> = Vec::with_capacity(kept.len());
    for (index, place) in order.into_iter().zip(places) {
        let Some(one) = kept[index].take() else {
            continue;
        };
        match told.get_mut(place) {
            // What would mend it goes to the finding that is told.
            Some(first) => first.stands_for(one),
            None => told.push(one),
        }
    }
    told
}

/// Where the findings stand that are told first, second and so on. Of equal ones the one in the definition itself is
/// first, not the one in what is made from it.
fn in_order(found: &[Diagnostic]) -> Vec<usize> {
    // Findings are large and lie far apart: what is compared is gathered, and nothing else moved.
    let mut keys: Vec<_> = found.iter().map(Diagnostic::sort_key).zip(0..).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, index)| index).collect()
}

/// For each finding, in that order, which of those told tells it: what says the same about the same place as another
/// is told once.
fn once(found: &[Diagnostic], order: &[usize]) -> Vec<usize> {
    let (mut here, mut keys) = (BTreeMap::new(), BTreeMap::new());
    let (mut place, mut told) = (None, 0..);
    let all = order.iter().map(|index| &found[*index]);
    let tells = all.map(|one| {
        // Findings of one place follow each other.
        if one.location() != place {
            here.clear();
            place = one.location();
        }
        let key = one.once_per.as_deref().map(|key| (one.check, key));
        let before = key.as_ref().and_then(|key| keys.get(key));
        let repeat = one.repeat_key();
        before
            .or_else(|| here.get(&repeat))
            .copied()
            .unwrap_or_else(|| {
                let next = told.next().unwrap_or_default();
                here.insert(repeat, next);
                keys.extend(key.map(|key| (key, next)));
                next
            })
    });
    tells.collect()
}

/// Gives a finding the level that `policy` says; false where it is not to be reported.
pub(super) fn level(diagnostic: &mut Diagnostic, policy: &Policy) -> bool {
    let own = diagnostic.severity;
    let file = policy.tells_files_apart().then(|| diagnostic.file());
    let file = file.flatten();
    let severity = match diagnostic.check {
        UNREADABLE => policy.severity_unread(own, file.as_deref()),
        check => policy.severity(check, own, file.as_deref()),
    };
    match severity {
        Some(severity) => {
            diagnostic.severity = severity;
            true
        }
        None => false,
    }
}
