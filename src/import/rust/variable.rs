//! Variables.

use obsctl_model::dashboard::Variable;
use obsctl_model::dashboard::variable::{CustomValue, Refresh, Sort, Values};

use super::json;
use super::literal::{call, chain, lines, list, time};
use super::parts::{allows, datasource, saying, with};
use super::query::{logql, promql};

pub(super) fn variable(one: &Variable) -> String {
    let mut methods = vec![];
    if let Some(label) = &one.label {
        methods.push(saying("label", label));
    }
    if let Some(description) = &one.description {
        methods.push(saying("description", description));
    }
    if one.multi {
        methods.push(".multi()".to_owned());
    }
    match &one.all_value {
        Some(all) if all == ".*" => methods.push(".include_all()".to_owned()),
        Some(all) => methods.push(with("all_value", lines(all))),
        None if one.include_all => methods.push(".include_all_known()".to_owned()),
        None => {}
    }
    methods.extend(one.default.iter().map(|value| saying("default", value)));
    if let Some(regex) = &one.regex {
        methods.push(with("matching", lines(regex)));
    }
    if one.sort != Sort::default() {
        methods.push(with("sort", format!("variable::Sort::{:?}", one.sort)));
    }
    if one.refresh == Refresh::OnOpen {
        methods.push(".refresh_on_open()".to_owned());
    }
    if one.hidden && !matches!(one.values, Values::Constant(_)) {
        methods.push(".hidden()".to_owned());
    }
    if let Some(source) = &one.datasource {
        methods.push(with("datasource", datasource(source)));
    }
    methods.extend(json::patches("json", &one.json.0));
    allows(&mut methods, &one.allow);
    chain(begun(one), &methods)
}

fn begun(one: &Variable) -> String {
    let name = lines(&one.name);
    let values = match &one.values {
        Values::LabelValues { label, of } => {
            call("series_label_values", &[lines(label), promql(of.as_str())])
        }
        Values::LogLabelValues { label, of: None } => call("log_label_values", &[lines(label)]),
        Values::LogLabelValues {
            label,
            of: Some(of),
        } => call(
            "variable::log_label_values_of",
            &[lines(label), logql(of.as_str())],
        ),
        Values::TraceTagValues { tag } => call("trace_tag_values", &[lines(tag)]),
        Values::QueryResult(query) => {
            call("variable::Values::QueryResult", &[promql(query.as_str())])
        }
        Values::Other(json) => call("variable::Values::Other", &[json::value(json)]),
        Values::Custom(values) => return custom(name, values),
        Values::Interval(lengths) => {
            let lengths = list(&lengths.iter().map(|one| time(*one)).collect::<Vec<_>>());
            return call("variable::interval", &[name, lengths]);
        }
        Values::Datasource(kind) => {
            return call(
                "variable::datasource",
                &[name, format!("DatasourceKind::{kind:?}")],
            );
        }
        Values::Textbox => return call("variable::textbox", &[name]),
        Values::Constant(value) => return call("variable::constant", &[name, lines(value)]),
    };
    call("variable::query", &[name, values])
}

fn custom(name: String, values: &[CustomValue]) -> String {
    let shown = |one: &CustomValue| match &one.text {
        Some(shown) => format!("({}, {})", lines(&one.value), lines(shown)),
        None => lines(&one.value),
    };
    let named = values.iter().filter(|one| one.text.is_some()).count();
    let alike = !values.is_empty() && (named == 0 || named == values.len());
    let all: Vec<_> = values.iter().map(shown).collect();
    if alike {
        return call("variable::custom", &[name, list(&all)]);
    }
    let all: Vec<_> = all.iter().map(|one| format!("{one}.into()")).collect();
    call(
        "variable::custom::<variable::CustomValue>",
        &[name, list(&all)],
    )
}
