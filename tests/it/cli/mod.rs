//! The command line, as its users meet it.

mod help;
mod output;
