//! Sampling: of events that say again and again that all is well, only a share is written.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use obsctl_model::Level;

use crate::ids::{self, TraceId};

/// Which success events are written: all, unless told otherwise.
///
/// A trace is kept or left out as a whole, here and in every other process with the same share; warnings and errors
/// are always kept, and what is left out is counted in `telemetry_log_lines_sampled_out_total`.
#[derive(Clone, Debug)]
pub struct Sampler {
    share: f64,
    events: Vec<Box<str>>,
}

impl Default for Sampler {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Sampler {
    /// Keeps this share, from 0 to 1, of events whose name ends in `_success` or `_ok`, in any case.
    #[must_use]
    pub fn new(share: f64) -> Self {
        let share = if share.is_nan() {
            1.0
        } else {
            share.clamp(0.0, 1.0)
        };
        Self {
            share,
            events: vec![],
        }
    }

    /// Counts this event as one that says that all is well.
    #[must_use]
    pub fn and_event(mut self, name: impl Into<Box<str>>) -> Self {
        self.events.push(name.into());
        self
    }

    /// Whether a line is written.
    #[must_use]
    pub fn keeps(
        &self,
        level: Level,
        event: &str,
        trace: Option<TraceId>,
        correlation: &str,
    ) -> bool {
        if self.share >= 1.0 || level > Level::Info || !self.is_success(event) {
            return true;
        }
        let place = trace.map_or_else(|| by_correlation(correlation), TraceId::spread);
        // The upper 53 bits of the place are exact as a fraction of one.
        let fraction = (place >> 11) as f64 / (1_u64 << 53) as f64;
        fraction < self.share
    }

    fn is_success(&self, event: &str) -> bool {
        let ends = |suffix: &str| {
            (event.len().checked_sub(suffix.len()))
                .and_then(|start| event.get(start..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        };
        ends("_success") || ends("_ok") || self.events.iter().any(|name| **name == *event)
    }
}

/// The place of what has no trace: the same for all lines of a request, within this process.
fn by_correlation(id: &str) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    if id.is_empty() {
        ids::random()
    } else {
        KEY.get_or_init(RandomState::new).hash_one(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_sampled() {
        let none = Sampler::new(0.0).and_event("request_handled");
        assert!(none.keeps(Level::Info, "job_started", None, ""));
        assert!(none.keeps(Level::Warning, "build_success", None, ""));
        assert!(none.keeps(Level::Error, "request_handled", None, ""));
        for event in [
            "build_success",
            "TORRENT_BUILT_SUCCESS",
            "probe_ok",
            "request_handled",
        ] {
            assert!(!none.keeps(Level::Info, event, None, ""), "{event}");
            assert!(
                Sampler::default().keeps(Level::Debug, event, None, ""),
                "{event}"
            );
        }
    }

    #[test]
    fn a_trace_is_kept_as_a_whole_and_the_share_is_met() {
        let tenth = Sampler::new(0.1);
        let mut kept = 0;
        for _ in 0..20_000 {
            let trace = Some(TraceId::random());
            let first = tenth.keeps(Level::Info, "a_success", trace, "");
            assert_eq!(first, tenth.keeps(Level::Info, "b_ok", trace, "x"));
            kept += u32::from(first);
        }
        assert!((1_700..2_300).contains(&kept), "{kept}");
    }

    #[test]
    fn without_a_trace_the_correlation_decides() {
        let half = Sampler::new(0.5);
        let keeps = |id: &str| half.keeps(Level::Info, "a_success", None, id);
        let kept = (0..1000).filter(|id| keeps(&id.to_string())).count();
        assert!((400..600).contains(&kept), "{kept}");
        assert_eq!(keeps("one"), keeps("one"));
    }
}
