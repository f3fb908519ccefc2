//! How values are shown: units, colours, thresholds, mappings, overrides, links.

use obsctl_model::dashboard::field::{
    Cell, FieldMatcher, FieldOverride, MappedValues, Mapping, Property, Special, Threshold,
};
use obsctl_model::dashboard::{Color, Link, LinkTarget};
use obsctl_model::{Uid, Unit};
use serde_json::Value;

use super::{flag, items, small, some, text};

/// A unit by its name, or by Grafana's id of it.
pub(super) fn unit(id: Option<String>) -> (Option<Unit>, Option<String>) {
    let known = |id: &String| Unit::ALL.iter().find(|unit| unit.grafana() == id).copied();
    match id {
        Some(id) => known(&id).map_or((None, Some(id)), |unit| (Some(unit), None)),
        None => (None, None),
    }
}

pub(super) fn color(name: &str) -> Color {
    let known = [
        Color::Green,
        Color::Yellow,
        Color::Orange,
        Color::Red,
        Color::Blue,
        Color::Purple,
        Color::DarkGreen,
        Color::DarkRed,
        Color::LightBlue,
        Color::Text,
        Color::Transparent,
        Color::Gray,
    ];
    let mut known = known.into_iter();
    known
        .find(|color| color.grafana() == name)
        .unwrap_or_else(|| Color::Hex(name.to_owned()))
}

/// The colour below the first threshold, and the thresholds.
pub(super) fn thresholds(steps: &Value) -> (Option<Color>, Vec<Threshold>) {
    let (from, rest): (Vec<_>, Vec<_>) = items(steps)
        .iter()
        .partition(|step| step["value"].is_null());
    let base = from.first().map(|step| color(text(&step["color"])));
    let rest = rest.into_iter().filter_map(|step| {
        Some(Threshold {
            value: step["value"].as_f64()?,
            color: color(text(&step["color"])),
        })
    });
    (base, rest.collect())
}

/// In the order in which Grafana shows them.
pub(super) fn mappings(list: &Value) -> Vec<Mapping> {
    let mut found: Vec<(u64, Mapping)> = vec![];
    for one in items(list) {
        let options = &one["options"];
        let mut add = |of, result: &Value| {
            let mapping = Mapping {
                of,
                text: result["text"].as_str().map(str::to_owned),
                color: some(&result["color"]).map(|name| color(&name)),
            };
            found.push((result["index"].as_u64().unwrap_or_default(), mapping));
        };
        match text(&one["type"]) {
            "value" => {
                for (value, result) in options.as_object().into_iter().flatten() {
                    add(MappedValues::Value(value.clone()), result);
                }
            }
            "range" => {
                let (from, to) = (options["from"].as_f64(), options["to"].as_f64());
                add(MappedValues::Range { from, to }, &options["result"]);
            }
            "regex" => {
                let pattern = text(&options["pattern"]).to_owned();
                add(MappedValues::Regex(pattern), &options["result"]);
            }
            "special" => {
                if let Some(special) = special(text(&options["match"])) {
                    add(MappedValues::Special(special), &options["result"]);
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, mapping)| mapping).collect()
}

fn special(name: &str) -> Option<Special> {
    Some(match name {
        "null" => Special::Null,
        "nan" => Special::Nan,
        "null+nan" => Special::NullOrNan,
        "true" => Special::True,
        "false" => Special::False,
        "empty" => Special::Empty,
        _ => return None,
    })
}

/// Settings that have no word are found out when it is generated again.
pub(super) fn field_override(json: &Value) -> FieldOverride {
    let matcher = &json["matcher"];
    let options = text(&matcher["options"]);
    let inside = options
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    let fields = match (text(&matcher["id"]), inside) {
        ("byName", _) => FieldMatcher::Name(options.to_owned()),
        ("byRegexp", Some(pattern)) => FieldMatcher::Regex(pattern.to_owned()),
        ("byFrameRefID", _) => FieldMatcher::Query(options.to_owned()),
        (id, _) => FieldMatcher::Other {
            id: id.to_owned(),
            options: matcher["options"].clone(),
        },
    };
    FieldOverride {
        fields,
        properties: items(&json["properties"]).iter().map(property).collect(),
    }
}

fn property(json: &Value) -> Property {
    let value = &json["value"];
    known_property(text(&json["id"]), value).unwrap_or_else(|| other(json))
}

/// The same as it is written.
pub(super) fn other(json: &Value) -> Property {
    Property::Other {
        id: text(&json["id"]).to_owned(),
        value: json["value"].clone(),
    }
}

fn known_property(id: &str, value: &Value) -> Option<Property> {
    Some(match id {
        "unit" => match unit(some(value)) {
            (Some(unit), _) => Property::Unit(unit),
            (None, id) => Property::GrafanaUnit(id?),
        },
        "displayName" => Property::DisplayName(some(value)?),
        "color" => Property::Color(color(&some(&value["fixedColor"])?)),
        "decimals" => Property::Decimals(small(value)?),
        "min" => Property::Min(value.as_f64()?),
        "max" => Property::Max(value.as_f64()?),
        "noValue" => Property::NoValue(some(value)?),
        "thresholds" => Property::Thresholds(thresholds(&value["steps"]).1),
        "mappings" => Property::Mappings(mappings(value)),
        "links" => Property::Links(items(value).iter().map(link).collect()),
        "custom.width" => Property::Width(value.as_u64()?.try_into().ok()?),
        "custom.cellOptions" => Property::Cell(match text(&value["type"]) {
            "auto" => Cell::Plain,
            "color-text" => Cell::ColoredText,
            "color-background" => Cell::ColoredBackground,
            "gauge" => Cell::Gauge,
            "sparkline" => Cell::Sparkline,
            _ => return None,
        }),
        "custom.hidden" | "custom.hideFrom" => Property::Hidden,
        "custom.axisPlacement" => Property::RightAxis,
        "custom.drawStyle" => Property::Bars,
        "custom.lineStyle" => Property::Dashed,
        "custom.fillOpacity" => Property::Fill(small(value)?),
        _ => return None,
    })
}

pub(super) fn link(json: &Value) -> Link {
    let plain = Link {
        title: text(&json["title"]).to_owned(),
        to: LinkTarget::Url(text(&json["url"]).to_owned()),
        new_tab: flag(&json["targetBlank"]),
    };
    to_dashboard(&plain).unwrap_or(plain)
}

/// A link to a dashboard that takes along the time shown and some variables.
fn to_dashboard(plain: &Link) -> Option<Link> {
    let LinkTarget::Url(url) = &plain.to else {
        return None;
    };
    let (uid, rest) = url
        .strip_prefix("/d/")?
        .split_once("?${__url_time_range}")?;
    let variables = rest.split('&').skip(1).map(|part| {
        let name = part.strip_prefix("${")?.strip_suffix(":queryparam}")?;
        Some((name.to_owned(), format!("${name}")))
    });
    let link = Link {
        to: LinkTarget::Dashboard {
            uid: Uid::new(uid).ok()?,
            variables: variables.collect::<Option<_>>()?,
        },
        ..plain.clone()
    };
    (link.href() == *url).then_some(link)
}
