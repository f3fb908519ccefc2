//! obsctl over the reference stack.

use std::process::ExitCode;

/// A stack is many small values, made once and read by several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    obsctl::run(obsctl_stack::stack)
}
