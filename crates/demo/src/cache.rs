//! A cache in the memory of a service; its commands are spans, as those of a remote one would be.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing::{Span, info_span};

use crate::pace::{self, Pace};

/// Texts that are forgotten after some time.
#[derive(Debug)]
pub struct Cache {
    pace: Pace,
    /// Each with the time it is forgotten at.
    kept: Mutex<BTreeMap<String, (String, i64)>>,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            kept: Mutex::default(),
        }
    }

    /// What is kept under a key.
    pub fn get(&self, key: &str) -> Option<String> {
        command("GET", "GET ?").in_scope(|| {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let (text, until) = kept.get(key)?;
            (*until > pace::now()).then(|| text.clone())
        })
    }

    /// Keeps a text for that long, in simulated time.
    pub fn set(&self, key: &str, text: &str, lasting: Duration) {
        command("SET", "SET ? ? PX ?").in_scope(|| {
            let now = pace::now();
            let until = now.saturating_add(self.pace.real_millis(lasting));
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.retain(|_, (_, until)| *until > now);
            kept.insert(key.to_owned(), (text.to_owned(), until));
        });
    }
}

fn command(name: &'static str, statement: &'static str) -> Span {
    info_span!(
        "cache",
        otel.kind = "client",
        otel.name = name,
        db.system = "memory",
        db.statement = statement,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_until_its_time_is_over() {
        let cache = Cache::new(Pace::new(1));
        cache.set("plan", "pro", Duration::from_secs(60));
        cache.set("gone", "at once", Duration::ZERO);
        assert_eq!(cache.get("plan").as_deref(), Some("pro"));
        assert_eq!(cache.get("gone"), None);
        assert_eq!(cache.get("never"), None);
    }
}
