//! What running engines must say, and how their answers are judged. Everything here is pure: [`crate::live`] asks,
//! and hands over what it heard in the types of this module.

pub mod alerting;
pub mod dashboards;
pub mod data;
pub mod empty;
pub mod expression;
pub mod logs;
pub mod queries;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod targets;
pub mod variables;
pub mod window;

pub use report::{Counts, Group, Outcome, Report, Step};
