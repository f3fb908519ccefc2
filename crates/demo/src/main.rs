//! The demo's binary.

fn main() -> std::process::ExitCode {
    obsctl_demo::cli::main()
}
