//! The second form: elements and a layout that refers to them, as resources of `dashboard.grafana.app/v2…` have it.
//! A query is `{kind: prometheus, spec}` in the first drafts, `{kind: DataQuery, group: prometheus, spec}` since.

use obsctl_model::dashboard::variable::{Refresh, Sort, Values};
use obsctl_model::dashboard::{Annotation, Panel, Variable};

use super::super::Reader;
use super::super::node::Node;
use super::panel::{base, links, some, thresholds};
use super::sources::{Source, Sources};
use super::target;
use super::variable as classic;

/// Reads `spec`; `whole` is the resource it is of, whose name is the uid.
pub(in super::super) fn v2(reader: &mut Reader<'_>, spec: &Node<'_>, whole: &Node<'_>) {
    let uid = whole.text(&["metadata", "name"]);
    let mut dashboard = super::begin(reader, spec, uid, spec.text(&["title"]));
    dashboard.description = some(spec.text(&["description"]));
    let tags = list(spec, "tags").iter();
    dashboard.tags = tags
        .filter_map(|tag| tag.as_text().map(str::to_owned))
        .collect();
    let mut sources = Sources::default();
    for one in list(spec, "variables") {
        if one.text(&["kind"]) == "DatasourceVariable" {
            sources.name(one.text(&["spec", "name"]), one.text(&["spec", "pluginId"]));
        }
    }
    let variables = list(spec, "variables").iter();
    dashboard.variables = variables
        .map(|one| variable(reader, one, &sources))
        .collect();
    dashboard.annotations = annotations(reader, spec, &sources);
    for (name, element) in spec.get("elements").map_or(&[][..], Node::entries) {
        let Some(inside) = element.get("spec") else {
            let message = format!("element `{}` needs `spec`", name.text);
            reader.trouble(element.at, message);
            continue;
        };
        dashboard.top.push(panel(reader, inside, &sources));
    }
    reader.found.dashboards.push(dashboard);
}

fn list<'n>(node: &'n Node<'n>, key: &str) -> &'n [Node<'n>] {
    node.get(key).map_or(&[][..], Node::items)
}

/// Plugin and datasource of a query: `around` is what holds it.
fn asked(query: &Node<'_>, around: &Node<'_>, sources: &Sources) -> Source {
    let plugin = match query.text(&["kind"]) {
        "DataQuery" => query.text(&["group"]),
        kind => kind,
    };
    let uid = match query.text(&["datasource", "name"]) {
        "" => around.text(&["datasource", "uid"]),
        name => name,
    };
    sources.resolve(plugin, uid)
}

fn panel(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources) -> Panel {
    let viz = node.get("vizConfig");
    let text = |keys: &[&str]| viz.map_or("", |viz| viz.text(keys));
    let kind = match text(&["kind"]) {
        "VizConfig" => text(&["group"]),
        kind => kind,
    };
    let mut panel = base(reader, node, kind, node.text(&["title"]));
    panel.description = some(node.text(&["description"]));
    panel.links = links(node.get("links"));
    panel.grafana_unit = some(text(&["spec", "fieldConfig", "defaults", "unit"]));
    let steps =
        viz.and_then(|viz| viz.path(&["spec", "fieldConfig", "defaults", "thresholds", "steps"]));
    panel.thresholds = thresholds(steps);
    panel.data_links =
        links(viz.and_then(|viz| viz.path(&["spec", "fieldConfig", "defaults", "links"])));
    let queries = node.path(&["data", "spec", "queries"]);
    for one in queries.map_or(&[][..], Node::items) {
        let Some(around) = one.get("spec") else {
            continue;
        };
        let Some(query) = around.get("query") else {
            continue;
        };
        let source = asked(query, around, sources);
        let inside = query.get("spec").unwrap_or(query);
        let expression = target::expression(reader, inside, &source);
        let mut read = target::query(expression, inside, around.text(&["refId"]), &source);
        read.hidden = around
            .get("hidden")
            .and_then(Node::as_bool)
            .unwrap_or_default();
        panel.queries.push(read);
    }
    panel
}

fn variable(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources) -> Variable {
    let spec = node.get("spec").unwrap_or(node);
    let flag = |key: &str| spec.get(key).and_then(Node::as_bool).unwrap_or_default();
    let values = match node.text(&["kind"]) {
        "QueryVariable" => spec
            .get("query")
            .and_then(|query| {
                let source = asked(query, spec, sources);
                let inside = query.get("spec").unwrap_or(query);
                let field = inside
                    .get("query")
                    .or_else(|| inside.get("__legacyStringValue"))?;
                let (text, at) = (field.as_text()?, reader.source.origin(field.at));
                match source.plugin.as_str() {
                    "loki" => classic::log_labels(text, at),
                    _ => classic::metric_labels(text, at),
                }
            })
            .unwrap_or_else(|| Values::Other(node.json())),
        "TextVariable" => Values::Textbox,
        "ConstantVariable" => Values::Constant(spec.text(&["query"]).to_owned()),
        "DatasourceVariable" => classic::datasource(spec.text(&["pluginId"]))
            .map_or_else(|| Values::Other(node.json()), Values::Datasource),
        _ => Values::Other(node.json()),
    };
    Variable {
        name: spec.text(&["name"]).to_owned(),
        label: some(spec.text(&["label"])),
        description: some(spec.text(&["description"])),
        values,
        multi: flag("multi"),
        include_all: flag("includeAll"),
        all_value: some(spec.text(&["allValue"])),
        default: vec![],
        regex: some(spec.text(&["regex"])),
        sort: Sort::Unsorted,
        refresh: Refresh::OnOpen,
        hidden: spec.text(&["hide"]) == "hideVariable",
        allow: vec![],
        origin: reader.source.origin(node.at),
    }
}

fn annotations(reader: &Reader<'_>, spec: &Node<'_>, sources: &Sources) -> Vec<Annotation> {
    let all = list(spec, "annotations")
        .iter()
        .filter_map(|one| one.get("spec"));
    let own = all.filter(|one| one.get("builtIn").and_then(Node::as_bool) != Some(true));
    let own = own.filter_map(|one| {
        let query = one.get("query")?;
        let source = asked(query, one, sources);
        let inside = query.get("spec").unwrap_or(query);
        let mut read = Annotation::new(
            one.text(&["name"]),
            target::expression(reader, inside, &source),
        );
        read.off = one.get("enable").and_then(Node::as_bool) == Some(false);
        read.origin = reader.source.origin(one.at);
        Some(read)
    });
    own.collect()
}
