//! Lines kept in memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use obsctl_telemetry::config::{Guard, Telemetry};
use obsctl_telemetry::logging::Sink;
use serde_json::Value;
use tracing::Dispatch;
use tracing::dispatcher::{DefaultGuard, set_default};

/// A sink whose lines can be read.
#[derive(Default)]
pub struct Memory {
    bytes: Arc<Mutex<Vec<u8>>>,
    guards: Mutex<Vec<Guard>>,
}

struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    /// What has been logged so far.
    pub fn text(&self) -> String {
        for guard in &*self.guards.lock().expect("whole") {
            assert!(guard.flush(), "the lines are written in time");
        }
        String::from_utf8(self.bytes.lock().expect("whole").clone()).expect("text")
    }

    pub fn lines(&self) -> Vec<Value> {
        let text = self.text();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Makes it the sink of this telemetry.
    pub fn start(&self, telemetry: Telemetry) -> Dispatch {
        let sink = Sink::Writer(Box::new(Bytes(self.bytes.clone())));
        let (subscriber, guard) = telemetry.sink(sink).subscriber().expect("it starts");
        self.guards.lock().expect("whole").push(guard);
        Dispatch::new(subscriber)
    }

    /// Makes it the sink of this thread.
    pub fn listen(&self, telemetry: Telemetry) -> DefaultGuard {
        set_default(&self.start(telemetry))
    }
}
