//! Generated dashboards against the JSON Schemas that Grafana publishes. `OBSCTL_CONFORMANCE` names the folder
//! that has them, in `grafana/`; without it nothing is compared.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jsonschema::Validator;
use obsctl::generate::{self, Environment};
use obsctl::model::dashboard::field::by_query;
use obsctl::model::dashboard::{DatasourceKind, Visualization};
use obsctl::model::prelude::*;
use obsctl::project::Project;
use serde_json::{Value, json};

/// The schema file of each panel type; those Grafana publishes none for are left out.
const PANELS: &[(&str, &str)] = &[
    ("bargauge", "bargauge"),
    ("gauge", "gauge"),
    ("heatmap", "heatmap"),
    ("logs", "logs"),
    ("nodeGraph", "nodegraph"),
    ("stat", "stat"),
    ("state-timeline", "statetimeline"),
    ("table", "table"),
    ("text", "text"),
    ("timeseries", "timeseries"),
];

const WITHOUT_SCHEMA: &[&str] = &["alertlist", "traces"];

fn folder() -> Option<PathBuf> {
    let folder =
        std::env::var_os("OBSCTL_CONFORMANCE").map(|path| PathBuf::from(path).join("grafana"));
    if folder.is_none() {
        crate::engines::notice("`OBSCTL_CONFORMANCE` names no folder");
    }
    folder
}

struct Schemas {
    folder: PathBuf,
}

impl Schemas {
    fn read(&self, name: &str) -> Value {
        let path = self.folder.join(format!("{name}.jsonschema.json"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap()
    }

    /// One definition of a schema file; nothing where the file has none of that name.
    fn definition(&self, file: &str, name: &str) -> Option<Validator> {
        let mut schema = self.read(file);
        schema.pointer(&format!("/definitions/{name}"))?;
        // Every cell type lets `type` be any of them, so that one value fits several.
        let cells = schema.pointer_mut("/definitions/TableCellOptions");
        if let Some(cells) = cells.and_then(Value::as_object_mut) {
            let types = cells.remove("oneOf").unwrap();
            cells.insert("anyOf".to_owned(), types);
        }
        schema["$ref"] = json!(format!("#/definitions/{name}"));
        Some(jsonschema::validator_for(&schema).unwrap())
    }

    /// The dashboard, where the schema is narrower than Grafana made as wide as Grafana is.
    fn dashboard(&self) -> Validator {
        let mut schema = self.read("dashboard");
        let definitions = &mut schema["definitions"];
        // Grafana writes `{"id": "unit", "value": "s"}` and `{"id": "byName", "options": "Errors"}`.
        definitions["DynamicConfigValue"]["properties"]["value"] = json!({});
        definitions["MatcherConfig"]["properties"]["options"] = json!({});
        // Links of panels and values have none of the keys that only links of a dashboard have.
        let link = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["title", "url"],
            "properties": {
                "targetBlank": { "type": "boolean" },
                "title": { "type": "string" },
                "url": { "type": "string" },
            },
        });
        for owner in ["Panel", "FieldConfig"] {
            definitions[owner]["properties"]["links"]["items"] = link.clone();
        }
        // Queries of Loki and Tempo variables are objects of texts and numbers.
        definitions["VariableModel"]["properties"]["query"] =
            json!({ "type": ["string", "object"] });
        jsonschema::validator_for(&schema).unwrap()
    }
}

fn complaints(validator: &Validator, value: &Value, place: &str) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|error| format!("{place}{}: {error}", error.instance_path()))
        .collect()
}

/// All panels, those of collapsed rows included.
fn panels(dashboard: &Value) -> Vec<&Value> {
    let top = dashboard["panels"].as_array().unwrap();
    let (rows, panels): (Vec<_>, Vec<_>) = top.iter().partition(|panel| panel["type"] == "row");
    let inner = rows
        .iter()
        .flat_map(|row| row["panels"].as_array().unwrap());
    panels.into_iter().chain(inner).collect()
}

fn dashboards(stack: Stack) -> Vec<Value> {
    generate::run(&Project::link(stack), Environment::Compose)
        .iter()
        .filter(|(path, _)| path.starts_with("dashboards/"))
        .map(|(_, text)| serde_json::from_str(text).unwrap())
        .collect()
}

