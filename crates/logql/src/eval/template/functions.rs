//! Loki's functions: its own, and those that it takes over from Sprig.

use std::cell::RefCell;
use std::rc::Rc;

use obsctl_gotemplate::prometheus::{parse_time, time as point};
use obsctl_gotemplate::{Function, Functions, Outcome, Type, Value};

use super::{Line, decimal, encode, number, text, time};
use crate::eval::convert;

const TEXT: &[Type] = &[Type::Text];
const TEXTS: &[Type] = &[Type::Text, Type::Text];
const THREE_TEXTS: &[Type] = &[Type::Text, Type::Text, Type::Text];
const ANY: &[Type] = &[Type::Any];
const TWO_ANY: &[Type] = &[Type::Any, Type::Any];
const COUNT_AND_TEXT: &[Type] = &[Type::Int, Type::Text];
const TIME: &[Type] = &[Type::Named("time.Time")];

/// The text at a place; a parameter of another type gives none.
fn at(values: &[Value], place: usize) -> &str {
    values
        .get(place)
        .and_then(Value::as_text)
        .unwrap_or_default()
}

fn value(values: &[Value], place: usize) -> &Value {
    values.get(place).unwrap_or(&Value::Nil)
}

fn int(values: &[Value], place: usize) -> i64 {
    number::int(value(values, place))
}

fn float(values: &[Value], place: usize) -> f64 {
    number::float(value(values, place))
}

/// All functions. `line` is what is filled in, `now` the time, in nanoseconds since the epoch.
pub(super) fn all(line: &Rc<RefCell<Line>>, now: i64) -> Functions<'static> {
    let mut functions = Functions::new();
    texts(&mut functions);
    numbers(&mut functions);
    times(&mut functions, now);
    let own = line.clone();
    functions.insert(
        "__line__",
        Function::new(&[], move |_| Ok(own.borrow().text.clone().into())),
    );
    let own = line.clone();
    functions.insert(
        "__timestamp__",
        Function::new(&[], move |_| Ok(point(own.borrow().time.into()))),
    );
    functions
}

