//! The command line, as its users meet it.

mod bad_input;
mod generate;
mod help;
mod output;
