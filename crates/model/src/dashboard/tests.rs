//! A dashboard that uses everything, and what has to hold for the JSON of any.

use serde_json::{Value, json};

use super::derived_uid;
use super::field::{Special, by_query};
use super::grafana::{self, read_strict};
use super::variable::Sort;
use crate::dashboard::panel::heatmap::Scheme;
use crate::prelude::*;

#[allow(dead_code, reason = "only some of it is asked for")]
mod catalog {
    use crate::prelude::*;

    labels! {
        /// Routes.
        pub bounded Path, at_most 40, like "/";
    }

    metrics! {
        family "API", owner "platform", exposed_by Exposer::Service("api".into());

        /// Requests.
        pub counter Requests("api_requests_total") { path: Path }
        /// Duration of requests.
        pub histogram Latency("api_request_duration_seconds", Seconds, [0.1, 0.5, 1.0]) { path: Path }
    }
}

use catalog::{Latency, Requests};

/// The JSON of a dashboard whose only panel this is.
pub(super) fn panel_json(panel: impl Panels) -> Value {
    let dashboard = Dashboard::new("test", "Test").top(panel);
    let mut json = serde_json::to_value(dashboard.to_grafana(&units)).unwrap();
    json["panels"][0].take()
}

/// Seconds for quantiles, requests per second for everything else.
fn units(query: &Promql) -> Option<Unit> {
    Some(if query.as_str().contains("histogram_quantile") {
        Unit::Seconds
    } else {
        Unit::RequestsPerSecond
    })
}

fn everything() -> Dashboard {
    let rate = || Requests::rate(interval()).sum_by(Requests::path);
    let p99 = || {
        Latency::rate(interval())
            .sum_by(Latency::path)
            .quantile(0.99)
    };
    Dashboard::new("everything", "Everything")
        .description("One of each.")
        .folder("Services")
        .tags(["api", "test"])
        .last(hours(6))
        .variable(variable::datasource("source", DatasourceKind::Prometheus))
        .variable(
            variable::query("path", label_values(Requests::path))
                .multi()
                .include_all(),
        )
        .variable(
            variable::query("instance", series_label_values("instance", promql("up")))
                .matching("(.*):.*")
                .sort(Sort::Numerical)
                .refresh_on_open(),
        )
        .variable(variable::query("level", log_label_values("level")).label("Level"))
        .variable(variable::query(
            "service",
            trace_tag_values("resource.service.name"),
        ))
        .variable(variable::custom("quantile", [("0.5", "p50"), ("0.99", "p99")]).default("0.99"))
        .variable(variable::interval("window", [mins(5), hours(1)]))
        .variable(variable::textbox("search"))
        .variable(variable::constant("cluster", "main"))
        .annotation(
            Annotation::new(
                "Restarts",
                promql("changes(process_start_time_seconds[1m]) > 0"),
            )
            .title("restart")
            .text("{{instance}}")
            .tag("job")
            .step(mins(1)),
        )
        .annotation(Annotation::new("Deployments", logql("{service=\"ci\"} |= \"deployed\"")).off())
        .link(DashboardLink::to("Other", "other"))
        .link(DashboardLink::tagged("All", "api").tooltip("every API dashboard"))
        .link(DashboardLink::url("Manual", "https://example.org"))
        .top(text("Read me", "# Hello $path"))
        .row(
            "Numbers",
            (
                timeseries("Rate")
                    .query(rate())
                    .legend("{{path}}")
                    .query(p99())
                    .threshold(0.5, Color::Orange)
                    .threshold(0.1, Color::Yellow)
                    .stacked()
                    .soft_min(0.0)
                    .data_link(
                        Link::dashboard("Path", "path").set("path", "${__field.labels.path}"),
                    )
                    .link(Link::explore(
                        "Logs",
                        Explore::logs(logql("{service=\"api\"}")),
                    ))
                    .field(
                        by_regex("5..")
                            .color(Color::Red)
                            .right_axis()
                            .dashed()
                            .fill(0),
                    )
                    .field(by_query("B").bars().hidden())
                    .last(hours(2))
                    .min_step(mins(1))
                    .max_points(100),
                stat("Now")
                    .query(rate())
                    .repeat("path", 4)
                    .show(0, "none", Color::Red)
                    .mapping(Mapping::range(None, 1.0, "few"))
                    .mapping(Mapping::regex("a.*", "A"))
                    .mapping(Mapping::special(Special::Null, "no data")),
                gauge("Part")
                    .query(rate())
                    .min(0.0)
                    .max(1.0)
                    .threshold(0.9, Color::Red),
                bar_gauge("Paths")
                    .query(rate())
                    .legend("{{path}}")
                    .decimals(1)
                    .no_value("-"),
                heatmap("Latency")
                    .query(Latency::increase(interval()).sum().heatmap())
                    .scheme(Scheme::Blues),
                state_timeline("Up")
                    .query(promql("up"))
                    .show(1, "up", Color::Green),
            ),
        )
        .collapsed_row(
            "Rows",
            (
                table("Paths")
                    .query(rate())
                    .query(p99())
                    .transform(transform::merge())
                    .transform(
                        transform::organize()
                            .hide("Time")
                            .rename("Value #A", "Rate")
                            .rename("Value #B", "p99")
                            .order(["path", "Value #A"]),
                    )
                    .highest_first("Rate")
                    .filterable()
                    .field(
                        by_name("Rate")
                            .width(120)
                            .cell(Cell::Gauge)
                            .unit(Unit::PerSecond),
                    )
                    .field(by_name("path").hidden()),
                table("Steps")
                    .query(rate())
                    .transform(transform::time_series_table())
                    .transform(transform::join_by("path"))
                    .transform(transform::reduce([Calculation::Last, Calculation::Max]))
                    .transform(transform::keep_fields(["path"]))
                    .transform(transform::highest_first("path"))
                    .transform(transform::limit(10))
                    .transform(transform::labels_to_fields())
                    .transform(transform::group_by(["path"]).calculate("Value", Calculation::Sum))
                    .transform(transform::rename_by_regex("(.*)", "$1"))
                    .transform(transform::series_to_rows()),
                logs("Lines")
                    .query(logql("{service=\"api\"} | json"))
                    .limit(100),
                table("Slow").query(traceql("{ duration > 1s }")),
                timeseries("Spans").query(traceql("{ } | rate() by (name)")),
                traces("Trace").query(traceql("${trace_id}")),
                node_graph("Services").query(service_map()).transparent(),
                alert_list("Alerts")
                    .matching("{team=\"platform\"}")
                    .group_by("severity"),
            ),
        )
}