fn texts(functions: &mut Functions<'static>) {
    let mut add = |name, parameters, body: fn(&[Value]) -> Outcome| {
        functions.insert(name, Function::new(parameters, body));
    };
    for name in ["ToLower", "lower"] {
        add(name, TEXT, |it| Ok(at(it, 0).to_lowercase().into()));
    }
    for name in ["ToUpper", "upper"] {
        add(name, TEXT, |it| Ok(at(it, 0).to_uppercase().into()));
    }
    for name in ["TrimSpace", "trim"] {
        add(name, TEXT, |it| Ok(at(it, 0).trim().into()));
    }
    add(
        "Replace",
        &[Type::Text, Type::Text, Type::Text, Type::Int],
        |it| text::replace(at(it, 0), at(it, 1), at(it, 2), int(it, 3)).map(Value::from),
    );
    add("replace", THREE_TEXTS, |it| {
        text::replace(at(it, 2), at(it, 0), at(it, 1), -1).map(Value::from)
    });
    add("Trim", TEXTS, |it| {
        Ok(text::trim(at(it, 0), at(it, 1)).into())
    });
    add("trimAll", TEXTS, |it| {
        Ok(text::trim(at(it, 1), at(it, 0)).into())
    });
    add("TrimLeft", TEXTS, |it| {
        Ok(at(it, 0)
            .trim_start_matches(|c| at(it, 1).contains(c))
            .into())
    });
    add("TrimRight", TEXTS, |it| {
        Ok(at(it, 0).trim_end_matches(|c| at(it, 1).contains(c)).into())
    });
    add("TrimPrefix", TEXTS, |it| {
        Ok(text::without_prefix(at(it, 0), at(it, 1)).into())
    });
    add("trimPrefix", TEXTS, |it| {
        Ok(text::without_prefix(at(it, 1), at(it, 0)).into())
    });
    add("TrimSuffix", TEXTS, |it| {
        Ok(text::without_suffix(at(it, 0), at(it, 1)).into())
    });
    add("trimSuffix", TEXTS, |it| {
        Ok(text::without_suffix(at(it, 1), at(it, 0)).into())
    });
    add("contains", TEXTS, |it| {
        Ok(at(it, 1).contains(at(it, 0)).into())
    });
    add("hasPrefix", TEXTS, |it| {
        Ok(at(it, 1).starts_with(at(it, 0)).into())
    });
    add("hasSuffix", TEXTS, |it| {
        Ok(at(it, 1).ends_with(at(it, 0)).into())
    });
    add("title", TEXT, |it| Ok(text::title(at(it, 0)).into()));
    add("trunc", COUNT_AND_TEXT, |it| {
        Ok(text::trunc(int(it, 0), at(it, 1)).into())
    });
    add("substr", &[Type::Int, Type::Int, Type::Text], |it| {
        text::substr(int(it, 0), int(it, 1), at(it, 2)).map(Value::from)
    });
    add("repeat", COUNT_AND_TEXT, |it| {
        text::repeat(int(it, 0), at(it, 1)).map(Value::from)
    });
    add("indent", COUNT_AND_TEXT, |it| {
        text::indent(int(it, 0), at(it, 1)).map(Value::from)
    });
    add("nindent", COUNT_AND_TEXT, |it| {
        text::indent(int(it, 0), at(it, 1)).map(|text| format!("\n{text}").into())
    });
    add("alignLeft", COUNT_AND_TEXT, |it| {
        text::align(int(it, 0), at(it, 1), true).map(Value::from)
    });
    add("alignRight", COUNT_AND_TEXT, |it| {
        text::align(int(it, 0), at(it, 1), false).map(Value::from)
    });
    add("regexReplaceAll", THREE_TEXTS, |it| {
        text::regex_replace(at(it, 0), at(it, 1), at(it, 2), false).map(Value::from)
    });
    add("regexReplaceAllLiteral", THREE_TEXTS, |it| {
        text::regex_replace(at(it, 0), at(it, 1), at(it, 2), true).map(Value::from)
    });
    add("count", TEXTS, |it| {
        text::count(at(it, 0), at(it, 1)).map(Value::from)
    });
    add("urlencode", TEXT, |it| Ok(encode::url(at(it, 0)).into()));
    add("urldecode", TEXT, |it| {
        encode::from_url(at(it, 0)).map(Value::from)
    });
    add("b64enc", TEXT, |it| Ok(encode::base64(at(it, 0)).into()));
    add("b64dec", TEXT, |it| {
        Ok(encode::from_base64(at(it, 0)).into())
    });
    add("fromJson", TEXT, |it| {
        let parsed = serde_json::from_str(at(it, 0));
        Ok(parsed.map_or(Value::Nil, encode::from_json))
    });
    let default = |it: &[Value]| -> Outcome {
        let given = it.get(1).filter(|given| given.is_true());
        Ok(given.unwrap_or(value(it, 0)).clone())
    };
    functions.insert("default", Function::new(ANY, default).variadic(Type::Any));
}

fn numbers(functions: &mut Functions<'static>) {
    let mut add = |name, parameters, body: fn(&[Value]) -> Outcome| {
        functions.insert(name, Function::new(parameters, body));
    };
    add("int", ANY, |it| Ok(int(it, 0).into()));
    add("float64", ANY, |it| Ok(float(it, 0).into()));
    add("sub", TWO_ANY, |it| {
        Ok(int(it, 0).wrapping_sub(int(it, 1)).into())
    });
    add("div", TWO_ANY, |it| {
        number::divide(int(it, 0), int(it, 1), i64::wrapping_div)
    });
    add("mod", TWO_ANY, |it| {
        number::divide(int(it, 0), int(it, 1), i64::wrapping_rem)
    });
    add("ceil", ANY, |it| Ok(float(it, 0).ceil().into()));
    add("floor", ANY, |it| Ok(float(it, 0).floor().into()));
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of bytes, as Loki gives it"
    )]
    add("bytes", TEXT, |it| {
        convert::bytes(at(it, 0)).map(|count| Value::Float(count as f64))
    });
    for name in ["duration", "duration_seconds"] {
        add(name, TEXT, |it| {
            convert::seconds(at(it, 0)).map(Value::Float)
        });
    }
    let mut add = |name, parameters, body: fn(&[Value]) -> Outcome| {
        functions.insert(name, Function::new(parameters, body).variadic(Type::Any));
    };
    add("add", &[], |it| {
        Ok(it.iter().map(number::int).fold(0, i64::wrapping_add).into())
    });
    add("mul", ANY, |it| {
        Ok(it.iter().map(number::int).fold(1, i64::wrapping_mul).into())
    });
    add("max", ANY, |it| {
        Ok(it.iter().map(number::int).max().unwrap_or_default().into())
    });
    add("min", ANY, |it| {
        Ok(it.iter().map(number::int).min().unwrap_or_default().into())
    });
    add("maxf", ANY, |it| {
        Ok(number::extreme(it, number::larger).into())
    });
    add("minf", ANY, |it| {
        Ok(number::extreme(it, |a, b| -number::larger(-a, -b)).into())
    });
    add("addf", &[], |it| {
        Ok(decimal::fold(Some(0.0), it, decimal::add).into())
    });
    add("subf", ANY, |it| {
        Ok(decimal::fold(None, it, decimal::subtract).into())
    });
    add("mulf", ANY, |it| {
        Ok(decimal::fold(None, it, decimal::multiply).into())
    });
    add("divf", ANY, |it| decimal::divide_all(it).map(Value::Float));
    let round = |it: &[Value]| -> Outcome {
        let up_from = if it.len() > 2 { float(it, 2) } else { 0.5 };
        Ok(number::round(float(it, 0), int(it, 1), up_from).into())
    };
    let round = Function::new(&[Type::Any, Type::Int], round).variadic(Type::Float);
    functions.insert("round", round);
}

