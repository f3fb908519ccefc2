//! A small, real system to observe: an API, workers with a persistent queue, an MCP server with tools, three simulated
//! providers, load with a daily rhythm, and scenarios that set off every alert.
//!
//! Its metrics, log lines and spans are those of the reference stack, recorded through `obsctl-telemetry` and nothing else.
//! Start with [`service`], then one of [`api`], [`worker`], [`mcp`].

pub mod api;
pub mod cache;
pub mod cli;
pub mod client;
pub mod crypto;
pub mod domain;
pub mod limiter;
pub mod load;
pub mod mcp;
pub mod pace;
pub mod password;
pub mod providers;
pub mod random;
pub mod receiver;
pub mod report;
pub mod scenario;
pub mod service;
pub mod settings;
pub mod store;
mod supervisor;
pub mod worker;
