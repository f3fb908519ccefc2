//! The crate as a service uses it.

mod events;
mod leaks;
#[cfg(feature = "reqwest")]
mod outgoing;
mod requests;
mod secrets;
mod sinks;
mod support;
mod timed;