fn times(functions: &mut Functions<'static>, now: i64) {
    functions.insert("now", Function::new(&[], move |_| Ok(point(now.into()))));
    functions.insert(
        "date",
        Function::new(&[Type::Text, Type::Any], move |it| {
            let time = match value(it, 1).target() {
                Value::Int(seconds) => point(i128::from(*seconds) * 1_000_000_000),
                time @ Value::Object(_) => time.clone(),
                _ => point(now.into()),
            };
            time::call(&time, "Format", &[Value::from(at(it, 0))])
        }),
    );
    let mut add = |name, parameters, body: fn(&[Value]) -> Outcome| {
        functions.insert(name, Function::new(parameters, body));
    };
    add("unixEpoch", TIME, |it| time::as_text(value(it, 0), "Unix"));
    add("unixEpochMillis", TIME, |it| {
        time::as_text(value(it, 0), "UnixMilli")
    });
    add("unixEpochNanos", TIME, |it| {
        time::as_text(value(it, 0), "UnixNano")
    });
    add("unixToTime", TEXT, |it| time::from_epoch(at(it, 0)));
    add("toDate", TEXTS, |it| Ok(parse_time(at(it, 0), at(it, 1))));
    add("toDateInZone", THREE_TEXTS, |it| {
        time::parse_in_zone(at(it, 0), at(it, 1), at(it, 2))
    });
}

#[cfg(test)]
mod tests {
    use crate::eval::template::tests::filled;

