//! The steps, one file for each kind: what is asked, and handed over to be judged.

pub(super) mod alerting;
pub(super) mod correlation;
pub(super) mod dashboards;
pub(super) mod queries;
pub(super) mod ready;
pub(super) mod rules;
pub(super) mod scenarios;
pub(super) mod targets;
mod variables;

use super::{Job, Run};
use crate::verify::Group;

/// What makes the steps of a group.
type Add = for<'a> fn(&'a Run<'a>) -> Vec<Job<'a>>;

/// Groups whose steps do not need those of others.
pub(super) static GROUPS: &[(Group, Add)] = &[
    (Group::Rules, rules::jobs),
    (Group::Targets, targets::jobs),
    (Group::Alerting, alerting::jobs),
    (Group::Datasources, dashboards::datasources),
    (Group::Dashboards, dashboards::jobs),
];
