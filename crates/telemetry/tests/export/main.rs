//! Export: what arrives at a collector, and that no collector harms the service.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test: it measures itself against itself"
)]

mod collector;
#[cfg(feature = "grpc")]
mod grpc;
mod logs;
mod requests;
mod start;
mod traces;
