//! Whether an answer holds data, in the forms of the engines and of Grafana.

use serde_json::Value;

/// Whether there is data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// No series, lines or traces.
    None,
    /// Series whose every value is NaN, which panels show as nothing.
    OnlyNan,
    /// There is.
    Some,
}

/// The result of a query of Prometheus or Loki, of this type.
///
/// # Errors
/// When it is not of that type.
pub fn of_result(kind: &str, result: &Value) -> Result<Data, String> {
    let list = result
        .as_array()
        .ok_or_else(|| format!("a {kind} that is no list"))?;
    match kind {
        // A time and a value.
        "scalar" | "string" => Ok(value(list.get(1))),
        "vector" | "matrix" | "streams" => {
            Ok(list.iter().map(of_series).max().unwrap_or(Data::None))
        }
        other => Err(format!("a result of the unknown type `{other}`")),
    }
}

fn of_series(series: &Value) -> Data {
    if series.get("histogram").is_some() || series.get("histograms").is_some() {
        return Data::Some;
    }
    let points = series["values"].as_array().into_iter().flatten();
    let points = points.chain(series.get("value"));
    points
        .map(|point| value(point.get(1)))
        .max()
        .unwrap_or(Data::None)
}

fn value(value: Option<&Value>) -> Data {
    match value.and_then(Value::as_str) {
        Some("NaN") => Data::OnlyNan,
        Some(_) => Data::Some,
        None => Data::None,
    }
}

/// One result of Grafana's `/api/ds/query`: frames, each with a column for each of its fields.
///
/// # Errors
/// When it has no frames.
pub fn of_frames(result: &Value) -> Result<Data, String> {
    let frames = result["frames"]
        .as_array()
        .ok_or("a result without frames")?;
    Ok(frames.iter().map(of_frame).max().unwrap_or(Data::None))
}

fn of_frame(frame: &Value) -> Data {
    let fields = frame["schema"]["fields"].as_array().into_iter().flatten();
    let columns = frame["data"]["values"].as_array().into_iter().flatten();
    let columns = columns
        .zip(fields)
        .filter(|(_, field)| field["type"] != "time");
    let columns = columns.map(|(column, _)| {
        let values = column.as_array().map_or(&[][..], Vec::as_slice);
        // NaN is written as null.
        match (values.is_empty(), values.iter().all(Value::is_null)) {
            (true, _) => Data::None,
            (false, true) => Data::OnlyNan,
            (false, false) => Data::Some,
        }
    });
    columns.max().unwrap_or(Data::None)
}

/// What Tempo found: traces, or series of its metrics.
///
/// # Errors
/// When it has neither.
pub fn of_tempo(answer: &Value) -> Result<Data, String> {
    let list = |key: &str| match &answer[key] {
        Value::Array(list) => Some(list.as_slice()),
        _ => None,
    };
    if let Some(traces) = list("traces") {
        return Ok(if traces.is_empty() {
            Data::None
        } else {
            Data::Some
        });
    }
    if let Some(series) = list("series") {
        let has = |one: &Value| {
            let samples = one["samples"]
                .as_array()
                .is_some_and(|samples| !samples.is_empty());
            samples || one.get("value").is_some()
        };
        return Ok(if series.iter().any(has) {
            Data::Some
        } else {
            Data::None
        });
    }
    // Fields that hold nothing are left out.
    if answer.is_object() && answer.get("metrics").is_some() || *answer == serde_json::json!({}) {
        return Ok(Data::None);
    }
    Err("neither traces nor series".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results_of_every_type_are_read() {
        let cases = [
            ("matrix", json!([]), Data::None),
            (
                "matrix",
                json!([{"metric": {}, "values": [[1, "NaN"], [2, "NaN"]]}]),
                Data::OnlyNan,
            ),
            (
                "matrix",
                json!([{"metric": {}, "values": [[1, "NaN"], [2, "0"]]}]),
                Data::Some,
            ),
            (
                "matrix",
                json!([{"metric": {}, "histograms": [[1, {}]]}]),
                Data::Some,
            ),
            (
                "vector",
                json!([{"metric": {}, "value": [1, "NaN"]}]),
                Data::OnlyNan,
            ),
            (
                "vector",
                json!([{"metric": {}, "value": [1, "1"]}]),
                Data::Some,
            ),
            ("scalar", json!([1, "1"]), Data::Some),
            (
                "streams",
                json!([{"stream": {}, "values": [["1", "line"]]}]),
                Data::Some,
            ),
            ("streams", json!([{"stream": {}, "values": []}]), Data::None),
        ];
        for (kind, result, expected) in cases {
            assert_eq!(of_result(kind, &result), Ok(expected), "{kind} {result}");
        }
        assert!(of_result("matrix", &json!({})).is_err());
        assert!(of_result("cube", &json!([])).is_err());
        assert_eq!(of_result("matrix", &json!([1, "x", null])), Ok(Data::None));
    }

    #[test]
    fn frames_are_read_by_their_columns() {
        let frame = |types: [&str; 2], values: Value| {
            let fields: Vec<_> = types.iter().map(|kind| json!({"type": kind})).collect();
            json!({"frames": [{"schema": {"fields": fields}, "data": {"values": values}}]})
        };
        let numbers = ["time", "number"];
        assert_eq!(
            of_frames(&frame(numbers, json!([[1], [2]]))),
            Ok(Data::Some)
        );
        assert_eq!(
            of_frames(&frame(numbers, json!([[1], [null]]))),
            Ok(Data::OnlyNan)
        );
        assert_eq!(of_frames(&frame(numbers, json!([[], []]))), Ok(Data::None));
        assert_eq!(of_frames(&frame(numbers, json!([]))), Ok(Data::None));
        assert_eq!(of_frames(&json!({"frames": []})), Ok(Data::None));
        assert!(of_frames(&json!({"status": 200})).is_err());
    }

    #[test]
    fn tempo_leaves_out_what_is_empty() {
        assert_eq!(
            of_tempo(&json!({"traces": [{"traceID": "1"}]})),
            Ok(Data::Some)
        );
        assert_eq!(
            of_tempo(&json!({"traces": [], "metrics": {}})),
            Ok(Data::None)
        );
        assert_eq!(
            of_tempo(&json!({"metrics": {"inspectedBytes": "1"}})),
            Ok(Data::None)
        );
        assert_eq!(
            of_tempo(&json!({"series": [{"samples": [{"value": 1}]}]})),
            Ok(Data::Some)
        );
        assert_eq!(
            of_tempo(&json!({"series": [{"samples": []}]})),
            Ok(Data::None)
        );
        assert!(of_tempo(&json!("no")).is_err());
        assert!(of_tempo(&json!({"html": 1})).is_err());
    }
}
