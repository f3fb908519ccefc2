//! The crate as a service uses it.

mod leaks;
mod requests;
mod secrets;
mod support;
mod timed;
