//! Lines kept in memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use obsctl_telemetry::config::{Guard, Telemetry};
use obsctl_telemetry::logging::Sink;
use serde_json::Value;

/// A sink whose lines can be read.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("whole").clone()).expect("text")
    }

    pub fn lines(&self) -> Vec<Value> {
        let text = self.text();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Makes it the sink of this thread.
    pub fn listen(&self, telemetry: Telemetry) -> (tracing::subscriber::DefaultGuard, Guard) {
        let sink = Sink::Writer(Box::new(self.clone()));
        let (subscriber, guard) = telemetry.sink(sink).subscriber();
        (tracing::subscriber::set_default(subscriber), guard)
    }
}
