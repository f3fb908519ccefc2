//! The crate as a service uses it.

mod leaks;
mod requests;
mod secrets;
mod sinks;
mod support;
mod timed;
