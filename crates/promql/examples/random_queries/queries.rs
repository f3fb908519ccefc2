//! Random queries of right types over the series of `series.rs`.

use crate::dice::Dice;

/// A statement of a script: a query at a time, or over a range of times.
pub fn eval(dice: &mut Dice) -> String {
    let query = if dice.one_in(8) {
        scalar(dice, 2)
    } else {
        vector(dice, 3)
    };
    if dice.one_in(3) {
        let start = dice.roll(10);
        let end = start + dice.roll(12);
        let step = dice.pick(&["30s", "45s", "1m", "2m", "7m"]);
        format!("eval range from {start}m to {end}m step {step} {query}")
    } else {
        format!("eval instant at {}s {query}", dice.roll(25) * 30)
    }
}

fn number(dice: &mut Dice) -> String {
    let few = [
        "0", "1", "2", "-1", "0.5", "3.7", "1e9", "NaN", "Inf", "-Inf", "0.1", "10",
    ];
    dice.pick(&few).to_owned()
}

fn scalar(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 3 } else { 7 }) {
        0 | 1 => number(dice),
        2 => dice.pick(&["time()", "pi()"]).to_owned(),
        3 => format!("scalar({})", vector(dice, depth - 1)),
        4 => format!("-{}", scalar(dice, 0)),
        _ => {
            let op = dice.pick(&[
                "+", "-", "*", "/", "%", "^", "atan2", "> bool", "== bool", "<= bool",
            ]);
            format!(
                "({} {op} {})",
                scalar(dice, depth - 1),
                scalar(dice, depth - 1)
            )
        }
    }
}

fn selector(dice: &mut Dice) -> String {
    let name = dice.pick(&[
        "c_total",
        "c_total",
        "g",
        "g",
        "g",
        "nh",
        "ncb",
        "mix",
        "hb_bucket",
        "none",
    ]);
    let matchers = dice.pick(&[
        "",
        "",
        "",
        r#"{job="a"}"#,
        r#"{instance=~"0|1"}"#,
        r#"{job!="b"}"#,
        r#"{instance!~"2.*"}"#,
    ]);
    format!("{name}{matchers}")
}

fn modifiers(dice: &mut Dice) -> &'static str {
    match dice.roll(8) {
        0 => dice.pick(&[" offset 1m", " offset -45s", " offset 3m"]),
        1 => dice.pick(&[" @ 300", " @ 200 offset 30s", " @ start()", " @ end()"]),
        _ => "",
    }
}

fn range(dice: &mut Dice, depth: usize) -> String {
    range_of(dice, depth, &[""])
}

/// A range that may be extended in one of these ways.
fn range_of(dice: &mut Dice, depth: usize, extended: &[&str]) -> String {
    let length = dice.pick(&["30s", "1m", "90s", "2m", "5m", "5m", "13m"]);
    if depth > 0 && dice.one_in(4) {
        let step = dice.pick(&["", "30s", "1m", "17s"]);
        return format!(
            "({})[{length}:{step}]{}",
            vector(dice, depth - 1),
            modifiers(dice)
        );
    }
    let extended = dice.pick(extended);
    format!("{}[{length}]{extended}{}", selector(dice), modifiers(dice))
}

fn labels(dice: &mut Dice) -> &'static str {
    dice.pick(&["", "job", "instance", "job, instance", "le", "job, le"])
}

fn vector(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        let extended = dice.pick(&["", "", "", "", "", "", " smoothed"]);
        return format!("{}{extended}{}", selector(dice), modifiers(dice));
    }
    match dice.roll(12) {
        0 => format!("{}{}", selector(dice), modifiers(dice)),
        1..4 => of_range(dice, depth),
        4..6 => aggregation(dice, depth),
        6..8 => between(dice, depth),
        8 => of_histograms(dice, depth),
        9 => of_labels(dice, depth),
        10 if dice.one_in(3) => format!("vector({})", scalar(dice, depth - 1)),
        _ => of_numbers(dice, depth),
    }
}

fn of_range(dice: &mut Dice, depth: usize) -> String {
    let functions = [
        "rate",
        "rate",
        "increase",
        "delta",
        "irate",
        "idelta",
        "changes",
        "resets",
        "deriv",
        "avg_over_time",
        "sum_over_time",
        "min_over_time",
        "max_over_time",
        "count_over_time",
        "stddev_over_time",
        "stdvar_over_time",
        "last_over_time",
        "first_over_time",
        "present_over_time",
        "mad_over_time",
        "ts_of_min_over_time",
        "ts_of_max_over_time",
        "ts_of_last_over_time",
        "ts_of_first_over_time",
        "absent_over_time",
    ];
    match dice.roll(10) {
        0 => format!(
            "quantile_over_time({}, {})",
            quantile(dice),
            range(dice, depth)
        ),
        1 => format!(
            "predict_linear({}, {})",
            range(dice, depth),
            scalar(dice, 0)
        ),
        2 => {
            let factor = dice.pick(&["0.1", "0.5", "0.9"]);
            format!(
                "double_exponential_smoothing({}, {factor}, 0.3)",
                range(dice, depth)
            )
        }
        _ => {
            let function = dice.pick(&functions);
            let extended: &[&str] = match function {
                "rate" | "increase" | "delta" => &["", "", "", " anchored", " smoothed"],
                "changes" | "resets" => &["", "", " anchored"],
                _ => &[""],
            };
            format!("{function}({})", range_of(dice, depth, extended))
        }
    }
}

