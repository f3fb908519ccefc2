//! Running scripts.

use std::collections::BTreeMap;

use super::compare::{self, Mode};
use super::parse::commands;
use super::{Annotated, Command, Eval, EvalResult, Load, Text, When};
use crate::ast::{At, Expr, Modifiers, Number};
use crate::eval::labels::{BUCKET, METRIC_NAME};
use crate::eval::notation::Point;
use crate::eval::{
    Annotations, Data, Engine, Labels, Level, Options, Output, Sample, Storage, Value,
};
use crate::histogram::ClassicSeries;
use crate::{Dialect, Span, functions, parse_with};

pub(super) fn run(script: &str, options: &Options) -> Vec<EvalResult> {
    let engine = Engine::new(options.clone());
    let mut storage = Storage::new();
    let mut results = Vec::new();
    for command in commands(script) {
        let (line, query, outcome) = match command {
            Ok(Command::Clear) => {
                storage = Storage::new();
                continue;
            }
            Ok(Command::Load(load)) => match fill(&mut storage, &load) {
                Ok(()) => continue,
                Err(reason) => (load.line, String::new(), Err(reason)),
            },
            Ok(Command::Eval(eval)) => {
                let outcome = evaluate(&engine, &storage, &eval);
                (eval.line, eval.query, outcome)
            }
            Err((line, reason)) => (line, String::new(), Err(reason)),
        };
        results.push(EvalResult {
            line,
            query,
            outcome,
        });
    }
    results
}

pub(super) fn load(script: &str) -> Result<Storage, (usize, String)> {
    let mut storage = Storage::new();
    for command in commands(script) {
        match command? {
            Command::Clear => storage = Storage::new(),
            Command::Load(load) => {
                fill(&mut storage, &load).map_err(|reason| (load.line, reason))?;
            }
            Command::Eval(eval) => {
                return Err((eval.line, "only series are read here: `load`".to_owned()));
            }
        }
    }
    Ok(storage)
}

fn fill(storage: &mut Storage, load: &Load) -> Result<(), String> {
    let mut classic: BTreeMap<Labels, BTreeMap<i64, ClassicSeries>> = BTreeMap::new();
    for series in &load.series {
        let id = storage.series(&series.labels);
        let mut time = 0;
        for (index, point) in series.points.iter().enumerate() {
            if let Point::Value { value, .. } = point {
                let start = series.starts.get(index).copied().flatten();
                let start = start.map_or(0, |offset| time + offset);
                storage.push_with_start(id, time, start, value.clone());
                if let (true, Value::Float(value)) = (load.convert, value) {
                    collect(&mut classic, &series.labels, time, *value)?;
                }
            }
            time += load.step;
        }
    }
    for (labels, times) in classic {
        for (time, classic) in times {
            let histogram = classic
                .convert()
                .map_err(|error| format!("{labels}: {error}"))?;
            storage.append(&labels, time, histogram);
        }
    }
    Ok(())
}

/// Takes a sample of a classic histogram's series.
fn collect(
    classic: &mut BTreeMap<Labels, BTreeMap<i64, ClassicSeries>>,
    labels: &Labels,
    time: i64,
    value: f64,
) -> Result<(), String> {
    let name = labels.metric_name();
    let suffixes = ["_bucket", "_count", "_sum"];
    let Some((base, suffix)) = suffixes
        .iter()
        .find_map(|suffix| Some((name.strip_suffix(suffix)?, *suffix)))
    else {
        return Ok(());
    };
    let upper = if suffix == "_bucket" {
        match bound(labels.value(BUCKET)) {
            Some(upper) => upper,
            None => return Ok(()),
        }
    } else {
        0.0
    };
    let key = labels.with(METRIC_NAME, base).with(BUCKET, "");
    let series = classic.entry(key).or_default().entry(time).or_default();
    // What is not in order makes no histogram, but is no error of the script.
    let _ = match suffix {
        "_bucket" => series.bucket(upper, value),
        "_count" => series.count(value),
        _ => {
            series.sum(value);
            Ok(())
        }
    };
    Ok(())
}

fn bound(text: &str) -> Option<f64> {
    let upper: f64 = text.parse().ok()?;
    (!upper.is_nan()).then_some(upper)
}

fn evaluate(engine: &Engine, storage: &Storage, eval: &Eval) -> Result<(), String> {
    let parsed = parse_with(&eval.query, Dialect::Prometheus);
    if let Some(error) = parsed.errors.first() {
        return failed(eval, &error.message);
    }
    let expr = parsed.expr;
    match eval.when {
        When::Range { start, end, step } => match engine.range(storage, &expr, start, end, step) {
            Err(error) => failed(eval, &error.message),
            Ok(output) => check(eval, &output, Mode::Range { start, step }),
        },
        When::At(time) => {
            one(engine, storage, eval, &expr, time)
                .map_err(|reason| format!("at {time}ms: {reason}"))?;
            let Some(fixed) = fixed(&expr, time) else {
                return Ok(());
            };
            let times = if time == 0 {
                vec![-1000, 0, 1000]
            } else {
                vec![-10 * time, 0, time / 5, time, 10 * time]
            };
            times.into_iter().try_for_each(|at| {
                let outcome = one(engine, storage, eval, &fixed, at);
                outcome.map_err(|reason| format!("`{fixed}` at {at}ms: {reason}"))
            })
        }
    }
}