    #[test]
    fn every_function_does_what_its_documentation_says() {
        let cases = [
            ("{{ ToLower \"ÄB\" }}{{ lower \"AB\" }}", "äbab"),
            ("{{ ToUpper .b }}{{ .b | upper }}", "X YX Y"),
            (
                "{{ Replace .b \" \" \"-\" -1 }}{{ Replace \"aaa\" \"a\" \"b\" 2 }}",
                "x-ybba",
            ),
            ("{{ .b | replace \" \" \"_\" }}", "x_y"),
            ("{{ Trim \"-a-\" \"-\" }}{{ trimAll \"-\" \"-b-\" }}", "ab"),
            (
                "{{ TrimLeft \"-a-\" \"-\" }}{{ TrimRight \"-a-\" \"-\" }}",
                "a--a",
            ),
            (
                "{{ TrimPrefix \"ab\" \"a\" }}{{ trimPrefix \"a\" \"ab\" }}",
                "bb",
            ),
            (
                "{{ TrimSuffix \"ab\" \"b\" }}{{ trimSuffix \"b\" \"ab\" }}",
                "aa",
            ),
            ("{{ TrimSpace \" a \" }}{{ trim \" b \" }}", "ab"),
            (
                "{{ contains \"x\" .b }}{{ hasPrefix \"y\" .b }}{{ hasSuffix \"y\" .b }}",
                "truefalsetrue",
            ),
            ("{{ title \"the quick-fox\" }}", "The Quick-Fox"),
            (
                "{{ trunc 2 \"abc\" }}{{ trunc -2 \"abc\" }}{{ trunc 9 \"abc\" }}",
                "abbcabc",
            ),
            (
                "{{ substr 1 2 \"abc\" }}{{ substr -1 2 \"abc\" }}{{ substr 1 -1 \"abc\" }}",
                "babbc",
            ),
            ("{{ repeat 3 \"a\" }}", "aaa"),
            (
                "{{ indent 2 \"a\\nb\" }}{{ nindent 1 \"c\" }}",
                "  a\n  b\n c",
            ),
            (
                "{{ alignLeft 3 \"a\" }}|{{ alignRight 3 \"a\" }}|{{ alignLeft 2 \"äbc\" }}",
                "a  |  a|äb",
            ),
            ("{{ regexReplaceAll \"(a)(b)\" \"ab\" \"${2}$1\" }}", "ba"),
            ("{{ regexReplaceAllLiteral \"a\" \"ab\" \"$1\" }}", "$1b"),
            ("{{ count \"a.\" \"abacx\" }}", "2"),
            (
                "{{ urlencode \"a b&ä\" }}{{ urldecode \"a+b%26\" }}",
                "a+b%26%C3%A4a b&",
            ),
            (
                "{{ b64enc \"hello\" }}{{ b64dec \"aGVsbG8=\" }}",
                "aGVsbG8=hello",
            ),
            ("{{ b64dec \"a\" }}", "illegal base64 data at input byte 0"),
            (
                "{{ (fromJson \"{\\\"a\\\":{\\\"b\\\":[1,\\\"x\\\"]}}\").a.b }}",
                "[1 x]",
            ),
            (
                "{{ range (fromJson \"[1.5,2]\") }}{{ . }};{{ end }}",
                "1.5;2;",
            ),
            ("{{ .none | default \"-\" }}{{ .a | default \"-\" }}", "-1"),
            (
                "{{ int .n }}{{ int \"x\" }}{{ int 3.9 }}{{ float64 .n }}",
                "120312.7",
            ),
            ("{{ add 1 .a \"3\" }}{{ sub 5 2 }}{{ mul 2 3 4 }}", "5324"),
            (
                "{{ div 7 2 }}{{ mod 7 2 }}{{ max 1 3 2 }}{{ min 3 1 2 }}",
                "3131",
            ),
            (
                "{{ addf 0.1 0.2 }} {{ subf 1.5 0.1 }} {{ mulf 1.1 3 }} {{ divf 1 3 }}",
                "0.3 1.4 3.3 0.3333333333333333",
            ),
            ("{{ maxf 1 2.5 }} {{ minf 1 2.5 }}", "2.5 1"),
            (
                "{{ ceil 1.2 }}{{ floor 1.8 }} {{ round 1.2345 2 }} {{ round 1.5 0 }}",
                "21 1.23 2",
            ),
            (
                "{{ bytes \"2KB\" }} {{ duration \"1m\" }} {{ duration_seconds \"250ms\" }}",
                "2000 60 0.25",
            ),
            (
                "{{ unixEpoch __timestamp__ }} {{ unixEpochMillis __timestamp__ }}",
                "1 1500",
            ),
            (
                "{{ unixEpochNanos __timestamp__ }} {{ unixEpoch now }}",
                "1500000000 2",
            ),
            ("{{ date \"2006-01-02\" (unixToTime .t) }}", "2017-07-14"),
            (
                "{{ __timestamp__ | date \"15:04:05.000\" }}",
                "00:00:01.500",
            ),
            (
                "{{ unixEpoch (toDate \"2006-01-02 15:04\" \"2024-02-29 12:30\") }}",
                "1709209800",
            ),
            (
                "{{ unixEpoch (toDateInZone \"2006-01-02\" \"UTC\" \"1970-01-02\") }}",
                "86400",
            ),
        ];
        for (template, text) in cases {
            assert_eq!(filled(template), text, "{template}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_an_error() {
        for template in [
            "{{ regexReplaceAll \"(\" .a .b }}",
            "{{ repeat -1 .a }}",
            "{{ repeat 99999999999 .a }}",
            "{{ substr 2 1 \"abc\" }}",
            "{{ urldecode \"%zz\" }}",
            "{{ duration \"x\" }}",
            "{{ bytes \"x\" }}",
            "{{ unixToTime \"12\" }}",
            "{{ mod 1 0 }}",
            "{{ divf 1 0 }}",
            "{{ toDateInZone \"2006\" \"Europe/Berlin\" \"2024\" }}",
        ] {
            assert!(
                filled(template).contains("error calling"),
                "{template}: {}",
                filled(template)
            );
        }
    }
}
