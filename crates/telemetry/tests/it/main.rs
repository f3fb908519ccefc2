//! The crate as a service uses it.

mod events;
mod leaks;
mod requests;
mod secrets;
mod support;
mod timed;
