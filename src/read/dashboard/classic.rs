//! The JSON model: as saved, as exported with inputs, as the API wraps it.

use obsctl_model::dashboard::written::WrittenDashboard;
use obsctl_model::dashboard::{
    Annotation, Dashboard, DashboardLink, DashboardLinkTarget, Panel, Patch, Row, Variable,
};

use super::super::Reader;
use super::super::node::Node;
use super::panel::{list, panel, some, whole};
use super::sources::{Source, Sources};
use super::target::expression;
use super::variable::variable;

pub(in super::super) fn classic(reader: &mut Reader<'_>, node: &Node<'_>) {
    named(reader, node, "");
}

/// A dashboard whose resource has a name, which is its uid.
pub(super) fn named(reader: &mut Reader<'_>, node: &Node<'_>, name: &str) {
    let uid = Some(node.text(&["uid"]))
        .filter(|uid| !uid.is_empty())
        .unwrap_or(name);
    let mut dashboard = super::begin(reader, node, uid, node.text(&["title"]));
    let sources = Sources::classic(node);
    dashboard.description = some(node.text(&["description"]));
    let tags = node.get("tags").map_or(&[][..], Node::items).iter();
    dashboard.tags = tags
        .filter_map(|tag| tag.as_text().map(str::to_owned))
        .collect();
    dashboard.variables = variables(reader, node, &sources);
    dashboard.annotations = annotations(reader, node.path(&["annotations", "list"]), &sources);
    dashboard.links = links(node.get("links"));
    super::times(
        &mut dashboard,
        [
            node.text(&["time", "from"]),
            node.text(&["time", "to"]),
            node.text(&["refresh"]),
        ],
    );
    // Before version 16 panels stood in rows.
    for row in list(node, "rows") {
        let mut read = self::row(reader, row);
        read.panels.extend(panels(reader, row, &sources, MAIN));
        dashboard.rows.push(read);
    }
    let mut grid = MAIN;
    let is_row = |one: &Node<'_>| one.text(&["type"]) == "row";
    // Panels that follow an open row are in it.
    for part in placed(node).chunk_by(|_, next| !is_row(next)) {
        let first = part.first().copied().filter(|first| is_row(first));
        let following = &part[usize::from(first.is_some())..];
        let following = following
            .iter()
            .map(|one| panel(reader, one, &sources, MAIN));
        if let Some(first) = first {
            grid += 1;
            let mut read = row(reader, first);
            read.panels = panels(reader, first, &sources, grid);
            read.panels.extend(following);
            dashboard.rows.push(read);
        } else if let Some(last) = dashboard.rows.last_mut() {
            last.panels.extend(following);
        } else {
            dashboard.top.extend(following);
        }
    }
    dashboard.written = WrittenDashboard {
        mentions: super::mentioned([node.path(&["templating", "list"]), node.get("annotations")]),
        elements: node
            .get("__elements")
            .map_or(&[][..], Node::entries)
            .iter()
            .map(|(name, _)| name.text.to_string())
            .collect(),
        editable: super::editable(reader, node),
        json: whole(reader, node),
        ..WrittenDashboard::default()
    }
    .into();
    reader.found.dashboards.push(dashboard);
}

/// A panel that dashboards share, as a dashboard of its own.
pub(in super::super) fn library_panel(reader: &mut Reader<'_>, node: &Node<'_>) {
    let Some(model) = node.get("model") else {
        return;
    };
    let dashboard = super::begin(reader, node, node.text(&["uid"]), node.text(&["name"]));
    alone(reader, dashboard, model);
}

/// The same as a resource, whose `spec` is the panel.
pub(super) fn shared_panel(reader: &mut Reader<'_>, node: &Node<'_>, spec: &Node<'_>) {
    let name = node.text(&["metadata", "name"]);
    let dashboard = super::begin(reader, node, name, spec.text(&["title"]));
    alone(reader, dashboard, spec);
}

fn alone(reader: &mut Reader<'_>, mut dashboard: Dashboard, model: &Node<'_>) {
    dashboard
        .top
        .push(panel(reader, model, &Sources::default(), MAIN));
    dashboard.tags.push(LIBRARY.to_owned());
    dashboard.written = WrittenDashboard {
        shared_panel: true,
        ..WrittenDashboard::default()
    }
    .into();
    reader.found.dashboards.push(dashboard);
}

