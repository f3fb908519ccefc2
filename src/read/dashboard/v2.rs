//! The second form: elements and a layout that refers to them, as resources of `dashboard.grafana.app/v2…` have it.
//! A query is `{kind: prometheus, spec}` in the first drafts, `{kind: DataQuery, group: prometheus, spec}` since.

use obsctl_model::Origin;
use obsctl_model::dashboard::variable::{Refresh, Sort, Values};
use obsctl_model::dashboard::written::{Missing, WrittenDashboard, WrittenPanel};
use obsctl_model::dashboard::{Annotation, Panel, Patch, Variable, Visualization};
use serde_json::{Map, Value, json};

use super::super::node::Node;
use super::super::{Keep, Reader};
use super::classic::links as links_of_dashboard;
use super::layout;
use super::panel::{base, id, is_setting, links, list, look, some, times, written};
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
    dashboard.links = links_of_dashboard(spec.get("links"));
    let time = |key: &str| spec.text(&["timeSettings", key]);
    super::times(
        &mut dashboard,
        [time("from"), time("to"), time("autoRefresh")],
    );
    let mut elements = Elements::read(reader, spec, &sources);
    if let Some(layout) = spec.get("layout") {
        layout::read(reader, layout, &mut elements, &mut dashboard);
    }
    let missing = elements.missing();
    // What the layout forgets is there all the same.
    dashboard.top.extend(elements.rest());
    let nodes = ["variables", "annotations", "layout"].map(|key| spec.get(key));
    dashboard.written = WrittenDashboard {
        mentions: super::mentioned(nodes),
        missing,
        editable: super::editable(reader, spec),
        ..WrittenDashboard::default()
    }
    .into();
    reader.found.dashboards.push(dashboard);
}

/// The panels of a dashboard by the names that its layout has for them.
pub(super) struct Elements {
    panels: Vec<(String, Option<Panel>)>,
    /// What the layout named in vain.
    missing: Vec<(String, Origin)>,
}

impl Elements {
    fn read(reader: &mut Reader<'_>, spec: &Node<'_>, sources: &Sources) -> Self {
        let mut panels = vec![];
        for (name, element) in spec.get("elements").map_or(&[][..], Node::entries) {
            let Some(inside) = element.get("spec") else {
                let message = format!("element `{}` needs `spec`", name.text);
                reader.trouble(element.at, message);
                panels.push((name.text.to_string(), None));
                continue;
            };
            panels.push((name.text.to_string(), Some(panel(reader, inside, sources))));
        }
        Self {
            panels,
            missing: vec![],
        }
    }

    /// The panel that an item at `at` names, once.
    pub(super) fn take(&mut self, name: &str, at: Origin) -> Option<Panel> {
        let named = self.panels.iter_mut().find(|(own, _)| own == name);
        match named {
            Some((_, panel)) => panel.take(),
            None => {
                self.missing.push((name.to_owned(), at));
                None
            }
        }
    }

    /// What was named and is not there.
    fn missing(&mut self) -> Missing {
        let named = std::mem::take(&mut self.missing);
        let known = self.panels.iter().filter(|_| !named.is_empty());
        Missing {
            known: known.map(|(name, _)| name.clone()).collect(),
            named,
        }
    }

    /// Those that nobody took.
    fn rest(self) -> impl Iterator<Item = Panel> {
        self.panels.into_iter().filter_map(|(_, panel)| {
            let mut panel = panel?;
            let mut written = panel.written.get().cloned().unwrap_or_default();
            written.unplaced = true;
            panel.written = written.into();
            Some(panel)
        })
    }
}

