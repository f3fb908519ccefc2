//! obsctl: observability as code for Grafana, Prometheus, Loki and Tempo.

pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod generate;
pub mod project;

#[doc(inline)]
pub use obsctl_model as model;
