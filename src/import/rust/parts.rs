//! Parts that dashboards and panels share: colours, links, mappings, overrides, transformations.

use obsctl_model::dashboard::field::{Cell, FieldMatcher, MappedValues, Property};
use obsctl_model::dashboard::transform::Calculation;
use obsctl_model::dashboard::{
    Color, DashboardLink, DashboardLinkTarget, Datasource, FieldOverride, Link, LinkTarget,
    Mapping, Threshold, Transformation,
};

use super::json;
use super::literal::{call, chain, lines, list};

/// A method with one argument.
pub(super) fn with(name: &str, argument: impl AsRef<str>) -> String {
    call(&format!(".{name}"), &[argument.as_ref().to_owned()])
}

/// A method with a text.
pub(super) fn saying(name: &str, what: &str) -> String {
    with(name, lines(what))
}

/// A number with a point, however it is written in JSON.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

pub(super) fn texts<T: AsRef<str>>(all: &[T]) -> String {
    let all: Vec<_> = all.iter().map(|one| lines(one.as_ref())).collect();
    list(&all)
}

pub(super) fn color(color: &Color) -> String {
    match color {
        Color::Hex(name) => format!("Color::Hex({}.into())", lines(name)),
        named => format!("Color::{named:?}"),
    }
}

pub(super) fn datasource(one: &Datasource) -> String {
    let uid = lines(&one.uid);
    format!(
        "Datasource {{ kind: DatasourceKind::{:?}, uid: {uid}.into() }}",
        one.kind
    )
}

pub(super) fn calculations(all: &[Calculation]) -> String {
    let all: Vec<_> = all.iter().copied().map(calculation).collect();
    list(&all)
}

pub(super) fn calculation(one: Calculation) -> String {
    format!("Calculation::{one:?}")
}

pub(super) fn allows(methods: &mut Vec<String>, allows: &[obsctl_model::Allow]) {
    for allow in allows {
        methods.push(call(".allow", &[lines(&allow.check), lines(&allow.reason)]));
    }
}

pub(super) fn link(link: &Link) -> String {
    let mut methods = vec![];
    let begun = match &link.to {
        LinkTarget::Dashboard { uid, variables } => {
            for (variable, value) in variables {
                methods.push(call(".set", &[lines(variable), lines(value)]));
            }
            call(
                "Link::dashboard",
                &[lines(&link.title), lines(uid.as_str())],
            )
        }
        LinkTarget::Explore(_) | LinkTarget::Url(_) => {
            call("Link::url", &[lines(&link.title), lines(&link.href())])
        }
    };
    if link.new_tab {
        methods.push(".new_tab()".to_owned());
    }
    chain(begun, &methods)
}

pub(super) fn dashboard_link(link: &DashboardLink) -> String {
    let title = lines(&link.title);
    // What each of these begins with.
    let (begun, keeps, opens) = match &link.to {
        DashboardLinkTarget::Dashboard(uid) => {
            let begun = call("DashboardLink::to", &[title, lines(uid.as_str())]);
            (begun, true, false)
        }
        DashboardLinkTarget::Tagged(tags) => {
            let first = tags.first().map(String::as_str).unwrap_or_default();
            let begun = call("DashboardLink::tagged", &[title, lines(first)]);
            (begun, true, false)
        }
        DashboardLinkTarget::Url(url) => (
            call("DashboardLink::url", &[title, lines(url)]),
            false,
            true,
        ),
    };
    let mut fields = vec![];
    if let DashboardLinkTarget::Tagged(tags) = &link.to
        && tags.len() != 1
    {
        let all: Vec<_> = tags
            .iter()
            .map(|tag| format!("{}.into()", lines(tag)))
            .collect();
        let all = list(&all);
        fields.push(format!(
            "to: obsctl::model::dashboard::DashboardLinkTarget::Tagged(vec!{all}), "
        ));
    }
    for (name, is, would_be) in [
        ("keep_variables", link.keep_variables, keeps),
        ("new_tab", link.new_tab, opens),
    ] {
        if is != would_be {
            fields.push(format!("{name}: {is}, "));
        }
    }
    let begun = match fields.is_empty() {
        true => begun,
        false => format!("DashboardLink {{ {}..{begun} }}", fields.concat()),
    };
    let mut methods = vec![];
    if !link.tooltip.is_empty() {
        methods.push(saying("tooltip", &link.tooltip));
    }
    methods.extend(json::patches("json", &link.json.0));
    chain(begun, &methods)
}

pub(super) fn mapping(mapping: &Mapping) -> String {
    let shown = lines(mapping.text.as_deref().unwrap_or_default());
    let end = |end: Option<f64>| end.map_or("None".to_owned(), number);
    let begun = match &mapping.of {
        MappedValues::Value(value) => call("Mapping::value", &[lines(value), shown]),
        MappedValues::Range { from, to } => call("Mapping::range", &[end(*from), end(*to), shown]),
        MappedValues::Regex(pattern) => call("Mapping::regex", &[lines(pattern), shown]),
        MappedValues::Special(special) => call(
            "Mapping::special",
            &[format!("Special::{special:?}"), shown],
        ),
    };
    let begun = match mapping.text {
        Some(_) => begun,
        None => format!("Mapping {{ text: None, ..{begun} }}"),
    };
    let color = mapping.color.as_ref().map(|one| with("color", color(one)));
    chain(begun, color.as_slice())
}

