//! The crate as a service uses it.

mod exposed;
mod leaks;
#[cfg(feature = "reqwest")]
mod outgoing;
mod requests;
mod scraped;
mod secrets;
mod support;
mod timed;
