//! Dashboards in all forms.

use insta::assert_snapshot;

use super::said;

/// The classic model, as Grafana saves it.
pub(super) const CLASSIC: &str = r#"{
  "uid": "shop", "title": "Shop", "tags": ["a", "b"], "schemaVersion": 39, "editable": false, "refresh": "1m",
  "time": {"from": "now-3h", "to": "now"},
  "links": [{"title": "All", "type": "dashboards", "tags": ["a"]}, {"title": "Docs", "type": "link", "url": "/d/docs"}],
  "annotations": {"list": [
    {"builtIn": 1, "name": "Annotations & Alerts", "type": "dashboard", "datasource": {"type": "grafana", "uid": "-- Grafana --"}},
    {"name": "Deploys", "enable": false, "expr": "changes(build_info[5m]) > 0", "datasource": {"type": "prometheus", "uid": "$ds"}},
    {"name": "Restarts", "enable": true, "target": {"expr": "{app=\"x\"} |= \"start\"", "refId": "Anno"}, "datasource": {"type": "loki", "uid": "logs"}}
  ]},
  "templating": {"list": [{"name": "ds", "type": "datasource", "query": "prometheus"}]},
  "panels": [
    {"id": 1, "type": "stat", "title": "Up", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4}, "datasource": {"type": "prometheus", "uid": "$ds"},
     "targets": [{"refId": "A", "expr": "up", "instant": true, "range": false}]},
    {"id": 2, "type": "row", "title": "Open", "collapsed": false, "panels": [], "gridPos": {"x": 0, "y": 4, "w": 24, "h": 1}},
    {"id": 3, "type": "timeseries", "title": "Mixed", "gridPos": {"x": 0, "y": 5, "w": 24, "h": 8}, "datasource": {"type": "datasource", "uid": "-- Mixed --"},
     "fieldConfig": {"defaults": {"unit": "s"}, "overrides": []},
     "targets": [
       {"refId": "A", "datasource": {"type": "prometheus", "uid": "prom"}, "expr": "rate(a[$__rate_interval])", "legendFormat": "{{x}}", "hide": true},
       {"refId": "B", "datasource": {"type": "loki", "uid": "logs"}, "expr": "rate({a=\"b\"}[5m])"},
       {"refId": "C", "datasource": {"type": "tempo", "uid": "t"}, "queryType": "traceql", "query": "{ status = error }"},
       {"refId": "D", "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "math", "expression": "$A * 2"},
       {"refId": "E", "datasource": {"type": "cloudwatch", "uid": "cw"}, "metricName": "CPU"}
     ]},
    {"id": 4, "type": "row", "title": "Closed $job", "collapsed": true, "repeat": "job", "gridPos": {"x": 0, "y": 13, "w": 24, "h": 1}, "panels": [
      {"id": 5, "type": "table", "title": "Of another", "gridPos": {"x": 0, "y": 14, "w": 12, "h": 8}, "datasource": {"type": "datasource", "uid": "-- Dashboard --"},
       "targets": [{"refId": "A", "panelId": 3, "datasource": {"type": "datasource", "uid": "-- Dashboard --"}}]},
      {"id": 6, "title": "Shared", "gridPos": {"x": 12, "y": 14, "w": 12, "h": 8}, "libraryPanel": {"uid": "lib", "name": "Shared"}}
    ]}
  ]
}"#;

