//! What draws a panel.

use obsctl_model::dashboard::panel::timeseries::{
    Draw, Interpolation, Legend, Stacking, ThresholdStyle, Tooltip,
};
use obsctl_model::dashboard::panel::{
    AlertList, BarGauge, Heatmap, Logs, Stat, StateTimeline, Table, Timeseries,
};
use obsctl_model::dashboard::transform::Calculation;
use obsctl_model::dashboard::{Panel, Visualization};

use super::json;
use super::literal::{call, lines};
use super::parts::{calculation, calculations, number, with};

/// How a panel begins, and what its type is told.
pub(super) fn begun(panel: &Panel) -> (String, Vec<String>) {
    let title = lines(&panel.title);
    let plain = |name: &str| call(name, std::slice::from_ref(&title));
    match &panel.visualization {
        Visualization::Timeseries(own) => (plain("timeseries"), timeseries(own)),
        Visualization::Stat(own) => (plain("stat"), stat(own)),
        Visualization::Gauge(own) => {
            let mut methods = value(own.calculation);
            methods.extend(when(own.threshold_labels, "threshold_labels"));
            (plain("gauge"), methods)
        }
        Visualization::BarGauge(own) => (plain("bar_gauge"), bar_gauge(own)),
        Visualization::Table(own) => (plain("table"), table(own)),
        Visualization::Heatmap(own) => (plain("heatmap"), heatmap(own)),
        Visualization::StateTimeline(own) => (plain("state_timeline"), state_timeline(own)),
        Visualization::Logs(own) => (plain("logs"), logs(own)),
        Visualization::Traces(_) => (plain("traces"), vec![]),
        Visualization::NodeGraph(_) => (plain("node_graph"), vec![]),
        Visualization::Text(own) => (call("text", &[title, lines(&own.content)]), vec![]),
        Visualization::AlertList(own) => (plain("alert_list"), alert_list(own)),
        Visualization::Plugin(own) => {
            let begun = call(
                "plugin",
                &[title, lines(&own.id), json::value(&own.options)],
            );
            let custom = own.custom.as_ref();
            let custom = custom.map(|custom| with("custom", json::value(custom)));
            (begun, custom.into_iter().collect())
        }
    }
}

/// A method that says yes.
fn when(is: bool, name: &str) -> Option<String> {
    is.then(|| format!(".{name}()"))
}

fn value(one: Option<Calculation>) -> Vec<String> {
    one.map(|one| with("value", calculation(one)))
        .into_iter()
        .collect()
}

fn timeseries(own: &Timeseries) -> Vec<String> {
    let mut all = vec![];
    all.extend(match own.draw {
        Draw::Lines => None,
        Draw::Bars => when(true, "bars"),
        Draw::Points => when(true, "points"),
    });
    all.extend(match own.stacking {
        Stacking::None => None,
        Stacking::Normal => when(true, "stacked"),
        Stacking::Percent => when(true, "stacked_percent"),
    });
    all.extend(own.fill.map(|percent| with("fill", percent.to_string())));
    all.extend(
        own.line_width
            .map(|pixels| with("line_width", pixels.to_string())),
    );
    all.extend(match own.interpolation {
        Interpolation::Linear => None,
        Interpolation::Smooth => when(true, "smooth"),
        Interpolation::Steps => when(true, "steps"),
    });
    all.extend(when(own.gradient, "gradient"));
    all.extend(when(own.mark_few, "mark_few"));
    all.extend(when(own.connect_gaps, "connect_gaps"));
    all.extend(when(own.show_gaps, "show_gaps"));
    all.extend(when(own.log_scale, "log_scale"));
    all.extend(
        own.axis_label
            .as_ref()
            .map(|label| with("axis", lines(label))),
    );
    all.extend(own.soft_min.map(|value| with("soft_min", number(value))));
    all.extend(own.soft_max.map(|value| with("soft_max", number(value))));
    all.extend(match own.threshold_style {
        ThresholdStyle::Line => None,
        ThresholdStyle::Area => when(true, "threshold_areas"),
        ThresholdStyle::Off => when(true, "no_threshold_lines"),
    });
    if own.legend != Legend::Auto {
        all.push(with(
            "legend_as",
            format!("timeseries::Legend::{:?}", own.legend),
        ));
    }
    if !own.legend_values.is_empty() {
        all.push(with("legend_values", calculations(&own.legend_values)));
    }
    all.extend(
        own.legend_sort
            .map(|one| with("legend_sorted_by", calculation(one))),
    );
    if own.tooltip != Tooltip::Sorted {
        all.push(with(
            "tooltip",
            format!("timeseries::Tooltip::{:?}", own.tooltip),
        ));
    }
    all
}

fn stat(own: &Stat) -> Vec<String> {
    let mut all = value(own.calculation);
    all.extend(when(own.number_only, "number_only"));
    all.extend(when(own.colored_background, "colored_background"));
    all.extend(when(own.name_only, "name_only"));
    all
}

fn bar_gauge(own: &BarGauge) -> Vec<String> {
    let mut all = value(own.calculation);
    all.extend(when(own.upright, "upright"));
    if own.style != Default::default() {
        all.push(with(
            "style",
            format!("bar_gauge::BarStyle::{:?}", own.style),
        ));
    }
    all
}

fn table(own: &Table) -> Vec<String> {
    let sorted = own.sort_by.iter().map(|one| {
        let name = if one.descending {
            "highest_first"
        } else {
            "lowest_first"
        };
        with(name, lines(&one.column))
    });
    sorted.chain(when(own.filterable, "filterable")).collect()
}

fn heatmap(own: &Heatmap) -> Vec<String> {
    let scheme = (own.scheme != Default::default())
        .then(|| with("scheme", format!("heatmap::Scheme::{:?}", own.scheme)));
    scheme
        .into_iter()
        .chain(when(own.calculate, "calculate"))
        .collect()
}

fn state_timeline(own: &StateTimeline) -> Vec<String> {
    let apart = when(own.keep_apart, "keep_apart").into_iter();
    apart.chain(when(own.no_values, "no_values")).collect()
}

fn logs(own: &Logs) -> Vec<String> {
    let all = [
        when(own.oldest_first, "oldest_first"),
        when(own.no_wrap, "no_wrap"),
        when(own.labels, "labels"),
        when(own.pretty, "pretty"),
    ];
    all.into_iter().flatten().collect()
}

fn alert_list(own: &AlertList) -> Vec<String> {
    let mut all = vec![];
    all.extend(
        own.name_contains
            .as_ref()
            .map(|name| with("name_contains", lines(name))),
    );
    all.extend(
        own.matching
            .as_ref()
            .map(|labels| with("matching", lines(labels))),
    );
    all.extend(
        own.group_by
            .iter()
            .map(|label| with("group_by", lines(label))),
    );
    all.extend(own.at_most.map(|most| with("at_most", most.to_string())));
    all.extend(when(own.count_only, "count_only"));
    all.extend(when(own.inactive, "with_inactive"));
    all
}
