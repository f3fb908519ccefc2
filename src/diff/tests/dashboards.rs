//! Dashboards and panels.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{report, shown};

fn dashboard() -> Value {
    let panel = |title: &str, y: u8, expr: &str| {
        json!({
            "id": y, "title": title, "type": "timeseries",
            "gridPos": { "x": 0, "y": y, "w": 12, "h": 8 },
            "datasource": { "type": "prometheus", "uid": "prom" },
            "fieldConfig": { "defaults": { "unit": "reqps" } },
            "options": { "legend": { "showLegend": true } },
            "targets": [{ "refId": "A", "expr": expr }],
        })
    };
    json!({
        "uid": "api", "title": "API", "schemaVersion": 39, "version": 3, "id": 7,
        "time": { "from": "now-1h", "to": "now" },
        "templating": { "list": [{
            "name": "path", "type": "query", "datasource": { "type": "prometheus" },
            "query": "label_values(requests_total, path)", "sort": 1,
            "current": { "text": "/", "value": "/" },
        }] },
        "panels": [
            panel("Rate", 0, "sum(rate(requests_total[5m]))"),
            panel("Errors", 8, "sum(rate(requests_total{code=\"500\"}[5m]))"),
            panel("Latency", 16, "histogram_quantile(0.9, rate(request_seconds_bucket[5m]))"),
        ],
    })
}

fn dashboards(before: &Value, after: &Value) -> String {
    let (before, after) = (before.to_string(), after.to_string());
    shown(&report(&[("api.json", &before)], &[("api.json", &after)]))
}

#[test]
fn what_grafana_writes_when_it_saves_is_no_change() {
    let before = dashboard();
    let mut after = before.clone();
    after["version"] = json!(4);
    after["id"] = json!(1234);
    after["iteration"] = json!(1_700_000_000);
    after["schemaVersion"] = json!(41);
    after["fiscalYearStartMonth"] = json!(0);
    after["templating"]["list"][0]["current"] = json!({ "text": "/x", "value": "/x" });
    after["templating"]["list"][0]["options"] = json!([]);
    let panels = after["panels"].as_array_mut().unwrap();
    panels.swap(0, 2);
    for panel in panels {
        panel["pluginVersion"] = json!("12.1.0");
        panel["id"] = json!(panel["id"].as_u64().unwrap() + 100);
        panel["fieldConfig"]["defaults"]["mappings"] = json!([]);
        panel["options"]["tooltip"] = Value::Null;
    }
    assert_eq!(dashboards(&before, &after), "a side → a side: no changes\n");
}

/// The same dashboard in the second form, as Grafana converts it.
fn in_the_second_form(classic: &Value) -> Value {
    let source = json!({ "name": "prom" });
    let (mut elements, mut items) = (json!({}), vec![]);
    for panel in classic["panels"].as_array().unwrap() {
        let (name, grid) = (format!("panel-{}", panel["id"]), &panel["gridPos"]);
        let target = &panel["targets"][0];
        elements[&name] = json!({ "kind": "Panel", "spec": {
            "id": panel["id"], "title": panel["title"], "description": "", "links": [],
            "data": { "kind": "QueryGroup", "spec": { "transformations": [], "queryOptions": {}, "queries": [
                { "kind": "PanelQuery", "spec": { "refId": target["refId"], "hidden": false, "query": {
                    "kind": "DataQuery", "group": "prometheus", "version": "v0", "datasource": source,
                    "spec": { "expr": target["expr"] },
                } } },
            ] } },
            "vizConfig": { "kind": "VizConfig", "group": panel["type"], "version": "12.0.0", "spec": {
                "fieldConfig": panel["fieldConfig"], "options": panel["options"],
            } },
        } });
        items.push(json!({ "kind": "GridLayoutItem", "spec": {
            "x": grid["x"], "y": grid["y"], "width": grid["w"], "height": grid["h"],
            "element": { "kind": "ElementReference", "name": name },
        } }));
    }
    let variables = classic["templating"]["list"].as_array().unwrap().iter();
    let variables = variables.map(|one| {
        json!({ "kind": "QueryVariable", "spec": {
            "name": one["name"], "sort": "alphabeticalAsc", "query": {
                "kind": "DataQuery", "group": "prometheus", "version": "v0",
                "spec": { "__legacyStringValue": one["query"] },
            },
        } })
    });
    json!({
        "apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": { "name": classic["uid"] },
        "spec": {
            "title": classic["title"], "elements": elements, "annotations": [],
            "layout": { "kind": "GridLayout", "spec": { "items": items } },
            "variables": variables.collect::<Vec<_>>(),
            "timeSettings": { "from": classic["time"]["from"], "to": classic["time"]["to"] },
        },
    })
}