/// The tag of a dashboard that is no more than a library panel.
const LIBRARY: &str = "library-panel";

/// The grid of what stands in no closed row.
const MAIN: u32 = 0;

fn panels(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources, grid: u32) -> Vec<Panel> {
    let all = placed(node).into_iter();
    all.map(|one| panel(reader, one, sources, grid)).collect()
}

/// Panels from top to bottom and from left to right, as Grafana sorts them before it draws; those without a place
/// stay where they are.
fn placed<'n>(node: &'n Node<'n>) -> Vec<&'n Node<'n>> {
    let panels = list(node, "panels").iter();
    let place = |one: &'n Node<'n>| {
        let grid = one.get("gridPos")?;
        let side = |side| grid.get(side)?.as_f64();
        Some((side("y")?, side("x")?, one))
    };
    let Some(mut placed) = panels.clone().map(place).collect::<Option<Vec<_>>>() else {
        return panels.collect();
    };
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    placed.into_iter().map(|(.., panel)| panel).collect()
}

fn row(reader: &Reader<'_>, node: &Node<'_>) -> Row {
    let mut row = Row::new(node.text(&["title"]), Vec::<Panel>::new());
    row.collapsed = node
        .get("collapsed")
        .or_else(|| node.get("collapse"))
        .and_then(Node::as_bool)
        .unwrap_or_default();
    row.repeat = some(node.text(&["repeat"]));
    row.origin = reader.source.origin(node.at);
    row
}

fn variables(reader: &Reader<'_>, node: &Node<'_>, sources: &Sources) -> Vec<Variable> {
    let list = node.path(&["templating", "list"]);
    let list = list.map_or(&[][..], Node::items).iter();
    list.map(|one| variable(reader, one, sources.of(one.get("datasource"))))
        .collect()
}

fn annotations(reader: &Reader<'_>, list: Option<&Node<'_>>, sources: &Sources) -> Vec<Annotation> {
    let list = list.map_or(&[][..], Node::items).iter();
    // Grafana's own annotations ask nothing.
    let is_own = |one: &&Node<'_>| {
        ["1", "true"].contains(&one.text(&["builtIn"])) || one.text(&["type"]) == "dashboard"
    };
    let list = list.filter(|one| !is_own(one));
    let list = list.map(|one| {
        let source = sources.of(one.get("datasource"));
        annotation(reader, one, source)
    });
    list.collect()
}

fn annotation(reader: &Reader<'_>, node: &Node<'_>, source: Source<'_>) -> Annotation {
    // Newer versions keep the query under `target`.
    let asked = node
        .get("target")
        .filter(|target| target.get("expr").is_some())
        .unwrap_or(node);
    let mut read = Annotation::new(node.text(&["name"]), expression(reader, asked, source));
    read.title = some(node.text(&["titleFormat"]));
    read.text = some(node.text(&["textFormat"]));
    read.off = node.get("enable").and_then(Node::as_bool) != Some(true);
    read.origin = reader.source.origin(node.at);
    read
}

pub(super) fn links(list: Option<&Node<'_>>) -> Vec<DashboardLink> {
    let list = list.map_or(&[][..], Node::items).iter();
    let list = list.map(|link| {
        let tags = link.get("tags").map_or(&[][..], Node::items).iter();
        let to = match link.text(&["type"]) {
            "dashboards" => DashboardLinkTarget::Tagged(
                tags.filter_map(|tag| tag.as_text().map(str::to_owned))
                    .collect(),
            ),
            _ => DashboardLinkTarget::Url(link.text(&["url"]).to_owned()),
        };
        DashboardLink {
            title: link.text(&["title"]).to_owned(),
            to,
            tooltip: link.text(&["tooltip"]).to_owned(),
            keep_variables: link
                .get("includeVars")
                .and_then(Node::as_bool)
                .unwrap_or_default(),
            new_tab: link
                .get("targetBlank")
                .and_then(Node::as_bool)
                .unwrap_or_default(),
            json: Patch::default(),
        }
    });
    list.collect()
}