#[test]
fn as_saved() {
    assert_snapshot!(said(CLASSIC), @r#"
        dashboard shop `Shop` now-3h to now every 1m tags a,b
          link All Tagged(["a"])
          link Docs Url("/d/docs")
          variable ds: datasource prometheus
          events Deploys (off): promql changes(build_info[5m]) > 0 (7:50)
          events Restarts: logql {app="x"} |= "start" (8:61)
          stat `Up` #1 6x4 at 0,0 of 0
            A promql up (13:41) now from $ds
          row Open
            timeseries `Mixed` unit s #3 24x8 at 0,5 of 0
              A promql rate(a[$__rate_interval]) (18:84) as {{x}} hidden from prom
              B logql rate({a="b"}[5m]) (19:78) from logs
              C traceql { status = error } (20:101) from t
              D __expr__@__expr__ {"type":"math","expression":"$A * 2"}
              E cloudwatch@cw {"metricName":"CPU"}
          row Closed $job closed for each job
            table `Of another` #5 12x8 at 0,14 of 2
              A dashboard@-- Dashboard -- {"panelId":3}
             `Shared` #6 12x8 at 12,14 of 2 library lib
        "#);
}

#[test]
fn as_the_api_wraps_it() {
    let wrapped = format!(r#"{{"meta": {{"slug": "x"}}, "dashboard": {CLASSIC}}}"#);
    assert_eq!(
        said(&wrapped).lines().count(),
        said(CLASSIC).lines().count()
    );
}

#[test]
fn exported_with_inputs() {
    assert_snapshot!(said(r#"{
  "__inputs": [{"name": "DS_PROM", "type": "datasource", "pluginId": "prometheus"}, {"name": "DS_LOGS", "type": "datasource", "pluginId": "loki"},
    {"name": "VAR_X", "type": "constant", "value": "7"}],
  "__elements": {"lib": {"name": "Shared", "uid": "lib", "kind": 1, "model": {"type": "text"}}},
  "__requires": [], "title": "Exported", "uid": null,
  "panels": [
    {"type": "timeseries", "title": "A", "datasource": "${DS_PROM}", "targets": [{"refId": "A", "expr": "up"}]},
    {"type": "logs", "title": "B", "datasource": {"type": "loki", "uid": "${DS_LOGS}"}, "targets": [{"refId": "A", "expr": "{a=\"b\"}"}]}
  ]
}"#), @r#"
        dashboard file-exported `Exported` now-6h to now
          timeseries `A`
            A promql up (7:105) from ${DS_PROM}
          logs `B`
            A logql {a="b"} (8:124) from ${DS_LOGS}
        "#);
}

#[test]
fn rows_of_old_versions_and_old_panels() {
    assert_snapshot!(said(r#"{
  "title": "Old", "schemaVersion": 14, "refresh": false, "templating": {"list": []},
  "rows": [
    {"title": "Row", "collapse": true, "repeat": null, "height": "250px", "panels": [
      {"id": 1, "type": "graph", "title": "G", "span": 6, "datasource": "Prometheus", "yaxes": [{"format": "bytes"}, {"format": "short"}],
       "targets": [{"expr": "a{b=\"[[c]]\"}", "refId": "A", "step": 10}, {"expr": "", "refId": "B"}]},
      {"id": 2, "type": "singlestat", "title": "S", "format": "percent", "datasource": null, "targets": [{"expr": "sum(up)", "refId": "A"}]},
      {"id": 3, "type": "table-old", "title": "T", "targets": [{"target": "servers.*", "refId": "A"}]},
      {"id": 4, "type": "heatmap", "title": "H", "yAxis": {"format": "s"}, "targets": [{"expr": "a", "format": "heatmap"}]}
    ]},
    {"title": "Nothing", "panels": []}
  ]
}"#), @r#"
        dashboard file-old `Old` now-6h to now
          row Row closed
            graph `G` unit bytes #1
              A promql a{b="[[c]]"} (6:29) from Prometheus
              B @Prometheus {"expr":""}
            singlestat `S` unit percent #2
              A promql sum(up) (7:115)
            table-old `T` #3
              A @ {"target":"servers.*"}
            heatmap `H` unit s #4
              A promql a (9:97)
          row Nothing
        "#);
}

#[test]
fn variables_of_all_kinds() {
    assert_snapshot!(said(r#"{
  "title": "V", "panels": [], "templating": {"list": [
    {"name": "ds", "type": "datasource", "query": "prometheus"},
    {"name": "sql", "type": "datasource", "query": "mysql"},
    {"name": "a", "type": "query", "datasource": "$ds", "query": "label_values(up{x=\"a,b\"}, job)", "multi": true, "includeAll": true},
    {"name": "b", "type": "query", "datasource": "$ds", "query": "label_values(job)"},
    {"name": "c", "type": "query", "datasource": "$ds", "query": {"query": "query_result(sum(up))", "refId": "x"}},
    {"name": "d", "type": "query", "datasource": {"type": "prometheus", "uid": "p"}, "query": {"qryType": 1, "query": "label_values(up,instance)"}},
    {"name": "e", "type": "query", "datasource": {"type": "prometheus", "uid": "p"},
     "query": {"qryType": 1, "label": "instance", "metric": "up", "labelFilters": [{"label": "job", "op": "=~", "value": "$a"}]}},
    {"name": "f", "type": "query", "datasource": {"type": "prometheus", "uid": "p"}, "query": "up{job=\"x\"}"},
    {"name": "g", "type": "query", "datasource": {"type": "prometheus", "uid": "p"}, "query": "label_names()"},
    {"name": "h", "type": "query", "datasource": {"type": "prometheus", "uid": "p"}, "query": "metrics(node_.*)"},
    {"name": "i", "type": "query", "datasource": {"type": "loki", "uid": "l"}, "query": {"label": "app", "stream": "{env=\"x\"}", "type": 1}},
    {"name": "j", "type": "query", "datasource": {"type": "loki", "uid": "l"}, "query": "label_values({env=\"x\"}, app)"},
    {"name": "k", "type": "query", "datasource": {"type": "loki", "uid": "l"}, "query": {"type": 0}},
    {"name": "l", "type": "query", "datasource": {"type": "tempo", "uid": "t"}, "query": {"label": "service.name", "type": 1}},
    {"name": "m", "type": "query", "datasource": {"type": "mysql", "uid": "m"}, "query": "SELECT a FROM b"},
    {"name": "n", "type": "query"},
    {"name": "o", "type": "custom", "query": "one,two : 2, a\\,b"},
    {"name": "p", "type": "interval", "query": "1m,10m,1h,\"1d\"", "auto": true},
    {"name": "q", "type": "textbox", "query": ""},
    {"name": "r", "type": "constant", "query": "x", "hide": 2},
    {"name": "s", "type": "adhoc", "datasource": "$ds"},
    {"name": "t", "type": "groupby", "datasource": "$ds"},
    {"name": "u", "type": "switch", "enabledValue": "1", "disabledValue": "0"},
    {"name": "v", "type": "system"},
    {}
  ]}
}"#), @r#"
        dashboard file-v `V` now-6h to now
          variable ds: datasource prometheus
          variable sql: other datasource
          variable a: job of up{x="a,b"} multi all
          variable b: job of {__name__=~".+"}
          variable c: result of sum(up)
          variable d: instance of up
          variable e: instance of up{job=~"$a"}
          variable f: result of up{job="x"}
          variable g: other query
          variable h: other query
          variable i: app in logs of {env="x"}
          variable j: app in logs of {env="x"}
          variable k: other query
          variable l: service.name in traces
          variable m: other query
          variable n: other query
          variable o: one of one|2|a,b
          variable p: interval [Duration { millis: 60000 }, Duration { millis: 600000 }, Duration { millis: 3600000 }, Duration { millis: 86400000 }]
          variable q: text
          variable r: always x hidden
          variable s: other adhoc implicit
          variable t: other groupby implicit
          variable u: other switch
          variable v: other system
          variable : other ?
        "#);
}

/// The second form, with rows in tabs.
pub(super) const SECOND: &str = r#"
apiVersion: dashboard.grafana.app/v2beta1
kind: Dashboard
metadata: {name: second}
spec:
  title: Second
  timeSettings: {from: now-2d, to: now, autoRefresh: 10s}
  links: [{title: Docs, type: link, url: /d/docs}]
  annotations:
    - kind: AnnotationQuery
      spec: {name: Own, builtIn: true, query: {kind: DataQuery, group: grafana, spec: {}}}
    - kind: AnnotationQuery
      spec: {name: Deploys, enable: true, query: {kind: DataQuery, group: prometheus, datasource: {name: p}, spec: {expr: up}}}
  variables:
    - {kind: DatasourceVariable, spec: {name: ds, pluginId: prometheus}}
    - {kind: QueryVariable, spec: {name: job, multi: true, query: {kind: DataQuery, group: prometheus, datasource: {name: $ds}, spec: {query: "label_values(up, job)"}}}}
    - {kind: QueryVariable, spec: {name: app, query: {kind: DataQuery, group: loki, spec: {label: app, stream: '{a="b"}'}}}}
    - {kind: QueryVariable, spec: {name: old, datasource: {type: prometheus, uid: p}, query: "label_values(up, pod)"}}
    - {kind: CustomVariable, spec: {name: c, query: "x,y"}}
    - {kind: IntervalVariable, spec: {name: i, query: "1m,1h"}}
    - {kind: TextVariable, spec: {name: t}}
    - {kind: ConstantVariable, spec: {name: k, query: v, hide: hideVariable}}
    - {kind: AdhocVariable, spec: {name: f}}
    - {kind: GroupByVariable, spec: {name: g}}
    - {kind: SwitchVariable, spec: {name: s}}
  elements:
    one:
      kind: Panel
      spec:
        id: 1
        title: One
        data:
          kind: QueryGroup
          spec:
            queryOptions: {interval: 30s}
            queries:
              - kind: PanelQuery
                spec: {refId: A, hidden: true, query: {kind: DataQuery, group: prometheus, datasource: {name: $ds}, spec: {expr: "rate(x{job=\"$job\"}[5m])", legendFormat: "{{a}}"}}}
              - kind: PanelQuery
                spec: {refId: B, query: {kind: DataQuery, group: __expr__, spec: {type: math, expression: $A}}}
        vizConfig: {kind: VizConfig, group: timeseries, spec: {fieldConfig: {defaults: {unit: s}}}}
    two:
      kind: Panel
      spec:
        id: 2
        title: Two
        data: {kind: QueryGroup, spec: {queries: [{kind: PanelQuery, spec: {refId: A, datasource: {uid: l}, query: {kind: loki, spec: {expr: '{a="b"}'}}}}]}}
        vizConfig: {kind: logs, spec: {}}
    lib:
      kind: LibraryPanel
      spec: {id: 3, title: Lib, libraryPanel: {uid: shared, name: Shared}}
    lost:
      kind: Panel
      spec: {id: 4, title: Lost, vizConfig: {kind: text, spec: {}}}
  layout:
    kind: TabsLayout
    spec:
      tabs:
        - kind: TabsLayoutTab
          spec:
            title: Tab
            layout:
              kind: RowsLayout
              spec:
                rows:
                  - kind: RowsLayoutRow
                    spec:
                      title: Row
                      collapse: true
                      repeat: {mode: variable, value: job}
                      layout:
                        kind: GridLayout
                        spec:
                          items:
                            - kind: GridLayoutItem
                              spec: {x: 0, y: 0, width: 12, height: 8, element: {kind: ElementReference, name: one}, repeat: {mode: variable, value: app}}
        - kind: TabsLayoutTab
          spec:
            title: Other
            layout: {kind: AutoGridLayout, spec: {items: [{kind: AutoGridLayoutItem, spec: {element: {kind: ElementReference, name: two}}},
              {kind: AutoGridLayoutItem, spec: {element: {kind: ElementReference, name: lib}}}, {kind: AutoGridLayoutItem, spec: {element: {name: gone}}}]}}
"#;

#[test]
fn the_second_form() {
    assert_snapshot!(said(SECOND), @r#"
        dashboard second `Second` now-2d to now every 10s
          link Docs Url("/d/docs")
          variable ds: datasource prometheus
          variable job: job of up multi
          variable app: app in logs of {a="b"}
          variable old: pod of up
          variable c: one of x|y
          variable i: interval [Duration { millis: 60000 }, Duration { millis: 3600000 }]
          variable t: text
          variable k: always v hidden
          variable f: other AdhocVariable implicit
          variable g: other GroupByVariable implicit
          variable s: other SwitchVariable
          events Deploys: promql up (13:123)
          text `Lost` #4
          row Row closed for each job
            timeseries `One` unit s for each app #1 12x8 at 0,0 of 1
              A promql rate(x{job="$job"}[5m]) (38:130) as {{a}} hidden from $ds
              B __expr__@ {"type":"math","expression":"$A"}
          row Other
            logs `Two` #2
              A logql {a="b"} (47:142) from l
             `Lib` #3 library shared
        "#);
}

#[test]
fn resources_of_the_first_form() {
    for version in ["v0alpha1", "v1", "v1beta1"] {
        let resource = format!(
            r#"{{"apiVersion": "dashboard.grafana.app/{version}", "kind": "Dashboard", "metadata": {{"name": "shop"}}, "spec": {CLASSIC}}}"#
        );
        let (own, plain) = (said(&resource), said(CLASSIC));
        assert_eq!(own.lines().next(), plain.lines().next(), "{version}");
        assert_eq!(own.lines().count(), plain.lines().count(), "{version}");
    }
}

#[test]
fn grids_with_rows_of_the_first_draft() {
    assert_snapshot!(said(r#"{"apiVersion": "dashboard.grafana.app/v2alpha1", "kind": "Dashboard", "metadata": {"name": "draft"}, "spec": {
  "title": "Draft",
  "elements": {"panel-1": {"kind": "Panel", "spec": {"id": 1, "title": "P", "vizConfig": {"kind": "stat", "spec": {}}}}, "broken": {"kind": "Panel"}},
  "layout": {"kind": "GridLayout", "spec": {"items": [
    {"kind": "GridLayoutRow", "spec": {"y": 0, "title": "R", "collapsed": true, "elements": [
      {"kind": "GridLayoutItem", "spec": {"x": 1, "y": 2, "width": 3, "height": 4, "element": {"kind": "ElementReference", "name": "panel-1"}}}]}}]}}
}}"#), @"
        dashboard draft `Draft` now-6h to now
          row R closed
            stat `P` #1 3x4 at 1,2 of 2
        3:132 element `broken` needs `spec`
        ");
}

#[test]
fn in_kubernetes() {
    let json = r#"{"uid": "in", "title": "In", "panels": [{"type": "stat", "title": "S", "targets": [{"expr": "up"}]}]}"#;
    let config = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: d}}\ndata:\n  notes.txt: no dashboard\n  in.json: |\n    {json}\n  broken.json: '{{\"panels\": ['\n"
    );
    assert_snapshot!(said(&config), @"
        dashboard in `In` now-6h to now
          stat `S`
            A promql up (7:97)
        8:29 not JSON: a value is expected, and the text ends (a quote or a bracket is missing, or the file is cut off: save or download it again)
        ");
    let resource = format!(
        "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nspec:\n  json: >\n    {json}\n---\napiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nspec:\n  json: [1]\n"
    );
    assert_snapshot!(said(&resource), @"
        dashboard in `In` now-6h to now
          stat `S`
            A promql up (5:97)
        10:9 a document as text is expected here, not a list
        ");
}

#[test]
fn library_panels() {
    assert_snapshot!(said(r#"{"result": {"uid": "lib", "name": "Shared", "kind": 1, "model": {"type": "gauge", "title": "G",
  "targets": [{"refId": "A", "expr": "up", "datasource": {"type": "prometheus", "uid": "p"}}]}}}"#), @"
        dashboard lib `Shared` now-1h to now tags library-panel
          gauge `G`
            A promql up (2:38) from p
        ");
}

/// What `GET /apis/dashboard.grafana.app/…/dashboards`, `…/librarypanels` and `GET /api/library-elements` answer.
#[test]
fn lists_of_the_api() {
    let panel = r#"{"type": "gauge", "title": "G", "fieldConfig": {}, "options": {}, "targets": [{"refId": "A", "expr": "up"}]}"#;
    assert_snapshot!(said(&format!(r#"{{"kind": "DashboardList", "apiVersion": "dashboard.grafana.app/v1", "metadata": {{}}, "items": [
  {{"metadata": {{"name": "one"}}, "spec": {{"title": "One", "panels": [{panel}]}}}},
  {{"kind": "Dashboard", "metadata": {{"name": "two"}}, "spec": {{"title": "Two", "elements": {{}}, "layout": {{}}}}}}]}}"#)), @"
        dashboard one `One` now-6h to now
          gauge `G`
            A promql up (2:170)
        dashboard two `Two` now-6h to now
        ");
    assert_snapshot!(said(&format!(r#"{{"kind": "LibraryPanelList", "apiVersion": "dashboard.grafana.app/v0alpha1", "items": [
  {{"metadata": {{"name": "lib"}}, "spec": {panel}}}]}}"#)), @"
        dashboard lib `G` now-1h to now tags library-panel
          gauge `G`
            A promql up (2:142)
        ");
    assert_snapshot!(said(&format!(r#"{{"result": {{"totalCount": 2, "page": 1, "perPage": 100, "elements": [
  {{"uid": "lib", "name": "Shared", "kind": 1, "model": {panel}}},
  {{"uid": "of", "name": "No panel", "kind": 2, "model": {{}}}}]}}}}"#)), @"
        dashboard lib `Shared` now-1h to now tags library-panel
          gauge `G`
            A promql up (2:157)
        ");
}

/// Events of the first form that Grafana converts keep what stood beside their `target`. Without `enable` they are off.
#[test]
fn converted_events() {
    assert_snapshot!(said(r#"{"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": {"name": "two"}, "spec": {
  "title": "Two", "elements": {}, "layout": {}, "annotations": [
    {"kind": "AnnotationQuery", "spec": {"name": "Restarts", "enable": true, "hide": false, "builtIn": false,
      "query": {"kind": "DataQuery", "group": "prometheus", "version": "v0", "datasource": {"name": "p"}, "spec": {}},
      "legacyOptions": {"expr": "changes(up[5m]) > 0", "titleFormat": "{{job}}", "type": "prometheus"}}},
    {"kind": "AnnotationQuery", "spec": {"name": "Rollouts", "enable": true, "legacyOptions": {"expr": "up", "type": "tags"}}},
    {"kind": "AnnotationQuery", "spec": {"name": "Grafana's own", "enable": true, "builtIn": false,
      "query": {"kind": "DataQuery", "group": "grafana", "spec": {}}, "legacyOptions": {"type": "dashboard"}}},
    {"kind": "AnnotationQuery", "spec": {"name": "Off", "query": {"kind": "DataQuery", "group": "prometheus", "spec": {"expr": "up"}}}}]
}}"#), @"
        dashboard two `Two` now-6h to now
          events Restarts: promql changes(up[5m]) > 0 (5:33)
          events Rollouts: promql up (6:104)
          events Off (off): promql up (9:128)
        ");
    assert_snapshot!(said(r#"{"title": "One", "uid": "one", "panels": [], "annotations": {"list": [{"name": "Off", "expr": "up"}]}}"#), @"
        dashboard one `One` now-6h to now
          events Off (off): promql up (1:95)
        ");
}
