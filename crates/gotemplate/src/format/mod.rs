//! Go's `fmt`: how values are printed.

mod number;
mod printer;
mod quote;

pub(crate) use number::float;
pub use printer::{sprint, sprintf, sprintln};
pub(crate) use quote::{is_printable, quote, quote_ascii, quote_char, unicode};
