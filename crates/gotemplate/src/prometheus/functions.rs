//! The functions that Prometheus adds to Go's.

use std::sync::Arc;

use super::{Alert, Query, Sample, clock, host, humanize, regex, texts, title};
use crate::escape;
use crate::function::{Function, Functions, Outcome, Type};
use crate::value::{Field, List, Object, Struct, Value};

/// The functions of alerts' templates, sorted. `tmpl` is one of console templates only.
pub const FUNCTIONS: &[&str] = &[
    "args",
    "externalURL",
    "first",
    "graphLink",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "label",
    "match",
    "now",
    "parseDuration",
    "pathPrefix",
    "query",
    "reReplaceAll",
    "safeHtml",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "value",
];

const NONE: &[Type] = &[];
const ANY: &[Type] = &[Type::Any];
const TEXT: &[Type] = &[Type::Text];
const TEXTS: &[Type] = &[Type::Text, Type::Text];
const RESULT: Type = Type::Nilable(RESULT_NAME);
const SAMPLE: Type = Type::Nilable("*template.sample");
const RESULT_NAME: &str = "template.queryResult";
const SAMPLE_NAME: &str = "template.sample";

/// The functions as an alert's templates call them.
#[must_use]
pub fn functions<'a>(alert: &'a Alert, query: &'a Query<'a>) -> Functions<'a> {
    Functions::from([
        ("args", Function::new(NONE, args).variadic(Type::Any)),
        (
            "externalURL",
            Function::new(NONE, |_| Ok(alert.external_url.as_str().into())),
        ),
        ("first", Function::new(&[RESULT], first)),
        ("graphLink", of_text(|text| link(text, 0))),
        ("humanize", of_number(|n| Ok(humanize::metric(n).into()))),
        (
            "humanize1024",
            of_number(|n| Ok(humanize::binary(n).into())),
        ),
        (
            "humanizeDuration",
            of_number(|n| Ok(humanize::duration(n).into())),
        ),
        (
            "humanizePercentage",
            of_number(|n| Ok(humanize::percentage(n).into())),
        ),
        ("humanizeTimestamp", of_number(humanize::timestamp)),
        ("label", Function::new(&[Type::Text, SAMPLE], label)),
        (
            "match",
            Function::new(TEXTS, |values| {
                let regex = regex::compile(text(&values[0]))?;
                Ok(regex.is_match(text(&values[1])).into())
            }),
        ),
        (
            "now",
            Function::new(NONE, |_| Ok((alert.timestamp as f64 / 1000.0).into())),
        ),
        (
            "parseDuration",
            Function::new(TEXT, |values| humanize::parse_duration(text(&values[0]))),
        ),
        (
            "pathPrefix",
            Function::new(NONE, |_| Ok(host::path(&alert.external_url).into())),
        ),
        (
            "query",
            Function::new(TEXT, |values| Ok(result(query(text(&values[0]))?))),
        ),
        (
            "reReplaceAll",
            Function::new(&[Type::Text, Type::Text, Type::Text], |values| {
                let replaced = regex::replace(text(&values[0]), text(&values[1]), text(&values[2]));
                Ok(replaced?.into())
            }),
        ),
        (
            "safeHtml",
            Function::new(TEXT, |values| {
                Ok(Value::Object(Arc::new(Html(values[0].clone()))))
            }),
        ),
        (
            "sortByLabel",
            Function::new(&[Type::Text, RESULT], sort_by_label),
        ),
        ("stripDomain", of_text(host::strip_domain)),
        (
            "stripPort",
            of_text(|text| host::strip_port(text).to_owned()),
        ),
        (
            "strvalue",
            Function::new(&[SAMPLE], |values| label_of(&values[0], "__value__")),
        ),
        ("tableLink", of_text(|text| link(text, 1))),
        ("title", of_text(title::title)),
        (
            "toDuration",
            of_number(|n| Ok(clock::duration(humanize::to_int(n * 1e9)).pointer())),
        ),
        ("toLower", of_text(title::lower)),
        ("toTime", of_number(humanize::to_time)),
        ("toUpper", of_text(title::upper)),
        ("urlQueryEscape", of_text(escape::query)),
        (
            "value",
            Function::new(&[SAMPLE], |values| field(&values[0], "Value")),
        ),
    ])
}

/// A function from text to text.
fn of_text<'a>(body: impl Fn(&str) -> String + 'a) -> Function<'a> {
    Function::new(TEXT, move |values| Ok(body(text(&values[0])).into()))
}

/// A function of a number, or of a text that is one.
fn of_number<'a>(body: impl Fn(f64) -> Outcome + 'a) -> Function<'a> {
    Function::new(ANY, move |values| body(humanize::number(&values[0])?))
}

fn text(value: &Value) -> &str {
    value.as_text().unwrap_or_default()
}

/// The path of an expression in Prometheus' own pages.
fn link(expression: &str, tab: u8) -> String {
    format!("/graph?g0.expr={}&g0.tab={tab}", escape::query(expression))
}

/// What a query gives, as templates see it.
fn result(samples: Vec<Sample>) -> Value {
    let elements = samples.into_iter().map(|sample| {
        let fields = vec![
            Field {
                name: "Labels",
                value: texts(&sample.labels),
                any: false,
            },
            Field {
                name: "Value",
                value: sample.value,
                any: true,
            },
        ];
        Value::Struct(Arc::new(Struct {
            type_name: SAMPLE_NAME.into(),
            fields,
        }))
        .pointer()
    });
    list(elements.collect())
}

fn list(elements: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        type_name: RESULT_NAME.into(),
        elements,
    }))
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(list) => &list.elements,
        _ => &[],
    }
}

/// A field of a sample.
fn field(sample: &Value, name: &str) -> Outcome {
    let Value::Struct(own) = sample.target() else {
        return Err("runtime error: invalid memory address or nil pointer dereference".to_owned());
    };
    let found = own.fields.iter().find(|field| field.name == name);
    Ok(found.map(|field| field.value.clone()).unwrap_or_default())
}

fn label_of(sample: &Value, name: &str) -> Outcome {
    Ok(match field(sample, "Labels")? {
        Value::Map(labels) => labels.entries.get(name).unwrap_or(&labels.missing).clone(),
        _ => Value::text(""),
    })
}

fn args(values: &[Value]) -> Outcome {
    let named = values.iter().enumerate();
    let entries = named.map(|(index, value)| (format!("arg{index}"), value.clone()));
    Ok(Value::map(entries.collect()))
}

fn first(values: &[Value]) -> Outcome {
    let first = elements(&values[0]).first();
    first
        .cloned()
        .ok_or_else(|| "first() called on vector with no elements".to_owned())
}

fn label(values: &[Value]) -> Outcome {
    label_of(&values[1], text(&values[0]))
}

fn sort_by_label(values: &[Value]) -> Outcome {
    let name = text(&values[0]);
    let mut sorted = elements(&values[1]).to_vec();
    sorted.sort_by_cached_key(|sample| {
        label_of(sample, name).map_or_else(|_| String::new(), |label| text(&label).to_owned())
    });
    Ok(list(sorted))
}

/// Text that HTML templates would not escape again.
#[derive(Debug)]
struct Html(Value);

impl Object for Html {
    fn type_name(&self) -> &str {
        "template.HTML"
    }

    fn underlying(&self) -> &Value {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_knows_the_functions_that_there_are() {
        let alert = Alert::named("A");
        let table = functions(&alert, &|_| Ok(vec![]));
        assert_eq!(table.keys().copied().collect::<Vec<_>>(), FUNCTIONS);
    }
}