#[test]
fn what_is_written_reads_back_the_same() {
    let written = everything().to_grafana(&units);
    let text = written.to_json();
    let read = read_strict(&text).unwrap();
    assert_eq!(read, written);
    assert_eq!(read.to_json(), text);
}

#[test]
fn every_panel_type_is_part_of_the_round_trip() {
    let dashboard = everything();
    for plugin in super::Visualization::PLUGINS {
        assert!(
            dashboard
                .panels()
                .any(|panel| panel.visualization.plugin() == *plugin),
            "no {plugin} panel"
        );
    }
}

#[test]
fn a_definition_reads_back_the_same() {
    let dashboard = everything();
    let text = serde_json::to_string(&dashboard).unwrap();
    assert_eq!(serde_json::from_str::<Dashboard>(&text).unwrap(), dashboard);
}

/// Every object of a JSON value, by the way to it.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.push(path.to_owned());
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                objects(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Objects whose keys are names of the user's, not of Grafana.
fn is_map(path: &str) -> bool {
    path.ends_with("ByName") || path.ends_with("/options/fields") || path.contains("/mappings/")
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    let json = serde_json::to_value(everything().to_grafana(&units)).unwrap();
    let mut paths = vec![];
    objects(&json, "", &mut paths);
    assert!(paths.len() > 200, "{}", paths.len());
    for path in paths.iter().filter(|path| !is_map(path)) {
        let mut spoiled = json.clone();
        let object = spoiled.pointer_mut(path).unwrap();
        object["surprise"] = json!(1);
        assert!(
            read_strict(&spoiled.to_string()).is_err(),
            "an unknown key in `{path}` was accepted"
        );
    }
}

#[test]
fn missing_keys_are_refused() {
    let json = serde_json::to_value(everything().to_grafana(&units)).unwrap();
    for path in [
        "/schemaVersion",
        "/id",
        "/templating/list/0/hide",
        "/annotations/list/0/enable",
        "/panels/0/options/content",
        "/panels/0/gridPos/x",
        "/panels/2/options/legend",
        "/panels/2/fieldConfig/defaults/custom/lineWidth",
        "/panels/2/targets/0/expr",
        "/panels/2/fieldConfig/overrides/1/matcher/id",
    ] {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut spoiled = json.clone();
        let object = spoiled
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        assert!(object.remove(key).is_some(), "no `{path}`");
        assert!(
            read_strict(&spoiled.to_string()).is_err(),
            "`{path}` may be missing"
        );
    }
}

#[test]
fn options_of_another_panel_type_are_refused() {
    let mut json = serde_json::to_value(everything().to_grafana(&units)).unwrap();
    json["panels"][2]["type"] = json!("stat");
    let error = read_strict(&json.to_string()).unwrap_err().to_string();
    assert!(
        error.contains("panel `Rate`: options: unknown field"),
        "{error}"
    );
}

#[test]
fn units_follow_from_queries() {
    let json = panel_json(timeseries("x").query(Requests::rate(interval()).sum()));
    assert_eq!(json["fieldConfig"]["defaults"]["unit"], "reqps");
    let said = panel_json(
        timeseries("x")
            .query(Requests::rate(interval()))
            .grafana_unit("cps"),
    );
    assert_eq!(said["fieldConfig"]["defaults"]["unit"], "cps");
}

#[test]
fn queries_that_measure_different_things_get_their_own_units() {
    let rate = || Requests::rate(interval()).sum();
    let p99 = || Latency::rate(interval()).sum().quantile(0.99);
    let json = panel_json(timeseries("x").query(rate()).query(p99()));
    assert_eq!(
        json["fieldConfig"]["overrides"],
        json!([{
            "matcher": { "id": "byFrameRefID", "options": "B" },
            "properties": [{ "id": "unit", "value": "s" }],
        }])
    );
    let renamed = transform::organize().rename("Value #B", "p99");
    let json = panel_json(table("x").query(rate()).query(p99()).transform(renamed));
    assert_eq!(
        json["fieldConfig"]["overrides"][0]["matcher"],
        json!({ "id": "byName", "options": "p99" })
    );
}

#[test]
fn a_panel_of_several_datasources_is_mixed() {
    let both = timeseries("x")
        .query(promql("up"))
        .query(logql("count_over_time({a=\"b\"}[5m])"));
    let json = panel_json(both);
    assert_eq!(json["datasource"]["uid"], "-- Mixed --");
    assert_eq!(json["targets"][0]["datasource"]["uid"], "prometheus");
    assert_eq!(json["targets"][1]["datasource"]["uid"], "loki");
    assert_eq!(json["targets"][1]["refId"], "B");
}

#[test]
fn collapsed_rows_hold_their_panels_and_take_one_line() {
    let json = Dashboard::new("rows", "Rows")
        .collapsed_row("First", stat("a").query(promql("up")))
        .row("Second", stat("b").query(promql("up")))
        .to_grafana(&units);
    let shape: Vec<_> = json
        .panels
        .iter()
        .map(|element| match element {
            grafana::Element::Row(row) => (row.title.as_str(), row.grid_pos.y, row.panels.len()),
            grafana::Element::Panel(panel) => (panel.title.as_str(), panel.grid_pos.y, 0),
        })
        .collect();
    assert_eq!(shape, [("First", 0, 1), ("Second", 1, 0), ("b", 2, 0)]);
}

#[test]
fn thresholds_begin_with_a_base_and_ascend() {
    let json = panel_json(
        stat("x")
            .threshold(2.0, Color::Red)
            .threshold(0.5, Color::Orange),
    );
    assert_eq!(
        json["fieldConfig"]["defaults"]["thresholds"]["steps"],
        json!([
            { "color": "green", "value": null },
            { "color": "orange", "value": 0.5 },
            { "color": "red", "value": 2 },
        ])
    );
    let neutral = panel_json(stat("x"));
    assert_eq!(
        neutral["fieldConfig"]["defaults"]["thresholds"]["steps"],
        json!([{ "color": "blue", "value": null }])
    );
}

#[test]
fn every_query_is_found_with_its_place() {
    let dashboard = everything();
    let places: Vec<_> = dashboard
        .queries()
        .iter()
        .map(|query| query.place.describe())
        .collect();
    for place in [
        "variable `path`",
        "variable `instance`",
        "annotation `Restarts`",
        "panel `Rate`, query `B`",
        "panel `Rate`",
        "panel `Trace`, query `A`",
    ] {
        assert!(
            places.iter().any(|found| found == place),
            "{place}: {places:#?}"
        );
    }
    let wanted = dashboard.queries();
    let wanted = wanted.iter().find_map(|query| query.wanted_label);
    assert_eq!(wanted, Some("path"));
}

#[test]
fn every_text_that_can_name_a_variable_is_found() {
    let dashboard = everything();
    let texts: Vec<_> = dashboard
        .texts()
        .into_iter()
        .map(|text| text.text)
        .collect();
    for text in ["# Hello $path", "{{path}}", "$path", "{{instance}}"] {
        assert!(
            texts.iter().any(|found| found == text),
            "{text}: {texts:#?}"
        );
    }
    assert!(
        texts
            .iter()
            .any(|text| text.contains("${__field.labels.path:percentencode}"))
    );
}

#[test]
fn uids_are_derived_from_text() {
    assert_eq!(derived_uid("API overview").as_str(), "api-overview");
    let long = "error budget of the synchronisation of every provider";
    assert_eq!(derived_uid(long).as_str().len(), 40);
    assert_ne!(derived_uid(long), derived_uid(&format!("{long}s")));
    assert!(Uid::new(derived_uid("äöü").as_str()).is_ok());
}
