//! Results as Prometheus' API gives them: `/api/v1/query`, `/api/v1/query_range`.

use obsctl_promql::eval::{Annotations, Data, Labels, Level, Value};
use serde_json::{Map, Value as Json, json};

use super::number;

/// A result; `time` is that of an instant query, in milliseconds since 1970.
#[must_use]
pub fn json(data: &Data, annotations: &Annotations, query: &str, time: i64) -> Json {
    let (kind, result) = match data {
        Data::Scalar(scalar) => ("scalar", json!([seconds(time), number(*scalar)])),
        Data::String(text) => ("string", json!([seconds(time), text])),
        Data::Vector(samples) => {
            let one = |labels, value| {
                let (key, point) = point(time, value, false);
                json!({ "metric": metric(labels), key: point })
            };
            let all = samples
                .iter()
                .map(|sample| one(&sample.labels, &sample.value));
            ("vector", all.collect())
        }
        Data::Matrix(series) => {
            let all = series.iter().map(|series| {
                let mut shown = Map::new();
                shown.insert("metric".to_owned(), metric(&series.labels));
                for (time, value) in &series.points {
                    let (key, point) = point(*time, value, true);
                    let list = shown.entry(key).or_insert_with(|| json!([]));
                    list.as_array_mut()
                        .into_iter()
                        .for_each(|list| list.push(point.clone()));
                }
                Json::Object(shown)
            });
            ("matrix", all.collect())
        }
    };
    let texts =
        |level| -> Vec<String> { annotations.of(level).map(|one| one.text(query)).collect() };
    json!({
        "status": "success",
        "data": { "resultType": kind, "result": result },
        "warnings": texts(Level::Warning),
        "infos": texts(Level::Info),
    })
}

fn seconds(millis: i64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
    let seconds = millis as f64 / 1_000.0;
    json!(seconds)
}

fn metric(labels: &Labels) -> Json {
    let all = labels
        .iter()
        .map(|label| (label.name.to_string(), json!(&*label.value)));
    Json::Object(all.collect())
}

/// The key a value stands under, and the value with its time.
fn point(time: i64, of: &Value, several: bool) -> (&'static str, Json) {
    match of {
        Value::Float(float) => {
            let key = if several { "values" } else { "value" };
            (key, json!([seconds(time), number(*float)]))
        }
        Value::Histogram(histogram) => {
            let key = if several { "histograms" } else { "histogram" };
            let buckets = histogram.buckets().map(|bucket| {
                // Which of its bounds belong to a bucket, as the API numbers it.
                let sides = match (bucket.lower_inclusive, bucket.upper_inclusive) {
                    (false, true) => 0,
                    (true, false) => 1,
                    (false, false) => 2,
                    (true, true) => 3,
                };
                json!([
                    sides,
                    number(bucket.lower),
                    number(bucket.upper),
                    number(bucket.count)
                ])
            });
            let shown = json!({
                "count": number(histogram.count),
                "sum": number(histogram.sum),
                "buckets": buckets.collect::<Json>(),
            });
            (key, json!([seconds(time), shown]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use obsctl_promql::eval::{Engine, Options, script};

    #[test]
    fn results_have_the_form_of_prometheus() {
        let storage = script::load(
            "load 1m\n  a{x=\"y\"} 1 2\n  h {{schema:0 count:2 sum:3 buckets:[1 1]}}x1\n",
        )
        .unwrap();
        let engine = Engine::new(Options::default());
        let instant = |query: &str| {
            let parsed = obsctl_promql::parse(query);
            let output = engine.instant(&storage, &parsed.expr, 60_000).unwrap();
            json(&output.data, &output.annotations, query, 60_000)["data"].clone()
        };
        assert_eq!(
            instant("a"),
            json!({"resultType": "vector", "result": [{"metric": {"__name__": "a", "x": "y"}, "value": [60.0, "2"]}]})
        );
        assert_eq!(
            instant("1 / 0"),
            json!({"resultType": "scalar", "result": [60.0, "+Inf"]})
        );
        let histogram = &instant("h")["result"][0]["histogram"];
        assert_eq!(
            *histogram,
            json!([60.0, {"count": "2", "sum": "3", "buckets": [[0, "0.5", "1", "1"], [0, "1", "2", "1"]]}])
        );
        let parsed = obsctl_promql::parse("a");
        let output = engine
            .range(&storage, &parsed.expr, 0, 60_000, 60_000)
            .unwrap();
        let shown = json(&output.data, &output.annotations, "a", 0);
        assert_eq!(
            shown["data"]["result"][0]["values"],
            json!([[0.0, "1"], [60.0, "2"]])
        );
    }
}
