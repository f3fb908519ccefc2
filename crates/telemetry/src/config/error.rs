//! What can keep telemetry from starting.

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one for the process already; it goes on.
    #[error("telemetry is initialised already: call `init` once, at the start of the process")]
    AlreadyInitialised,
    /// The system gives no thread.
    #[error("telemetry does not start: the system gives no thread or event loop for it")]
    Thread(#[from] std::io::Error),
    /// A variable has a value that means nothing.
    #[error("environment variable `{name}`: `{value}` is not {expected}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
}
