//! Dashboards: whether the one Grafana has is the one that was generated. Grafana migrates, numbers and
//! completes what it is given, so what readers see is compared: headings, variables, panels, queries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Outcome;

/// What is asked of the datasources, in the keys of the four kinds.
const QUERY_KEYS: [&str; 4] = ["expr", "query", "serviceMapQuery", "queryType"];

/// Judges the dashboard that Grafana has against the generated one.
#[must_use]
pub fn judge(generated: &Value, running: &Value) -> Outcome {
    let (want, have) = (outline(generated), outline(running));
    let differing = want
        .keys()
        .chain(have.keys())
        .find(|key| want.get(*key) != have.get(*key));
    let Some(key) = differing else {
        return Outcome::passed();
    };
    let reason = match (have.get(key), want.get(key)) {
        (Some(have), Some(want)) => format!("{key} is `{have}`, and `{want}` is generated"),
        (None, _) => format!("it lacks {key}"),
        (_, None) => format!("it has {key}, which is not generated"),
    };
    Outcome::failed(
        reason,
        "deploy the generated dashboards; Grafana reads its folders again after at most a minute",
    )
}

/// What readers see, by the place it stands at.
fn outline(dashboard: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    found.insert("the title".to_owned(), text(&dashboard["title"]));
    for variable in list(&dashboard["templating"]["list"]) {
        let name = format!("variable `{}`", text(&variable["name"]));
        found.insert(
            name,
            format!("{} {}", text(&variable["type"]), asked(&variable["query"])),
        );
    }
    let rows = list(&dashboard["panels"]);
    let inner = rows.iter().flat_map(|row| list(&row["panels"]));
    // Panels of one title stay apart by their number.
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for panel in rows.iter().chain(inner) {
        let title = text(&panel["title"]);
        let nth = titles.entry(title.clone()).or_default();
        *nth += 1;
        let name = match *nth {
            1 => format!("panel `{title}`"),
            nth => format!("panel `{title}` ({nth})"),
        };
        for target in list(&panel["targets"]) {
            let queries = QUERY_KEYS.map(|key| text(&target[key]));
            let place = format!("query `{}` of {name}", text(&target["refId"]));
            found.insert(place, queries.join(" ").trim().to_owned());
        }
        found.insert(name, text(&panel["type"]));
    }
    found
}

/// A variable's query: Loki's and Tempo's is an object.
fn asked(query: &Value) -> String {
    match query {
        Value::Object(parts) => ["label", "stream"]
            .map(|key| parts.get(key).map(text).unwrap_or_default())
            .join(" "),
        other => text(other),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use serde_json::json;

    use super::*;

    fn generated() -> Value {
        let dashboard = Dashboard::new("a", "A")
            .variable(variable::query("service", log_label_values("service_name")))
            .row("R", stat("Up").query(promql("up")))
            .collapsed_row("Closed", stat("Up").query(promql("down")));
        serde_json::from_str(&dashboard.to_json(&|_| None)).unwrap()
    }

    #[test]
    fn what_grafana_adds_does_not_matter() {
        let mut running = generated();
        running["id"] = json!(7);
        running["version"] = json!(12);
        running["panels"][1]["options"]["new"] = json!(true);
        assert_eq!(judge(&generated(), &running), Outcome::passed());
    }

    #[test]
    fn what_a_reader_would_miss_is_said() {
        let reason = |change: &dyn Fn(&mut Value)| {
            let mut running = generated();
            change(&mut running);
            match judge(&generated(), &running) {
                Outcome::Failed { reason, .. } => reason,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            reason(&|one| one["panels"][1]["targets"][0]["expr"] = json!("up == 0")),
            "query `A` of panel `Up` is `up == 0`, and `up` is generated"
        );
        assert_eq!(
            reason(&|one| one["panels"][2]["panels"] = json!([])),
            "it lacks panel `Up` (2)"
        );
        assert_eq!(
            reason(&|one| one["templating"]["list"] = json!([])),
            "it lacks variable `service`"
        );
        assert_eq!(
            reason(&|one| *one = json!("html")),
            "it lacks panel `Closed`"
        );
    }
}
