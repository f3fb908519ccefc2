//! How values are shown.

use std::collections::BTreeMap;

use super::UnitOf;
use crate::dashboard::field::{
    Cell, FieldMatcher, FieldOverride, MappedValues, Mapping, Property, Special, Threshold,
};
use crate::dashboard::grafana::options::{DrawStyle, HideFrom, Placement};
use crate::dashboard::grafana::{
    self, CellOptions, CellType, ColorMode, DataLink, FieldColor, FieldDefaults, LineDash,
    MappingResult, RangeMapping, RegexMapping, SpecialMapping, ThresholdStep, Thresholds,
    ThresholdsMode,
};
use crate::dashboard::panel::Custom;
use crate::dashboard::{Color, Link, Panel, Transformation, Visualization};

pub(super) fn defaults(panel: &Panel, unit: Option<String>) -> FieldDefaults<Custom> {
    let colors = panel.visualization.colors();
    FieldDefaults {
        color: colors.map(|mode| match &panel.color {
            Some(color) => fixed(color),
            None => FieldColor {
                fixed_color: None,
                mode,
            },
        }),
        custom: panel.visualization.custom(panel),
        decimals: panel.decimals,
        links: panel.data_links.iter().map(link).collect(),
        mappings: mappings(&panel.mappings),
        max: panel.max.map(Into::into),
        min: panel.min.map(Into::into),
        no_value: panel.no_value.clone(),
        // Without any, Grafana would colour values from 80 on red.
        thresholds: (colors == Some(ColorMode::Thresholds)
            || !panel.thresholds.is_empty()
            || panel.base_color.is_some())
        .then(|| thresholds(panel.base_color.as_ref(), &panel.thresholds)),
        unit,
    }
}

fn fixed(color: &Color) -> FieldColor {
    FieldColor {
        fixed_color: Some(color.grafana().to_owned()),
        mode: ColorMode::Fixed,
    }
}

pub(super) fn link(link: &Link) -> DataLink {
    DataLink {
        target_blank: link.new_tab,
        title: link.title.clone(),
        url: link.href(),
    }
}

/// Green promises that something is watched: without any threshold the colour says nothing.
fn thresholds(base: Option<&Color>, steps: &[Threshold]) -> Thresholds {
    let neutral = if steps.is_empty() {
        Color::Blue
    } else {
        Color::Green
    };
    let base = base.unwrap_or(&neutral);
    let mut sorted: Vec<_> = steps.iter().collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let first = ThresholdStep {
        color: base.grafana().to_owned(),
        value: None,
    };
    let steps = sorted.into_iter().map(|step| ThresholdStep {
        color: step.color.grafana().to_owned(),
        value: Some(step.value.into()),
    });
    Thresholds {
        mode: ThresholdsMode::Absolute,
        steps: std::iter::once(first).chain(steps).collect(),
    }
}

/// Single values share one entry, which comes first; Grafana shows the lowest index first.
fn mappings(mappings: &[Mapping]) -> Vec<grafana::Mapping> {
    let mut values = BTreeMap::new();
    let mut others = vec![];
    for (index, mapping) in (0_u32..).zip(mappings) {
        let result = MappingResult {
            color: mapping.color.as_ref().map(|c| c.grafana().to_owned()),
            index,
            text: mapping.text.clone(),
        };
        match &mapping.of {
            MappedValues::Value(value) => {
                values.insert(value.clone(), result);
            }
            MappedValues::Range { from, to } => {
                others.push(grafana::Mapping::Range(RangeMapping {
                    from: from.map(Into::into),
                    result,
                    to: to.map(Into::into),
                }));
            }
            MappedValues::Regex(pattern) => {
                others.push(grafana::Mapping::Regex(RegexMapping {
                    pattern: pattern.clone(),
                    result,
                }));
            }
            MappedValues::Special(special) => {
                others.push(grafana::Mapping::Special(SpecialMapping {
                    matches: special_name(*special).to_owned(),
                    result,
                }));
            }
        }
    }
    let values = (!values.is_empty()).then_some(grafana::Mapping::Value(values));
    values.into_iter().chain(others).collect()
}

fn special_name(special: Special) -> &'static str {
    match special {
        Special::Null => "null",
        Special::Nan => "nan",
        Special::NullOrNan => "null+nan",
        Special::True => "true",
        Special::False => "false",
        Special::Empty => "empty",
    }
}

pub(super) fn lower(one: &FieldOverride, panel: &Panel) -> grafana::FieldOverride {
    grafana::FieldOverride {
        matcher: matcher(&one.fields),
        properties: one
            .properties
            .iter()
            .map(|property| lower_property(property, panel))
            .collect(),
    }
}

