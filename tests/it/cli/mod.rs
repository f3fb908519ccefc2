//! The command line, as its users meet it.

mod bad_input;
mod check;
mod diff;
mod explain;
mod fake_docker;
mod files;
mod fix;
mod generate;
mod help;
mod local_stack;
mod output;
mod policy;
mod promql;
mod reports;
mod sarif;
mod scenario;
mod slips;
mod slo;
