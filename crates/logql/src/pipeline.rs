//! What a pipeline does, before and after it parses lines.

use crate::ast::{LineFilter, LogQuery, Stage, StageKind};

impl LogQuery {
    /// The first stage that parses lines.
    #[must_use]
    pub fn parser(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.is_parser())
    }

    /// The stages before the first that parses; all where none does.
    #[must_use]
    pub fn stages_before_parser(&self) -> &[Stage] {
        let count = self.stages.iter().position(Stage::is_parser);
        &self.stages[..count.unwrap_or(self.stages.len())]
    }

    /// The line filters that lines pass before they are parsed.
    pub fn line_filters_before_parser(&self) -> impl Iterator<Item = &LineFilter> {
        self.stages_before_parser()
            .iter()
            .filter_map(Stage::line_filter)
    }

    /// The first parser, where no line filter before it spares it lines. A Grafana variable before it may
    /// stand for one.
    #[must_use]
    pub fn unfiltered_parser(&self) -> Option<&Stage> {
        let spared = |stage: &Stage| stage.line_filter().is_some() || stage.is_open();
        let spares = self.stages_before_parser().iter().any(spared);
        self.parser().filter(|_| !spares)
    }

    /// Whether a Grafana variable stands for the selector or for stages, or something could not be read,
    /// so that not all stages are known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.selector.whole.is_some() || self.stages.iter().any(Stage::is_open)
    }
}

impl Stage {
    /// The line filter that the stage is.
    #[must_use]
    pub const fn line_filter(&self) -> Option<&LineFilter> {
        match &self.kind {
            StageKind::LineFilter(filter) => Some(filter),
            _ => None,
        }
    }
}
