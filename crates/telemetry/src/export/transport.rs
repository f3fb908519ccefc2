//! How a batch is sent, whatever it is a batch of.

use std::io::Write;
use std::time::Duration;

use opentelemetry_otlp::WithExportConfig;

/// A way to the destination.
pub(super) enum Transport<O> {
    /// By OTLP.
    Otlp(Box<O>),
    /// To standard error.
    Console,
    /// What cannot be sent is dropped and counted, as with a collector that is absent.
    Broken,
}

impl<O> Transport<O> {
    /// By this exporter, if it could be made.
    pub(super) fn of<E>(exporter: Result<O, E>, prepare: impl FnOnce(&mut O)) -> Self {
        match exporter {
            Ok(mut exporter) => {
                prepare(&mut exporter);
                Self::Otlp(Box::new(exporter))
            }
            Err(_) => Self::Broken,
        }
    }
}

/// An OTLP exporter to this address.
pub(super) fn to<B: WithExportConfig>(builder: B, address: &str, timeout: Duration) -> B {
    builder.with_endpoint(address).with_timeout(timeout)
}

/// One line each, to standard error. Whether they could be written.
pub(super) fn print(lines: impl Iterator<Item = String>) -> bool {
    let text: String = lines.map(|line| line + "\n").collect();
    std::io::stderr().lock().write_all(text.as_bytes()).is_ok()
}