#[test]
fn the_second_form_of_a_dashboard_is_no_change() {
    let before = dashboard();
    let after = in_the_second_form(&before);
    assert_eq!(dashboards(&before, &after), "a side → a side: no changes\n");
    let mut other = before.clone();
    other["panels"][0]["options"]["legend"]["showLegend"] = json!(false);
    other["panels"][0]["datasource"]["uid"] = json!("other");
    assert_snapshot!(dashboards(&other, &after), @r"
    behaviour: panel `Rate` of dashboard `API`
      --> api.json:1
      datasource `other` → `prom`
      `datasource.uid` `other` → `prom`
      `options.legend.showLegend` `false` → `true` (cosmetic)

    a side → a side: 1 change: 1 behaviour
    ");
}

#[test]
fn panels_say_what_of_them_changed() {
    let before = dashboard();
    let mut after = before.clone();
    after["title"] = json!("The API");
    let panels = after["panels"].as_array_mut().unwrap();
    panels[0]["title"] = json!("Request rate");
    panels[1]["targets"][0]["expr"] =
        json!("sum by (path) (rate(requests_total{code=~\"5..\"}[5m]))");
    panels[2]["fieldConfig"]["defaults"]["unit"] = json!("ms");
    panels[2]["options"]["legend"]["showLegend"] = json!(false);
    panels[2]["targets"][0]["expr"] = json!("avg(request_seconds_sum)");
    panels[2]["gridPos"]["y"] = json!(0);
    panels[0]["gridPos"]["y"] = json!(8);
    panels[1]["gridPos"]["y"] = json!(16);
    after["templating"]["list"][0]["query"] = json!("label_values(requests_total, code)");
    assert_snapshot!(dashboards(&before, &after), @r#"
    behaviour: panel `Errors` of dashboard `The API`
      --> api.json:1
      query: grouping `by (path)` is new; matcher `code="500"` → `code=~"5.."`

    behaviour: panel `Latency` of dashboard `The API`
      --> api.json:1
      moved from behind `Errors` to the beginning of its row (cosmetic)
      query is another
        - histogram_quantile(0.9, rate(request_seconds_bucket[5m]))
        + avg(request_seconds_sum)
      unit `reqps` → `ms`
      `options.legend.showLegend` `true` → `false` (cosmetic)

    behaviour: variable `path` of dashboard `The API`
      --> api.json:1
      values `label_values(requests_total, path)` → `label_values(requests_total, code)`

    cosmetic: dashboard `The API`
      --> api.json:1
      was named `API`

    cosmetic: panel `Request rate` of dashboard `The API`
      --> api.json:1
      was named `Rate`

    a side → a side: 5 changes: 3 behaviour, 2 cosmetic
    "#);
}

#[test]
fn a_panel_in_another_row_has_moved() {
    let row = |title: &str, y: u8| {
        json!({
            "type": "row", "title": title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": y, "w": 24, "h": 1 },
        })
    };
    let mut before = dashboard();
    let panels = before["panels"].as_array_mut().unwrap();
    panels.insert(1, row("Details", 8));
    let mut after = before.clone();
    let panels = after["panels"].as_array_mut().unwrap();
    panels[1] = row("Details", 16);
    assert_snapshot!(dashboards(&before, &after), @"
    cosmetic: panel `Errors` of dashboard `API`
      --> api.json:1
      moved from row `Details` to the top

    a side → a side: 1 change: 1 cosmetic
    ");
    // The row is another, the panels are not.
    let mut after = before.clone();
    after["panels"][1]["title"] = json!("More");
    assert_snapshot!(dashboards(&before, &after), @"
    cosmetic: dashboard `API`
      --> api.json:1
      row `Details` → `More`

    a side → a side: 1 change: 1 cosmetic
    ");
}

#[test]
fn another_uid_breaks_links() {
    let before = dashboard();
    let mut after = before.clone();
    after["uid"] = json!("api-v2");
    let linking = json!({
        "uid": "home", "title": "Home", "schemaVersion": 39, "panels": [],
        "links": [{ "type": "link", "title": "API", "url": "/d/api?var-path=$path" }],
    })
    .to_string();
    let texts = (before.to_string(), after.to_string());
    let report = report(
        &[("api.json", &texts.0), ("home.json", &linking)],
        &[("api.json", &texts.1), ("home.json", &linking)],
    );
    assert_snapshot!(shown(&report), @"
    breaking: dashboard `API`
      --> api.json:1
      uid `api` → `api-v2`
      touches 1 dashboard:
        dashboard `Home`  (home.json:1)

    a side → a side: 1 change: 1 breaking
    ");
}
