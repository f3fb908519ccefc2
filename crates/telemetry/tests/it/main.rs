//! The crate as a service uses it.

mod events;
mod exposed;
mod leaks;
#[cfg(feature = "reqwest")]
mod outgoing;
mod requests;
mod scraped;
mod secrets;
mod sinks;
mod support;
mod timed;
