//! Changes that only follow from another: they are told with it, and not for themselves.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::Slo;

use super::both::Thing;
use super::{Change, Class, Edit, Kind, Piece, Subject, What};
use crate::project::slo::group_names;

/// A query that only follows a series to its new name asks what it asked before.
pub(super) fn renames(changes: &mut [Change]) {
    let mut renamed = BTreeMap::new();
    for change in changes.iter() {
        let series = matches!(change.subject.kind, Kind::Metric | Kind::RecordingRule);
        for detail in change.details.iter().filter(|_| series) {
            if let What::Renamed { from } = &detail.what {
                for suffix in ["", "_bucket", "_sum", "_count"] {
                    let to = format!("{}{suffix}", change.subject.name);
                    renamed.insert(format!("{from}{suffix}"), to);
                }
            }
        }
    }
    if renamed.is_empty() {
        return;
    }
    let follows =
        |edit: &Edit| edit.piece == Piece::Metric && renamed.get(&edit.from) == Some(&edit.to);
    for change in changes {
        for detail in &mut change.details {
            if let What::Query { edits, .. } = &detail.what
                && !edits.is_empty()
                && edits.iter().all(follows)
            {
                detail.class = Class::Cosmetic;
            }
        }
        let classes = change.details.iter().map(|detail| detail.class);
        change.class = classes.min().unwrap_or(change.class);
        if change.class == Class::Cosmetic {
            change.touches.clear();
        }
    }
}

/// The page of a runbook shows the queries of the alerts that lead to it, each under the alert's name.
pub(super) fn pages(changes: Vec<Change>) -> Vec<Change> {
    let is_page = |change: &Change| {
        let of = change.subject.of.as_deref().unwrap_or_default();
        change.subject.kind == Kind::Panel && of.starts_with("Runbook: ")
    };
    let (pages, mut others): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_page);
    let alerts = others.iter().enumerate();
    let alerts = alerts.filter(|(_, change)| change.subject.kind == Kind::Alert);
    let alerts: BTreeMap<_, _> = alerts
        .map(|(at, change)| (change.subject.name.clone(), at))
        .collect();
    for page in pages {
        match alerts.get(&page.subject.name) {
            Some(alert) => others[*alert].follows.push(page.subject),
            None => others.push(page),
        }
    }
    others
}

/// The rules that an SLO became.
pub(super) fn slos(changes: Vec<Change>, before: &[Slo], after: &[Slo]) -> Vec<Change> {
    let is_slo = |change: &Change| change.subject.kind == Kind::Slo;
    let (mut promised, mut others): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_slo);
    for slo in &mut promised {
        let names = |one: &&Slo| {
            one.subject() == slo.subject || slo.was().is_some_and(|name| name == one.name.as_str())
        };
        let own = before.iter().chain(after).filter(names);
        let groups: BTreeSet<String> = own.flat_map(group_names).collect();
        let follows = |one: &Subject| {
            let group = match one.kind {
                Kind::Alert | Kind::RecordingRule => one.of.as_ref(),
                Kind::RuleGroup => Some(&one.name),
                _ => None,
            };
            group.is_some_and(|group| groups.contains(group))
        };
        for other in others.extract_if(.., |other| follows(&other.subject)) {
            let touched = other.touches.into_iter();
            let touched: Vec<_> = touched
                .filter(|one| one.subject != slo.subject && !follows(&one.subject))
                .collect();
            // A series that is gone and that nobody asked for breaks nothing.
            let class = match other.class {
                Class::Breaking if touched.is_empty() => Class::Behaviour,
                class => class,
            };
            slo.class = slo.class.min(class);
            slo.touches.extend(touched);
            slo.follows.extend(other.follows);
            slo.follows.push(other.subject);
        }
        slo.follows.sort();
        slo.touches.sort();
        slo.touches.dedup_by(|a, b| a.subject == b.subject);
    }
    others.append(&mut promised);
    others
}
