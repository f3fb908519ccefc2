//! Panels.

use obsctl_model::dashboard::Panel;

use super::literal::{call, chain, lines, time};
use super::parts::{
    allows, color, field_override, link, mapping, number, saying, transformation, with,
};
use super::{json, query, visualization};

pub(super) fn panel(panel: &Panel) -> String {
    let (begun, own) = visualization::begun(panel);
    let mut all = vec![];
    if let Some(description) = &panel.description {
        all.push(saying("description", description));
    }
    all.extend(panel.queries.iter().flat_map(query::methods));
    all.extend(own);
    values(panel, &mut all);
    all.extend(
        panel
            .overrides
            .iter()
            .map(|one| with("field", field_override(one))),
    );
    let steps = panel.transformations.iter();
    all.extend(steps.map(|one| with("transform", transformation(one))));
    all.extend(panel.links.iter().map(|one| with("link", link(one))));
    all.extend(
        panel
            .data_links
            .iter()
            .map(|one| with("data_link", link(one))),
    );
    all.extend(panel.min_step.map(|step| with("min_step", time(step))));
    all.extend(
        panel
            .max_points
            .map(|points| with("max_points", points.to_string())),
    );
    all.extend(panel.last.map(|last| with("last", time(last))));
    if panel.transparent {
        all.push(".transparent()".to_owned());
    }
    place(panel, &mut all);
    all.extend(json::patches("json", &panel.json.0));
    allows(&mut all, &panel.allow);
    chain(begun, &all)
}

/// How values are shown.
fn values(panel: &Panel, all: &mut Vec<String>) {
    all.extend(
        panel
            .unit
            .map(|unit| with("unit", format!("Unit::{unit:?}"))),
    );
    all.extend(
        panel
            .grafana_unit
            .as_ref()
            .map(|id| with("grafana_unit", lines(id))),
    );
    all.extend(
        panel
            .decimals
            .map(|digits| with("decimals", digits.to_string())),
    );
    all.extend(panel.min.map(|value| with("min", number(value))));
    all.extend(panel.max.map(|value| with("max", number(value))));
    all.extend(
        panel
            .base_color
            .as_ref()
            .map(|one| with("base_color", color(one))),
    );
    for one in &panel.thresholds {
        all.push(call(".threshold", &[number(one.value), color(&one.color)]));
    }
    all.extend(panel.color.as_ref().map(|one| with("color", color(one))));
    all.extend(
        panel
            .mappings
            .iter()
            .map(|one| with("mapping", mapping(one))),
    );
    all.extend(
        panel
            .no_value
            .as_ref()
            .map(|shown| saying("no_value", shown)),
    );
}

/// Where it stands, and how large.
fn place(panel: &Panel, all: &mut Vec<String>) {
    let usual = panel.visualization.size();
    if let Some(size) = panel.size {
        if size.width != usual.width || size.height == usual.height {
            all.push(with("width", size.width.to_string()));
        }
        if size.height != usual.height {
            all.push(with("height", size.height.to_string()));
        }
    }
    if let Some(at) = panel.at {
        all.push(call(".at", &[at.x.to_string(), at.y.to_string()]));
    }
    if let Some(repeat) = &panel.repeat {
        all.push(match repeat.per_row {
            Some(most) => call(".repeat", &[lines(&repeat.variable), most.to_string()]),
            None => with("repeat_down", lines(&repeat.variable)),
        });
    }
}
