//! The demo as a whole, from outside: its processes are started and watched.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start processes and watch the clock"
)]

mod catalog;
mod engines;
mod running;
mod scenarios;
mod spans;
