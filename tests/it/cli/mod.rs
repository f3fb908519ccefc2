//! The command line, as its users meet it.

mod bad_input;
mod check;
mod explain;
mod generate;
mod help;
mod output;
