//! What rules write: results become samples, and series that a rule no longer gives end.

use std::collections::BTreeMap;

use obsctl_promql::eval::{Labels, STALE, SeriesId, Storage, Value};

/// A storage that takes samples only in the order of time, as Prometheus' does.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub storage: Storage,
    last: BTreeMap<SeriesId, (i64, Value)>,
}

/// The series that a rule gave at its last evaluation.
#[derive(Debug, Default)]
pub(crate) struct Written(BTreeMap<Labels, SeriesId>);

impl Writer {
    /// Adds a sample.
    ///
    /// # Errors
    /// When the series has a later sample, or another one at this time.
    pub fn append(&mut self, id: SeriesId, time: i64, value: Value) -> Result<(), &'static str> {
        if let Some((last, known)) = self.last.get(&id) {
            if *last > time {
                return Err("out of order sample");
            }
            if *last == time {
                return if same(known, &value) {
                    Ok(())
                } else {
                    Err("duplicate sample for timestamp")
                };
            }
        }
        self.last.insert(id, (time, value.clone()));
        self.storage.push(id, time, value);
        Ok(())
    }

    /// Writes the result of a rule's evaluation, and ends the series that are not in it any more.
    ///
    /// # Errors
    /// When a series is written by something else too.
    pub fn write(
        &mut self,
        written: &mut Written,
        time: i64,
        result: Vec<(Labels, Value)>,
    ) -> Result<(), String> {
        let mut now = BTreeMap::new();
        for (labels, value) in result {
            let id = self.storage.series(&labels);
            self.append(id, time, value).map_err(|reason| {
                format!(
                    "{labels}: {reason}: the series is also an input or the result of another rule"
                )
            })?;
            now.insert(labels, id);
        }
        for (labels, id) in &written.0 {
            if !now.contains_key(labels) {
                // Where another rule goes on with the series it does not end.
                let _ = self.append(*id, time, Value::Float(STALE));
            }
        }
        written.0 = now;
        Ok(())
    }

    /// Writes what a rule gave at all steps into a series that nothing else writes; it ends where it has a
    /// gap. False where the series is there already.
    pub fn write_all(
        &mut self,
        labels: &Labels,
        points: Vec<(i64, Value)>,
        step: i64,
        end: i64,
    ) -> bool {
        let before = self.storage.len();
        let id = self.storage.series(labels);
        if self.storage.len() == before {
            return false;
        }
        let mut expected = None;
        for (time, value) in points {
            if let Some(expected) = expected.filter(|expected| *expected < time) {
                self.storage.push(id, expected, STALE);
            }
            self.storage.push(id, time, value);
            expected = Some(time + step);
        }
        if let Some(expected) = expected.filter(|expected| *expected <= end) {
            self.storage.push(id, expected, STALE);
        }
        true
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}
