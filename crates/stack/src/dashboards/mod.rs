//! The dashboards, one file each.
//!
//! All are built alike: what matters first as numbers with the alerts' limits, then how it got there, then who
//! and what exactly, and at the end the alerts and log lines that belong to it.

use obsctl_model::Dashboard;

pub mod overview;
mod parts;
#[cfg(test)]
mod tests;

/// All dashboards.
#[must_use]
pub fn all() -> Vec<Dashboard> {
    vec![overview::dashboard()]
}
