//! obsctl: observability as code for Grafana, Prometheus, Loki and Tempo.
//!
//! A team describes its telemetry in a [`Stack`] and hands it to [`run`]; see [`model`] for the vocabulary.

pub mod catalogs;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod evaluate;
pub mod fix;
pub mod generate;
pub mod import;
mod lines;
pub mod live;
mod memo;
pub mod online;
mod parallel;
pub mod policy;
pub mod project;
pub mod read;
pub mod routing;
pub mod ruletest;
pub mod sloreport;
pub mod verify;

#[doc(inline)]
pub use cli::run;
#[doc(inline)]
pub use obsctl_model as model;
#[doc(inline)]
pub use obsctl_model::Stack;