/// Plugin and datasource of a query: `around` is what holds it.
fn asked<'n>(query: &'n Node<'_>, around: &'n Node<'_>, sources: &'n Sources) -> Source<'n> {
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
    let classic = (reader.keep != Keep::Outline).then(|| as_classic(node, kind, sources));
    if let (Visualization::Plugin(own), Some(classic)) = (&mut panel.visualization, &classic) {
        own.options = settings(own.options.take(), classic);
    }
    panel.transparent = node
        .get("transparent")
        .and_then(Node::as_bool)
        .unwrap_or_default();
    panel.description = some(node.text(&["description"]));
    panel.links = links(node.get("links"));
    if let Some(spec) = viz.and_then(|viz| viz.get("spec")) {
        look(&mut panel, spec, kind);
    }
    if let Some(options) = node.path(&["data", "spec", "queryOptions"]) {
        times(&mut panel, options);
    }
    let mut step_said = panel.min_step.is_some();
    let queries = node.path(&["data", "spec", "queries"]);
    for one in queries.map_or(&[][..], Node::items) {
        let around = one.get("spec").unwrap_or(one);
        let query = around.get("query").unwrap_or(around);
        let source = asked(query, around, sources);
        let inside = query.get("spec").unwrap_or(query);
        let expression = target::expression(reader, inside, source);
        let mut read = target::query(expression, inside, around.text(&["refId"]), source);
        read.hidden = around
            .get("hidden")
            .and_then(Node::as_bool)
            .unwrap_or_default();
        step_said |= !inside.text(&["interval"]).is_empty();
        panel.queries.push(read);
    }
    let transformations = node.path(&["data", "spec", "transformations"]);
    let seen = viz.and_then(|viz| viz.get("spec"));
    panel.written = WrittenPanel {
        id: id(node),
        library: some(node.text(&["libraryPanel", "uid"])),
        transformed: transformations.is_some_and(|all| !all.items().is_empty()),
        step_said,
        json: classic.filter(|_| reader.keep == Keep::Whole),
        ..seen.map_or_else(WrittenPanel::default, |spec| written(spec, kind))
    }
    .into();
    panel
}

/// The settings of a panel as those of the classic form are kept, so that both are compared.
fn settings(mut own: Value, classic: &Value) -> Value {
    if let (Value::Object(own), Value::Object(classic)) = (&mut own, classic) {
        own.remove("vizConfig");
        let settings = classic.iter().filter(|(key, _)| is_setting(key));
        own.extend(settings.map(|(key, value)| (key.clone(), value.clone())));
    }
    own
}

/// What answers a panel, as the classic form says it beside the queries.
fn answers(queries: &[Node<'_>], sources: &Sources) -> Option<Value> {
    let asked = queries.iter().filter_map(|one| {
        let around = one.get("spec")?;
        let source = asked(around.get("query")?, around, sources);
        (source.plugin != "__expr__").then(|| (source.plugin.to_owned(), source.uid.to_owned()))
    });
    let mut asked: Vec<_> = asked.collect();
    asked.dedup();
    match &asked[..] {
        [] => None,
        [(plugin, uid)] => Some(json!({ "type": plugin, "uid": uid })),
        _ => Some(json!({ "type": "datasource", "uid": "-- Mixed --" })),
    }
}

/// A panel as the classic form has it.
fn as_classic(node: &Node<'_>, kind: &str, sources: &Sources) -> Value {
    let mut classic = Map::new();
    let mut put = |key: &str, value: Option<&Node<'_>>| {
        if let Some(value) = value {
            classic.insert(key.to_owned(), value.json());
        }
    };
    for key in ["title", "description", "links", "transparent"] {
        put(key, node.get(key));
    }
    for key in ["fieldConfig", "options"] {
        put(key, node.path(&["vizConfig", "spec", key]));
    }
    put("pluginVersion", node.path(&["vizConfig", "version"]));
    put(
        "pluginVersion",
        node.path(&["vizConfig", "spec", "pluginVersion"]),
    );
    let options = node.path(&["data", "spec", "queryOptions"]);
    for (key, value) in options.map_or(&[][..], Node::entries) {
        put(key.text, Some(value));
    }
    let items = |key: &str| {
        node.path(&["data", "spec", key])
            .map_or(&[][..], Node::items)
            .iter()
    };
    let targets = items("queries").map(|one| {
        let around = one.get("spec").unwrap_or(one);
        let query = around.get("query").unwrap_or(around);
        let mut target = map(query.get("spec").unwrap_or(query));
        target.insert("refId".to_owned(), around.text(&["refId"]).into());
        let hidden = around.get("hidden").and_then(Node::as_bool);
        target.insert("hide".to_owned(), hidden.into());
        Value::Object(target)
    });
    let steps = items("transformations").map(|one| {
        let spec = one.get("spec").unwrap_or(one);
        let id = match (spec.text(&["id"]), one.text(&["group"])) {
            ("", "") => one.text(&["kind"]),
            ("", group) => group,
            (id, _) => id,
        };
        let mut step = map(spec);
        step.insert("id".to_owned(), id.into());
        Value::Object(step)
    });
    let (targets, steps) = (targets.collect(), steps.collect());
    let queries = node.path(&["data", "spec", "queries"]);
    if let Some(source) = queries.and_then(|queries| answers(queries.items(), sources)) {
        classic.insert("datasource".to_owned(), source);
    }
    classic.insert("type".to_owned(), kind.into());
    classic.insert("targets".to_owned(), targets);
    classic.insert("transformations".to_owned(), steps);
    Value::Object(classic)
}