/// Checks an instant query, and the same as a part of a range query.
fn one(
    engine: &Engine,
    storage: &Storage,
    eval: &Eval,
    expr: &Expr,
    time: i64,
) -> Result<(), String> {
    let output = match engine.instant(storage, expr, time) {
        Err(error) => return failed(eval, &error.message),
        Ok(output) => output,
    };
    let mode = match eval.range_vector {
        Some((start, step)) => Mode::Range { start, step },
        None => Mode::Instant,
    };
    check(eval, &output, mode)?;
    let own_times = ["start()", "end()", "range()", "step()"];
    let text = expr.to_string();
    let comparable = matches!(output.data, Data::Vector(_) | Data::Scalar(_)) && !eval.ordered;
    if !comparable || own_times.iter().any(|function| text.contains(function)) {
        return Ok(());
    }
    let range = engine.range(storage, expr, time - 60_000, time + 60_000, 60_000);
    let range = range.map_err(|error| format!("as a range query: {}", error.message))?;
    let Data::Matrix(series) = range.data else {
        return Err("a range query gives no series".to_owned());
    };
    let samples = series.into_iter().filter_map(|series| {
        let point = series.points.into_iter().find(|(at, _)| *at == time)?;
        Some(Sample {
            labels: series.labels,
            value: point.1,
        })
    });
    let mut samples: Vec<_> = samples.collect();
    let data = match (output.data, samples.as_mut_slice()) {
        (Data::Scalar(_), [sample]) => Data::Scalar(sample.value.float().unwrap_or(f64::NAN)),
        _ => Data::Vector(samples),
    };
    compare::data(eval, &data, Mode::Instant)
        .map_err(|reason| format!("as a range query: {reason}"))
}

fn failed(eval: &Eval, message: &str) -> Result<(), String> {
    match &eval.fail {
        None => Err(format!("fails: {message}")),
        Some(text) if text.fits(message) => Ok(()),
        Some(Text::Exactly(wanted)) => Err(format!("fails with `{message}` instead of `{wanted}`")),
        Some(_) => Err(format!("fails with another message: `{message}`")),
    }
}

fn check(eval: &Eval, output: &Output, mode: Mode) -> Result<(), String> {
    if eval.fail.is_some() {
        return Err("does not fail".to_owned());
    }
    annotations(&eval.query, &eval.warn, &output.annotations, Level::Warning)?;
    annotations(&eval.query, &eval.info, &output.annotations, Level::Info)?;
    compare::data(eval, &output.data, mode)
}

fn annotations(
    query: &str,
    expected: &Annotated,
    actual: &Annotations,
    level: Level,
) -> Result<(), String> {
    let texts: Vec<_> = actual
        .of(level)
        .map(|annotation| annotation.text(query))
        .collect();
    if expected.none && !texts.is_empty() {
        return Err(format!("unexpected annotations: {texts:?}"));
    }
    if expected.wanted.is_empty() {
        return Ok(());
    }
    for wanted in &expected.wanted {
        if !texts.iter().any(|text| wanted.fits(text)) {
            return Err(format!("no annotation is like {wanted:?}: {texts:?}"));
        }
    }
    match texts
        .iter()
        .find(|text| !expected.wanted.iter().any(|wanted| wanted.fits(text)))
    {
        Some(text) => Err(format!("unexpected annotation: {text:?}")),
        None => Ok(()),
    }
}

/// The expression with its time fixed by `@`; nothing where it depends on the time in another way.
fn fixed(expr: &Expr, time: i64) -> Option<Expr> {
    let mut expr = expr.clone();
    fix(&mut expr, time).then_some(expr)
}

fn fix(expr: &mut Expr, time: i64) -> bool {
    match expr {
        Expr::Selector(selector) => fix_modifiers(&mut selector.modifiers, time),
        Expr::Range(range) => fix_modifiers(&mut range.selector.modifiers, time),
        Expr::Subquery(subquery) => {
            // What is inside follows the time of the subquery.
            fix_modifiers(&mut subquery.modifiers, time);
            return true;
        }
        Expr::Call(call) => {
            let own_times = ["start", "end", "range", "step"].contains(&&*call.func.text);
            if own_times || functions::depends_on_time(&call.func.text) {
                return false;
            }
        }
        _ => {}
    }
    expr.children_mut().all(|child| fix(child, time))
}

fn fix_modifiers(modifiers: &mut Modifiers, time: i64) {
    if modifiers.at.is_none() {
        #[expect(clippy::cast_precision_loss, reason = "times of scripts are small")]
        let value = time as f64 / 1000.0;
        modifiers.at = Some(At::Timestamp(Number {
            value,
            duration: false,
            span: Span::default(),
        }));
    }
}
