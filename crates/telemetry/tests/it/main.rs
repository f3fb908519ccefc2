//! The crate as a service uses it.

mod events;
mod exposed;
mod leaks;
mod outgoing;
mod requests;
mod scraped;
mod secrets;
mod sinks;
mod support;
mod timed;
