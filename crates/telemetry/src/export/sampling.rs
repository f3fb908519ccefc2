//! Which traces are sent.

use opentelemetry_sdk::trace::Sampler;

/// Which traces are sent: all that start here, and those of others whose parent is, unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceSampling {
    /// The share of traces that start here, from 0 to 1.
    pub ratio: f64,
    /// Whether a trace that another process started goes on as that one decided.
    pub parent_based: bool,
}

impl Default for TraceSampling {
    fn default() -> Self {
        Self {
            ratio: 1.0,
            parent_based: true,
        }
    }
}

impl TraceSampling {
    pub(super) fn sampler(self) -> Sampler {
        let root = match self.ratio {
            ratio if ratio >= 1.0 => Sampler::AlwaysOn,
            ratio if ratio > 0.0 => Sampler::TraceIdRatioBased(ratio),
            _ => Sampler::AlwaysOff,
        };
        if self.parent_based {
            Sampler::ParentBased(Box::new(root))
        } else {
            root
        }
    }
}