fn mappings(all: &[Mapping]) -> String {
    list(&all.iter().map(mapping).collect::<Vec<_>>())
}

fn steps(all: &[Threshold]) -> String {
    let all = all.iter();
    let all = all.map(|one| format!("({}, {})", number(one.value), color(&one.color)));
    list(&all.collect::<Vec<_>>())
}

pub(super) fn field_override(one: &FieldOverride) -> String {
    let begun = match &one.fields {
        FieldMatcher::Name(name) => call("by_name", &[lines(name)]),
        FieldMatcher::Regex(pattern) => call("by_regex", &[lines(pattern)]),
        FieldMatcher::Query(ref_id) => call("by_query", &[lines(ref_id)]),
        FieldMatcher::Other { id, options } => call("by_other", &[lines(id), json::value(options)]),
    };
    let methods: Vec<_> = one.properties.iter().map(property).collect();
    chain(begun, &methods)
}

fn property(property: &Property) -> String {
    match property {
        Property::Unit(unit) => with("unit", format!("Unit::{unit:?}")),
        Property::GrafanaUnit(id) => with("grafana_unit", lines(id)),
        Property::DisplayName(name) => with("name", lines(name)),
        Property::Color(one) => with("color", color(one)),
        Property::Decimals(digits) => with("decimals", digits.to_string()),
        Property::Min(value) => with("min", number(*value)),
        Property::Max(value) => with("max", number(*value)),
        Property::NoValue(shown) => with("no_value", lines(shown)),
        Property::Thresholds(all) => with("thresholds", steps(all)),
        Property::Mappings(all) => with("mappings", mappings(all)),
        Property::Links(all) => {
            let all: Vec<_> = all.iter().map(link).collect();
            with("links", list(&all))
        }
        Property::Width(pixels) => with("width", pixels.to_string()),
        Property::Cell(cell) => with("cell", format!("Cell::{}", cell_name(*cell))),
        Property::Hidden => ".hidden()".to_owned(),
        Property::RightAxis => ".right_axis()".to_owned(),
        Property::Bars => ".bars()".to_owned(),
        Property::Dashed => ".dashed()".to_owned(),
        Property::Fill(percent) => with("fill", percent.to_string()),
        Property::Other { id, value } => call(".other", &[lines(id), json::value(value)]),
    }
}

fn cell_name(cell: Cell) -> String {
    format!("{cell:?}")
}

pub(super) fn transformation(one: &Transformation) -> String {
    match one {
        Transformation::Merge => "transform::merge()".to_owned(),
        Transformation::Organize(organize) => {
            let mut methods = vec![];
            methods.extend(organize.hide.iter().map(|one| with("hide", lines(one))));
            for (column, name) in &organize.rename {
                methods.push(call(".rename", &[lines(column), lines(name)]));
            }
            if !organize.order.is_empty() {
                methods.push(with("order", texts(&organize.order)));
            }
            chain("transform::organize()".to_owned(), &methods)
        }
        Transformation::JoinByField {
            field,
            only_common: false,
        } => call("transform::join_by", &[lines(field)]),
        Transformation::JoinByField {
            field,
            only_common: true,
        } => format!(
            "transform::Transformation::JoinByField {{ field: {}.into(), only_common: true }}",
            lines(field)
        ),
        Transformation::Reduce { calculations: all } => {
            call("transform::reduce", &[calculations(all)])
        }
        Transformation::KeepFields { names } if names.is_empty() => {
            "transform::keep_fields::<&str>([])".to_owned()
        }
        Transformation::KeepFields { names } => call("transform::keep_fields", &[texts(names)]),
        Transformation::SortBy { field, descending } => {
            let name = if *descending {
                "highest_first"
            } else {
                "lowest_first"
            };
            call(&format!("transform::{name}"), &[lines(field)])
        }
        Transformation::Limit { rows } => call("transform::limit", &[rows.to_string()]),
        Transformation::LabelsToFields { keep } if keep.is_empty() => {
            "transform::labels_to_fields()".to_owned()
        }
        Transformation::LabelsToFields { keep } => {
            let keep: Vec<_> = keep
                .iter()
                .map(|one| format!("{}.into()", lines(one)))
                .collect();
            let keep = list(&keep);
            format!("transform::Transformation::LabelsToFields {{ keep: vec!{keep} }}")
        }
        Transformation::GroupBy(group_by) => {
            let begun = match group_by.fields.is_empty() {
                true => "transform::group_by::<&str>([])".to_owned(),
                false => call("transform::group_by", &[texts(&group_by.fields)]),
            };
            let methods = group_by.calculate.iter();
            let methods =
                methods.map(|(field, how)| call(".calculate", &[lines(field), calculation(*how)]));
            chain(begun, &methods.collect::<Vec<_>>())
        }
        Transformation::RenameByRegex { regex, to } => {
            call("transform::rename_by_regex", &[lines(regex), lines(to)])
        }
        Transformation::SeriesToRows => "transform::series_to_rows()".to_owned(),
        Transformation::TimeSeriesTable => "transform::time_series_table()".to_owned(),
        Transformation::Other(json) => call("transform::other", &[json::value(json)]),
    }
}