fn map(node: &Node<'_>) -> Map<String, Value> {
    let entries = node.entries().iter();
    entries
        .map(|(key, value)| (key.text.to_string(), value.json()))
        .collect()
}

fn variable(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources) -> Variable {
    let spec = node.get("spec").unwrap_or(node);
    let flag = |key: &str| spec.get(key).and_then(Node::as_bool).unwrap_or_default();
    let values = match node.text(&["kind"]) {
        "QueryVariable" => spec
            .get("query")
            .and_then(|query| {
                let source = asked(query, spec, sources);
                classic::query(reader, query.get("spec").unwrap_or(query), source)
            })
            .unwrap_or_else(|| Values::Other(node.json())),
        "CustomVariable" => classic::custom(spec.text(&["query"])),
        "IntervalVariable" => classic::interval(spec.text(&["query"])),
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
        sort: match spec.text(&["sort"]) {
            "" | "disabled" => Sort::Unsorted,
            "numericalAsc" | "numericalDesc" => Sort::Numerical,
            _ => Sort::Alphabetical,
        },
        refresh: match spec.text(&["refresh"]) {
            "onTimeRangeChanged" => Refresh::OnTimeChange,
            _ => Refresh::OnOpen,
        },
        hidden: spec.text(&["hide"]) == "hideVariable",
        datasource: None,
        json: Patch::default(),
        allow: vec![],
        origin: reader.source.origin(node.at),
    }
}

fn annotations(reader: &Reader<'_>, spec: &Node<'_>, sources: &Sources) -> Vec<Annotation> {
    let all = list(spec, "annotations")
        .iter()
        .filter_map(|one| one.get("spec"));
    // Grafana's own annotations ask nothing.
    let own = all.filter(|one| {
        one.get("builtIn").and_then(Node::as_bool) != Some(true)
            && one.text(&["legacyOptions", "type"]) != "dashboard"
    });
    let own = own.filter_map(|one| {
        // What stood beside `target` in the first form is kept apart when Grafana converts it.
        let query = one.get("query").or_else(|| one.get("legacyOptions"))?;
        let source = asked(query, one, sources);
        let inside = [query.get("spec"), one.get("legacyOptions")];
        let mut inside = inside.into_iter().flatten();
        let inside = inside.find(|node| node.get("expr").is_some());
        let inside = inside.or_else(|| query.get("spec")).unwrap_or(query);
        let mut read = Annotation::new(
            one.text(&["name"]),
            target::expression(reader, inside, source),
        );
        read.title = some(one.text(&["legacyOptions", "titleFormat"]));
        read.text = some(one.text(&["legacyOptions", "textFormat"]));
        read.off = one.get("enable").and_then(Node::as_bool) != Some(true);
        read.origin = reader.source.origin(one.at);
        Some(read)
    });
    own.collect()
}