fn quantile(dice: &mut Dice) -> &'static str {
    dice.pick(&["0", "0.1", "0.5", "0.9", "1", "0.99", "-1", "2", "NaN"])
}

fn aggregation(dice: &mut Dice, depth: usize) -> String {
    let inner = vector(dice, depth - 1);
    let by = match dice.roll(3) {
        0 => String::new(),
        1 => format!(" by ({})", labels(dice)),
        _ => format!(" without ({})", labels(dice)),
    };
    match dice.roll(12) {
        0 => format!("quantile{by} ({}, {inner})", quantile(dice)),
        1 => format!(
            "{}{by} ({}, {inner})",
            dice.pick(&["topk", "bottomk", "limitk"]),
            dice.roll(4)
        ),
        2 => format!(
            "limit_ratio{by} ({}, {inner})",
            dice.pick(&["0.5", "-0.5", "0.1", "1", "-0.9"])
        ),
        3 => format!("count_values{by} (\"v\", {inner})"),
        _ => {
            let all = [
                "sum", "sum", "avg", "avg", "min", "max", "count", "group", "stddev", "stdvar",
            ];
            format!("{}{by} ({inner})", dice.pick(&all))
        }
    }
}

fn between(dice: &mut Dice, depth: usize) -> String {
    let comparison = dice.one_in(3);
    let op = if comparison {
        let op = dice.pick(&["==", "!=", ">", "<", ">=", "<="]);
        format!("{op}{}", dice.pick(&["", " bool"]))
    } else {
        dice.pick(&["+", "-", "*", "/", "/", "%", "^", "atan2"])
            .to_owned()
    };
    let left = vector(dice, depth - 1);
    match dice.roll(6) {
        0 => format!("({left}) {op} {}", scalar(dice, depth - 1)),
        1 => format!("{} {op} ({left})", scalar(dice, depth - 1)),
        2 => {
            let op = dice.pick(&["and", "or", "unless"]);
            let on = dice.pick(&["", "", " on (job)", " ignoring (instance)", " on ()"]);
            format!("({left}) {op}{on} ({})", vector(dice, depth - 1))
        }
        kind => {
            let on = dice.pick(&[
                "",
                "",
                " on (job, instance)",
                " ignoring (le)",
                " on (job) group_left",
                " ignoring (instance) group_right",
                " on (job) group_left (instance)",
            ]);
            // Often both sides have the same labels.
            let right = if kind < 5 {
                left.clone()
            } else {
                vector(dice, depth - 1)
            };
            format!("({left}) {op}{on} ({right})")
        }
    }
}

fn of_histograms(dice: &mut Dice, depth: usize) -> String {
    let inner = if dice.one_in(2) {
        let name = dice.pick(&["nh", "ncb", "hb_bucket", "mix"]);
        dice.pick(&[
            "@",
            "rate(@[5m])",
            "sum by (job, le) (rate(@[3m]))",
            "increase(@[2m])",
            "avg(@)",
        ])
        .replace('@', name)
    } else {
        vector(dice, depth - 1)
    };
    match dice.roll(5) {
        0 | 1 => format!("histogram_quantile({}, {inner})", quantile(dice)),
        2 => {
            let (lower, upper) = (
                dice.pick(&["0", "-Inf", "0.3", "NaN"]),
                dice.pick(&["1", "Inf", "2.5", "0.1"]),
            );
            format!("histogram_fraction({lower}, {upper}, {inner})")
        }
        3 => {
            let op = dice.pick(&["</", ">/"]);
            format!(
                "({inner}) {op} {}",
                dice.pick(&["0.5", "1", "2", "1.5", "-1"])
            )
        }
        _ => {
            let all = [
                "histogram_avg",
                "histogram_count",
                "histogram_sum",
                "histogram_stddev",
                "histogram_stdvar",
            ];
            format!("{}({inner})", dice.pick(&all))
        }
    }
}

fn of_labels(dice: &mut Dice, depth: usize) -> String {
    let inner = vector(dice, depth - 1);
    match dice.roll(5) {
        0 => format!("label_join({inner}, \"x\", \"-\", \"job\", \"instance\")"),
        1 => format!("label_replace({inner}, \"job\", \"$1$1\", \"instance\", \"(.).*\")"),
        2 => format!("label_replace({inner}, \"instance\", \"\", \"job\", \"a\")"),
        3 => format!("absent({inner})"),
        _ => format!("sort_by_label({inner}, \"instance\", \"job\")"),
    }
}

fn of_numbers(dice: &mut Dice, depth: usize) -> String {
    let inner = vector(dice, depth - 1);
    let functions = [
        "abs",
        "ceil",
        "floor",
        "sqrt",
        "exp",
        "ln",
        "log2",
        "log10",
        "sgn",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
        "deg",
        "rad",
        "timestamp",
        "day_of_week",
        "hour",
        "month",
        "days_in_month",
        "year",
        "minute",
        "sort",
        "sort_desc",
        "-",
        "",
    ];
    match dice.roll(12) {
        0 => format!("round({inner}, {})", scalar(dice, 0)),
        1 => format!("clamp({inner}, {}, {})", scalar(dice, 0), scalar(dice, 0)),
        2 => format!(
            "clamp_{}({inner}, {})",
            dice.pick(&["min", "max"]),
            scalar(dice, 0)
        ),
        3 => format!("round({inner})"),
        _ => format!("{}({inner})", dice.pick(&functions)),
    }
}
