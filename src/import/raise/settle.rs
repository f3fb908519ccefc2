//! What was raised, held against what is generated from it.

use obsctl_model::dashboard::field::{FieldMatcher, Property};
use obsctl_model::dashboard::panel::Timeseries;
use obsctl_model::dashboard::panel::timeseries::{Legend, ThresholdStyle};
use obsctl_model::dashboard::{Panel, Transformation, Visualization};
use serde_json::Value;

use super::super::equivalent::patch;
use super::{generated_panel, items, look, query};

/// Overrides and transformations that are generated differently are kept as they are written.
pub(super) fn others(panel: &mut Panel, json: &Value) {
    let generated = generated_panel(panel);
    let differ = |a: &Value, b: &Value| patch(a, b, &Value::Null).is_some();
    let written = items(&json["fieldConfig"]["overrides"]).iter();
    let pairs = written.zip(items(&generated["fieldConfig"]["overrides"]));
    for (one, (written, generated)) in panel.overrides.iter_mut().zip(pairs) {
        let matcher = &written["matcher"];
        if differ(&generated["matcher"], matcher) {
            one.fields = FieldMatcher::Other {
                id: super::text(&matcher["id"]).to_owned(),
                options: matcher["options"].clone(),
            };
        }
        let pairs = items(&written["properties"]).iter();
        let pairs = pairs.zip(items(&generated["properties"]));
        for (property, (written, generated)) in one.properties.iter_mut().zip(pairs) {
            if !matches!(property, Property::Other { .. }) && differ(generated, written) {
                *property = look::other(written);
            }
        }
    }
    let pairs = items(&json["transformations"]).iter();
    let pairs = pairs.zip(items(&generated["transformations"]));
    for (step, (written, generated)) in panel.transformations.iter_mut().zip(pairs) {
        if differ(generated, written) {
            *step = Transformation::Other(written.clone());
        }
    }
}

/// Forgets what is generated all the same when it is not said.
pub(super) fn forget_what_follows(panel: &mut Panel) {
    let said = generated_panel(panel);
    let forget = |panel: &mut Panel, setting: &dyn Fn(&mut Panel)| {
        let mut shorter = panel.clone();
        setting(&mut shorter);
        if shorter != *panel && generated_panel(&shorter) == said {
            *panel = shorter;
        }
    };
    for setting in SETTINGS {
        forget(panel, &setting);
    }
    for index in 0..panel.queries.len() {
        for setting in query::SETTINGS {
            forget(panel, &|panel| setting(&mut panel.queries[index]));
        }
    }
}

/// Settings that can follow from others, forgotten.
const SETTINGS: [fn(&mut Panel); 10] = [
    |panel| panel.base_color = None,
    |panel| panel.decimals = None,
    |panel| timeseries(panel, |own| own.fill = None),
    |panel| timeseries(panel, |own| own.legend_values.clear()),
    |panel| timeseries(panel, |own| own.legend_sort = None),
    |panel| timeseries(panel, |own| own.legend = Legend::Auto),
    |panel| {
        timeseries(panel, |own| {
            own.legend = Legend::Auto;
            own.legend_values.clear();
            own.legend_sort = None;
        });
    },
    |panel| timeseries(panel, |own| own.threshold_style = ThresholdStyle::Line),
    |panel| timeseries(panel, |own| own.mark_few = false),
    |panel| timeseries(panel, |own| own.line_width = None),
];

fn timeseries(panel: &mut Panel, forget: impl Fn(&mut Timeseries)) {
    if let Visualization::Timeseries(own) = &mut panel.visualization {
        forget(own);
    }
}