fn all() -> Vec<Value> {
    let mut all = dashboards(obsctl_stack::stack());
    all.extend(dashboards(
        Stack::new(Slug::from_static("test")).dashboard(everything()),
    ));
    all
}

#[test]
fn dashboards_follow_the_schema() {
    let Some(folder) = folder() else { return };
    let validator = Schemas { folder }.dashboard();
    let complaints: Vec<_> = all()
        .iter()
        .flat_map(|dashboard| complaints(&validator, dashboard, dashboard["uid"].as_str().unwrap()))
        .collect();
    assert_eq!(complaints, Vec::<String>::new());
}

#[test]
fn panel_options_follow_the_schema_of_their_type() {
    let Some(folder) = folder() else { return };
    let schemas = Schemas { folder };
    let dashboards = all();
    let mut found = vec![];
    for (plugin, file) in PANELS {
        let options = schemas.definition(file, "Options").unwrap();
        let custom = schemas.definition(file, "FieldConfig");
        let of_type = dashboards.iter().flat_map(panels);
        for panel in of_type.filter(|panel| panel["type"] == *plugin) {
            let title = panel["title"].as_str().unwrap();
            found.extend(complaints(&options, &panel["options"], title));
            let settings = &panel["fieldConfig"]["defaults"]["custom"];
            match &custom {
                Some(custom) if !settings.is_null() => {
                    found.extend(complaints(custom, settings, title));
                }
                Some(_) => found.push(format!("{title}: no field settings")),
                None => assert!(
                    settings.is_null(),
                    "{title} has settings {plugin} does not know"
                ),
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn queries_follow_the_schema_of_their_datasource() {
    let Some(folder) = folder() else { return };
    let schemas = Schemas { folder };
    let dashboards = all();
    let mut found = vec![];
    for kind in [
        DatasourceKind::Prometheus,
        DatasourceKind::Loki,
        DatasourceKind::Tempo,
    ] {
        let validator = jsonschema::validator_for(&schemas.read(kind.plugin())).unwrap();
        let targets = dashboards
            .iter()
            .flat_map(panels)
            .filter_map(|panel| panel["targets"].as_array());
        let mut count = 0;
        for target in targets.flatten() {
            if target["datasource"]["type"] == kind.plugin() {
                found.extend(complaints(&validator, target, kind.plugin()));
                count += 1;
            }
        }
        assert!(count > 0, "no query for {}", kind.plugin());
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn units_are_known_to_grafana() {
    let Some(folder) = folder() else { return };
    let text = Schemas { folder }.read("units").to_string();
    for unit in Unit::ALL {
        let id = unit.grafana();
        assert!(text.contains(&format!("\"{id}\"")), "{unit:?}: `{id}`");
    }
}

#[test]
fn the_fixture_has_every_panel_type() {
    let dashboards = dashboards(Stack::new(Slug::from_static("test")).dashboard(everything()));
    let used: BTreeSet<_> = dashboards
        .iter()
        .flat_map(panels)
        .map(|panel| panel["type"].as_str().unwrap().to_owned())
        .collect();
    let known: BTreeSet<_> = PANELS
        .iter()
        .map(|(plugin, _)| *plugin)
        .chain(WITHOUT_SCHEMA.iter().copied())
        .collect();
    let all: BTreeSet<_> = Visualization::PLUGINS.iter().copied().collect();
    assert_eq!(known, all);
    assert_eq!(
        used.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        all
    );
}

/// Every panel type, and everything that changes the form of the JSON.
fn everything() -> Dashboard {
    let up = || promql("sum by (job) (rate(up[$__rate_interval]))");
    let buckets = || promql("sum by (le) (rate(x_bucket[$__rate_interval]))");
    let lines = || logql(r#"{service="api"} | json"#);
    Dashboard::new("everything", "Everything")
        .description("One of each.")
        .tag("test")
        .variable(variable::datasource("source", DatasourceKind::Prometheus))
        .variable(
            variable::query("job", series_label_values("job", promql("up")))
                .multi()
                .include_all(),
        )
        .variable(variable::query("level", log_label_values("level")).label("Level"))
        .variable(variable::query("service", trace_tag_values("resource.service.name")).hidden())
        .variable(variable::custom("quantile", [("0.5", "p50"), ("0.99", "p99")]).default("0.99"))
        .variable(variable::interval("window", [mins(5), hours(1)]))
        .variable(variable::textbox("search").description("Part of a line"))
        .variable(variable::constant("cluster", "main"))
        .annotation(
            Annotation::new("Restarts", promql("resets(up[5m]) > 0"))
                .title("restart")
                .tag("job")
                .step(mins(1)),
        )
        .annotation(
            Annotation::new("Deployments", lines())
                .text("{{version}}")
                .off(),
        )
        .link(DashboardLink::to("Other", "other"))
        .link(DashboardLink::tagged("All", "api"))
        .link(DashboardLink::url("Manual", "https://example.org"))
        .top(text("Read me", "# Hello"))
        .row(
            "Values",
            (
                timeseries("Rate")
                    .query(up())
                    .legend("{{job}}")
                    .query(lines())
                    .threshold(0.5, Color::Red)
                    .stacked()
                    .log_scale()
                    .axis("requests")
                    .soft_min(0.0)
                    .link(Link::explore("Logs", Explore::logs(lines())))
                    .data_link(
                        Link::dashboard("Job", "job")
                            .set("job", "${__field.labels.job}")
                            .new_tab(),
                    )
                    .field(
                        by_regex("5..")
                            .color(Color::Red)
                            .right_axis()
                            .dashed()
                            .fill(0)
                            .name("failed"),
                    )
                    .field(
                        by_query("B")
                            .bars()
                            .hidden()
                            .decimals(2)
                            .min(0.0)
                            .max(1.0)
                            .no_value("-"),
                    )
                    .last(hours(2))
                    .min_step(mins(1))
                    .max_points(100),
                timeseries("Points")
                    .query(traceql("{ } | rate() by (name)"))
                    .points()
                    .connect_gaps()
                    .smooth(),
                stat("Now")
                    .query(up())
                    .repeat("job", 4)
                    .show(0, "down", Color::Red)
                    .mapping(Mapping::range(None, 1.0, "few"))
                    .mapping(Mapping::regex("a.*", "A"))
                    .mapping(Mapping::special(Special::Null, "no data")),
                stat("Version").query(up()).name_only().colored_background(),
                gauge("Part")
                    .query(up())
                    .min(0.0)
                    .max(1.0)
                    .threshold_labels(),
                bar_gauge("Jobs").query(up()).upright(),
                heatmap("Latency")
                    .query(buckets())
                    .unit(Unit::Seconds)
                    .decimals(1),
                state_timeline("Up").query(up()).show(1, "up", Color::Green),
            ),
        )
        .collapsed_row(
            "Rows",
            (
                table("Jobs")
                    .column("Rate", up(), Unit::PerSecond)
                    .column("Latency", buckets(), Unit::Seconds)
                    .highest_first("Rate")
                    .filterable()
                    .field(
                        by_name("Rate")
                            .width(120)
                            .cell(Cell::Gauge)
                            .thresholds([(1.0, Color::Red)]),
                    )
                    .field(by_name("job").hidden().mappings([Mapping::value("a", "b")]))
                    .field(by_name("Latency").link(Link::url("Manual", "https://example.org"))),
                table("Steps")
                    .query(up())
                    .transform(transform::time_series_table())
                    .transform(transform::join_by("job"))
                    .transform(transform::reduce([Calculation::Last, Calculation::Max]))
                    .transform(transform::keep_fields(["job"]))
                    .transform(transform::lowest_first("job"))
                    .transform(transform::limit(10))
                    .transform(transform::labels_to_fields())
                    .transform(transform::group_by(["job"]).calculate("Value", Calculation::Sum))
                    .transform(transform::rename_by_regex("(.*)", "$1"))
                    .transform(transform::series_to_rows()),
                logs("Lines").query(lines()).limit(100).oldest_first(),
                table("Slow").query(traceql("{ duration > 1s }")).limit(50),
                traces("Trace").query(traceql("${trace_id}")),
                node_graph("Services").query(service_map()).transparent(),
                alert_list("Alerts")
                    .matching("{team=\"platform\"}")
                    .group_by("severity")
                    .count_only(),
            ),
        )
}