fn matcher(fields: &FieldMatcher) -> grafana::FieldMatcher {
    match fields {
        FieldMatcher::Name(name) => grafana::FieldMatcher::ByName(name.clone()),
        FieldMatcher::Regex(pattern) => grafana::FieldMatcher::ByRegexp(format!("/{pattern}/")),
        FieldMatcher::Query(ref_id) => grafana::FieldMatcher::ByFrameRefId(ref_id.clone()),
        FieldMatcher::Other { id, options } => grafana::FieldMatcher::Other {
            id: id.clone(),
            options: options.clone(),
        },
    }
}

/// Whether the panel itself names the unit of these fields.
fn says_unit(panel: &Panel, fields: &FieldMatcher) -> bool {
    let same = panel.overrides.iter().filter(|one| one.fields == *fields);
    let mut properties = same.flat_map(|one| &one.properties);
    properties.any(|one| matches!(one, Property::Unit(_) | Property::GrafanaUnit(_)))
}

fn lower_property(property: &Property, panel: &Panel) -> grafana::Property {
    use grafana::Property as Json;
    match property {
        Property::Unit(unit) => Json::Unit(unit.grafana().to_owned()),
        Property::GrafanaUnit(id) => Json::Unit(id.clone()),
        Property::DisplayName(name) => Json::DisplayName(name.clone()),
        Property::Color(color) => Json::Color(fixed(color)),
        Property::Decimals(digits) => Json::Decimals(*digits),
        Property::Min(value) => Json::Min((*value).into()),
        Property::Max(value) => Json::Max((*value).into()),
        Property::NoValue(text) => Json::NoValue(text.clone()),
        Property::Thresholds(steps) => Json::Thresholds(thresholds(None, steps)),
        Property::Mappings(all) => Json::Mappings(mappings(all)),
        Property::Links(links) => Json::Links(links.iter().map(link).collect()),
        Property::Width(pixels) => Json::Width(*pixels),
        Property::Cell(cell) => Json::CellOptions(cell_options(*cell)),
        Property::Hidden => match &panel.visualization {
            Visualization::Table(_) => Json::Hidden(true),
            _ => Json::HideFrom(HideFrom {
                legend: true,
                tooltip: true,
                viz: true,
            }),
        },
        Property::RightAxis => Json::AxisPlacement(Placement::Right),
        Property::Bars => Json::DrawStyle(DrawStyle::Bars),
        Property::Dashed => Json::LineStyle(LineDash {
            dash: vec![10, 10],
            fill: "dash".to_owned(),
        }),
        Property::Fill(percent) => Json::FillOpacity(*percent),
        Property::Other { id, value } => Json::Other {
            id: id.clone(),
            value: value.clone(),
        },
    }
}

fn cell_options(cell: Cell) -> CellOptions {
    let (kind, mode) = match cell {
        Cell::Plain => (CellType::Auto, None),
        Cell::ColoredText => (CellType::ColorText, None),
        Cell::ColoredBackground => (CellType::ColorBackground, Some("basic")),
        Cell::Gauge => (CellType::Gauge, Some("gradient")),
        Cell::Sparkline => (CellType::Sparkline, None),
    };
    CellOptions {
        mode: mode.map(str::to_owned),
        kind,
    }
}

/// Where queries of one panel measure different things and the panel names no unit, each gets its own.
pub(super) fn derived_units(panel: &Panel, unit_of: UnitOf<'_>) -> Vec<grafana::FieldOverride> {
    if panel.unit.is_some() || panel.grafana_unit.is_some() || panel.queries.len() < 2 {
        return vec![];
    }
    let common = panel.unit_id(unit_of);
    let mut overrides = vec![];
    for (query, ref_id) in panel.queries.iter().zip(panel.ref_ids()) {
        let unit = panel.unit_of_query(query, unit_of);
        let Some(unit) = unit.filter(|unit| common.as_deref() != Some(unit.grafana())) else {
            continue;
        };
        let fields = match &panel.visualization {
            Visualization::Table(_) => FieldMatcher::Name(column(panel, &ref_id)),
            _ => FieldMatcher::Query(ref_id.into_owned()),
        };
        if says_unit(panel, &fields) {
            continue;
        }
        overrides.push(grafana::FieldOverride {
            matcher: matcher(&fields),
            properties: vec![grafana::Property::Unit(unit.grafana().to_owned())],
        });
    }
    overrides
}

/// The name under which a table of several queries shows the values of one.
fn column(panel: &Panel, ref_id: &str) -> String {
    let mut name = format!("Value #{ref_id}");
    for transformation in &panel.transformations {
        if let Transformation::Organize(organize) = transformation {
            let renamed = organize.rename.iter().find(|(from, _)| *from == name);
            if let Some((_, to)) = renamed {
                name.clone_from(to);
            }
        }
    }
    name
}
