//! What draws a panel, for the types that have words.

use obsctl_model::dashboard::Visualization;
use obsctl_model::dashboard::panel::bar_gauge::BarStyle;
use obsctl_model::dashboard::panel::heatmap::Scheme;
use obsctl_model::dashboard::panel::table::SortColumn;
use obsctl_model::dashboard::panel::timeseries::{
    Draw, Interpolation, Legend, Stacking, ThresholdStyle, Tooltip,
};
use obsctl_model::dashboard::panel::{
    AlertList, BarGauge, Gauge, Heatmap, Logs, NodeGraph, Stat, StateTimeline, Table, Text,
    Timeseries, Traces,
};
use obsctl_model::dashboard::transform::Calculation;
use serde_json::Value;

use super::transformation::{calculation, calculations};
use super::{flag, items, small, some, text};

/// Nothing for a type that has no words.
pub(super) fn raise(kind: &str, json: &Value) -> Option<Visualization> {
    let options = &json["options"];
    let custom = &json["fieldConfig"]["defaults"]["custom"];
    Some(match kind {
        "timeseries" => timeseries(options, custom).into(),
        "stat" => stat(options).into(),
        "gauge" => Gauge {
            calculation: reduced(options),
            threshold_labels: flag(&options["showThresholdLabels"]),
        }
        .into(),
        "bargauge" => BarGauge {
            calculation: reduced(options),
            upright: options["orientation"] == "vertical",
            style: match text(&options["displayMode"]) {
                "basic" => BarStyle::Plain,
                "lcd" => BarStyle::Cells,
                _ => BarStyle::Gradient,
            },
        }
        .into(),
        "table" => Table {
            sort_by: items(&options["sortBy"]).iter().map(sort_column).collect(),
            filterable: flag(&custom["filterable"]),
        }
        .into(),
        "heatmap" => Heatmap {
            scheme: scheme(text(&options["color"]["scheme"])),
            calculate: flag(&options["calculate"]),
        }
        .into(),
        "state-timeline" => StateTimeline {
            keep_apart: options["mergeValues"] == false,
            no_values: options["showValue"] == "never",
        }
        .into(),
        "logs" => Logs {
            oldest_first: options["sortOrder"] == "Ascending",
            no_wrap: !flag(&options["wrapLogMessage"]),
            labels: flag(&options["showLabels"]),
            pretty: flag(&options["prettifyLogMessage"]),
        }
        .into(),
        "traces" => Traces {}.into(),
        "nodeGraph" => NodeGraph {}.into(),
        "text" => Text {
            content: text(&options["content"]).to_owned(),
        }
        .into(),
        "alertlist" => alert_list(options).into(),
        _ => return None,
    })
}

fn timeseries(options: &Value, custom: &Value) -> Timeseries {
    let style = text(&custom["thresholdsStyle"]["mode"]);
    Timeseries {
        draw: match text(&custom["drawStyle"]) {
            "bars" => Draw::Bars,
            "points" => Draw::Points,
            _ => Draw::Lines,
        },
        stacking: match text(&custom["stacking"]["mode"]) {
            "normal" => Stacking::Normal,
            "percent" => Stacking::Percent,
            _ => Stacking::None,
        },
        fill: Some(small(&custom["fillOpacity"]).unwrap_or_default()),
        interpolation: match text(&custom["lineInterpolation"]) {
            "smooth" => Interpolation::Smooth,
            "stepAfter" => Interpolation::Steps,
            _ => Interpolation::Linear,
        },
        log_scale: custom["scaleDistribution"]["type"] == "log",
        axis_label: some(&custom["axisLabel"]),
        soft_min: custom["axisSoftMin"].as_f64(),
        soft_max: custom["axisSoftMax"].as_f64(),
        threshold_style: match style {
            "area" | "line+area" | "dashed+area" => ThresholdStyle::Area,
            "line" | "dashed" => ThresholdStyle::Line,
            _ => ThresholdStyle::Off,
        },
        legend: legend(&options["legend"]),
        legend_values: calculations(&options["legend"]["calcs"]).unwrap_or_default(),
        legend_sort: Some(&options["legend"])
            .filter(|legend| flag(&legend["sortDesc"]))
            .and_then(|legend| {
                let mut known = Calculation::ALL.iter();
                known.find(|one| legend["sortBy"] == one.column()).copied()
            }),
        tooltip: match (
            text(&options["tooltip"]["mode"]),
            text(&options["tooltip"]["sort"]),
        ) {
            ("multi", "desc") => Tooltip::Sorted,
            ("multi", _) => Tooltip::All,
            _ => Tooltip::One,
        },
        connect_gaps: custom["spanNulls"] == true,
        show_gaps: !(flag(&custom["spanNulls"]) || custom["spanNulls"].is_number()),
        line_width: small(&custom["lineWidth"]),
        gradient: custom["gradientMode"] == "opacity",
        mark_few: ["", "auto"].contains(&text(&custom["showPoints"])),
    }
}

fn legend(json: &Value) -> Legend {
    match (text(&json["displayMode"]), text(&json["placement"])) {
        _ if json["showLegend"] == false => Legend::Hidden,
        ("hidden", _) => Legend::Hidden,
        ("table", "right") => Legend::Right,
        ("table", _) => Legend::Table,
        (_, "right") => Legend::ListRight,
        _ => Legend::List,
    }
}

fn stat(options: &Value) -> Stat {
    let name_only = options["textMode"] == "name";
    Stat {
        calculation: reduced(options),
        number_only: options["graphMode"] == "none" && !name_only,
        colored_background: options["colorMode"] == "background",
        name_only,
    }
}

/// Which value of a series, where it is not the last.
fn reduced(options: &Value) -> Option<Calculation> {
    let said = calculation(text(&options["reduceOptions"]["calcs"][0]));
    said.filter(|one| *one != Calculation::Last)
}

fn sort_column(json: &Value) -> SortColumn {
    SortColumn {
        column: text(&json["displayName"]).to_owned(),
        descending: flag(&json["desc"]),
    }
}

fn scheme(name: &str) -> Scheme {
    let known = [
        Scheme::Blues,
        Scheme::Reds,
        Scheme::Viridis,
        Scheme::Spectral,
    ];
    let mut known = known.into_iter();
    let known = known.find(|one| one.grafana() == name);
    known.unwrap_or_default()
}

fn alert_list(options: &Value) -> AlertList {
    let at_most = options["maxItems"].as_u64().unwrap_or(20);
    AlertList {
        name_contains: some(&options["alertName"]),
        matching: some(&options["alertInstanceLabelFilter"]),
        group_by: items(&options["groupBy"])
            .iter()
            .map(|label| text(label).to_owned())
            .collect(),
        at_most: u16::try_from(at_most).ok().filter(|most| *most != 20),
        count_only: options["viewMode"] == "stat",
        inactive: flag(&options["showInactiveAlerts"]),
    }
}
