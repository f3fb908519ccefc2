//! The demo as a whole, from outside: its processes are started and watched.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests start processes, watch the clock, and fail where something is not as expected"
)]

mod catalog;
mod engines;
mod postgres;
mod running;
mod scenarios;
mod spans;
