//! Which events are written, and which spans have identifiers.

use std::str::FromStr;

use tracing_core::{Interest, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::{Context, Filter, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::context::{self, TraceContext};

/// Targets that say much about little: from them only warnings are written.
const NOISY: &[&str] = &[
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "sqlx",
    "tokio",
    "tonic",
    "tower",
    "want",
];

/// The least level that is written, for all targets and for some.
#[derive(Clone, Debug)]
pub struct Levels(Targets);

impl Default for Levels {
    fn default() -> Self {
        Self::from(LevelFilter::INFO)
    }
}

impl From<LevelFilter> for Levels {
    /// This level for all targets, warnings only from noisy ones.
    fn from(level: LevelFilter) -> Self {
        let quiet = level.min(LevelFilter::WARN);
        let noisy = NOISY.iter().map(|target| (*target, quiet));
        Self(Targets::new().with_default(level).with_targets(noisy))
    }
}

impl Levels {
    /// This level for targets that begin with `target`.
    #[must_use]
    pub fn with(self, target: impl Into<String>, level: LevelFilter) -> Self {
        Self(self.0.with_target(target, level))
    }
}

impl Levels {
    /// Only warnings of targets that begin with `target`, unless less is written anyway.
    #[must_use]
    pub fn quiet(self, target: impl Into<String>) -> Self {
        let default = self.0.default_level().unwrap_or(LevelFilter::OFF);
        self.with(target, default.min(LevelFilter::WARN))
    }
}

impl FromStr for Levels {
    type Err = ParseError;

    /// Reads `info` or `info,sqlx=debug,hyper=off`; `warning` is `warn`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let text = text
            .to_ascii_lowercase()
            .replace("warning", "warn")
            .replace("critical", "error");
        let given: Targets = text.parse()?;
        let base = Self::from(given.default_level().unwrap_or(LevelFilter::INFO));
        Ok(Self(base.0.with_targets(given.iter())))
    }
}

impl<S> Filter<S> for Levels {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        interest(self.wants(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let levels = self.0.iter().map(|(_, level)| level);
        let default = self.0.default_level().unwrap_or(LevelFilter::OFF);
        Some(levels.fold(default.max(LevelFilter::INFO), Ord::max))
    }
}

impl Levels {
    /// Spans are wanted whatever is written: a line within has their identifiers.
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        wants_span(metadata)
            || metadata.is_event() && self.0.would_enable(metadata.target(), metadata.level())
    }
}

/// Gives each span its place in a trace, as [`TraceContext`] among its extensions.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanIds;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanIds {
    fn on_new_span(
        &self,
        _: &tracing_core::span::Attributes<'_>,
        id: &tracing_core::span::Id,
        context: Context<'_, S>,
    ) {
        let Some(span) = context.span(id) else {
            return;
        };
        let parent = span.parent();
        let parent = parent.and_then(|span| span.extensions().get::<TraceContext>().copied());
        let place = match context::continued(parent, context::innermost().and_then(|it| it.trace()))
        {
            Some(parent) => parent.child(),
            None => TraceContext::root(),
        };
        span.extensions_mut().replace(place);
    }
}

/// Spans of level info and above, of every target; no events.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanLevels;

impl<S> Filter<S> for SpanLevels {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        wants_span(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        interest(wants_span(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }
}

fn wants_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() <= tracing_core::Level::INFO
}

fn interest(wanted: bool) -> Interest {
    if wanted {
        Interest::always()
    } else {
        Interest::never()
    }
}
