//! obsctl over the reference stack.

use std::process::ExitCode;

fn main() -> ExitCode {
    obsctl::run(obsctl_stack::stack())
}
