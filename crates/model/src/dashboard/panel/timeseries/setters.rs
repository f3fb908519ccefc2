//! What a definition says of a time series panel.

use super::{Draw, Interpolation, Legend, Stacking, ThresholdStyle, Timeseries, Tooltip};
use crate::Histogram;
use crate::dashboard::panel::Panel;
use crate::dashboard::transform::Calculation;
use crate::query::Buckets;

/// Lines, bars or points over time.
#[track_caller]
#[must_use]
pub fn timeseries(title: impl Into<String>) -> Panel<Timeseries> {
    Panel::new(title, Timeseries::default())
}

impl Panel<Timeseries> {
    /// Adds p50, p95 and p99 of a histogram, each a series: `.percentiles(ApiLatency::rate(interval()).sum())`.
    #[must_use]
    pub fn percentiles<M: Histogram + Clone>(self, buckets: Buckets<M>) -> Self {
        self.query(buckets.clone().quantile(0.5))
            .legend("p50")
            .query(buckets.clone().quantile(0.95))
            .legend("p95")
            .query(buckets.quantile(0.99))
            .legend("p99")
    }

    /// As bars.
    #[must_use]
    pub fn bars(mut self) -> Self {
        self.visualization.draw = Draw::Bars;
        self
    }

    /// As points.
    #[must_use]
    pub fn points(mut self) -> Self {
        self.visualization.draw = Draw::Points;
        self
    }

    /// Series stand on top of each other: the top is the sum.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.visualization.stacking = Stacking::Normal;
        self
    }

    /// Series stand on top of each other, as parts of a whole.
    #[must_use]
    pub fn stacked_percent(mut self) -> Self {
        self.visualization.stacking = Stacking::Percent;
        self
    }

    /// As steps: for values that hold until they change.
    #[must_use]
    pub fn steps(mut self) -> Self {
        self.visualization.interpolation = Interpolation::Steps;
        self
    }

    /// As curves.
    #[must_use]
    pub fn smooth(mut self) -> Self {
        self.visualization.interpolation = Interpolation::Smooth;
        self
    }

    /// Fills so much of the area below a line, in percent.
    #[must_use]
    pub fn fill(mut self, percent: u8) -> Self {
        self.visualization.fill = Some(percent);
        self
    }

    /// On a logarithmic axis.
    #[must_use]
    pub fn log_scale(mut self) -> Self {
        self.visualization.log_scale = true;
        self
    }

    /// What stands at the axis.
    #[must_use]
    pub fn axis(mut self, label: impl Into<String>) -> Self {
        self.visualization.axis_label = Some(label.into());
        self
    }

    /// The axis reaches at least down to here.
    #[must_use]
    pub fn soft_min(mut self, value: f64) -> Self {
        self.visualization.soft_min = Some(value);
        self
    }

    /// The axis reaches at least up to here.
    #[must_use]
    pub fn soft_max(mut self, value: f64) -> Self {
        self.visualization.soft_max = Some(value);
        self
    }

    /// Thresholds as coloured areas.
    #[must_use]
    pub fn threshold_areas(mut self) -> Self {
        self.visualization.threshold_style = ThresholdStyle::Area;
        self
    }

    /// Thresholds are not drawn: they colour the line alone.
    #[must_use]
    pub fn no_threshold_lines(mut self) -> Self {
        self.visualization.threshold_style = ThresholdStyle::Off;
        self
    }

    /// Lists series in another way.
    #[must_use]
    pub fn legend_as(mut self, legend: Legend) -> Self {
        self.visualization.legend = legend;
        self
    }

    /// Says these of each series in the legend.
    #[must_use]
    pub fn legend_values(mut self, values: impl IntoIterator<Item = Calculation>) -> Self {
        self.visualization.legend_values = values.into_iter().collect();
        self
    }

    /// Sorts the legend by one of its values, the highest first.
    #[must_use]
    pub fn legend_sorted_by(mut self, value: Calculation) -> Self {
        self.visualization.legend_sort = Some(value);
        self
    }

    /// Shows something else where the pointer rests than all series, the highest first.
    #[must_use]
    pub fn tooltip(mut self, tooltip: Tooltip) -> Self {
        self.visualization.tooltip = tooltip;
        self
    }

    /// Lines this wide, in pixels.
    #[must_use]
    pub fn line_width(mut self, pixels: u8) -> Self {
        self.visualization.line_width = Some(pixels);
        self
    }

    /// The area below a line fades.
    #[must_use]
    pub fn gradient(mut self) -> Self {
        self.visualization.gradient = true;
        self
    }

    /// Marks points where there are few.
    #[must_use]
    pub fn mark_few(mut self) -> Self {
        self.visualization.mark_few = true;
        self
    }

    /// Gaps stay gaps, whatever their length.
    #[must_use]
    pub fn show_gaps(mut self) -> Self {
        self.visualization.show_gaps = true;
        self
    }

    /// Bridges gaps, whatever their length.
    #[must_use]
    pub fn connect_gaps(mut self) -> Self {
        self.visualization.connect_gaps = true;
        self
    }
}
