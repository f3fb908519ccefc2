//! From definitions to Grafana's JSON.

mod field;
mod legend;
mod panel;
mod patch;
mod target;
mod transform;
mod variable;

use super::grafana::{self, DatasourceRef, Element, GridPos, SCHEMA_VERSION};
use super::layout::{self, Ids};
use super::link::DashboardLinkTarget;
use super::{Annotation, Dashboard, DashboardLink, Datasource, Expression, Row};
use crate::{Promql, Unit};

/// Derives the unit of an expression from the catalog.
pub type UnitOf<'a> = &'a dyn Fn(&Promql) -> Option<Unit>;

impl Dashboard {
    /// The dashboard as Grafana's JSON has it. Panels that name no unit get what `unit_of` says about their
    /// queries.
    #[must_use]
    pub fn to_grafana(&self, unit_of: UnitOf<'_>) -> grafana::Dashboard {
        grafana::Dashboard {
            annotations: grafana::Annotations {
                list: std::iter::once(built_in())
                    .chain(self.annotations.iter().map(annotation))
                    .collect(),
            },
            description: self.description.clone(),
            editable: true,
            fiscal_year_start_month: 0,
            graph_tooltip: 1,
            id: (),
            links: self.links.iter().map(link).collect(),
            panels: self.elements(unit_of),
            preload: false,
            refresh: self.refresh.map(|r| r.to_string()).unwrap_or_default(),
            schema_version: SCHEMA_VERSION,
            tags: self.tags.clone(),
            templating: grafana::Templating {
                list: self.variables.iter().map(variable::lower).collect(),
            },
            time: grafana::TimeRange {
                from: self.time.from.clone(),
                to: self.time.to.clone(),
            },
            timepicker: grafana::TimePicker {},
            timezone: "browser".to_owned(),
            title: self.title.clone(),
            uid: self.uid.to_string(),
            version: 1,
            week_start: String::new(),
        }
    }

    fn elements(&self, unit_of: UnitOf<'_>) -> Vec<Element> {
        let mut ids = Ids::default();
        let mut elements = vec![];
        let (places, mut y) = layout::flow(&self.top, 0);
        for (panel, place) in self.top.iter().zip(places) {
            elements.push(panel::lower(panel, place, &mut ids, unit_of));
        }
        let mut elements: Vec<Element> = elements.into_iter().map(boxed).collect();
        for row in &self.rows {
            let id = ids.next(&format!("row {}", row.title));
            let (places, end) = layout::flow(&row.panels, y + 1);
            let panels: Vec<_> = row
                .panels
                .iter()
                .zip(places)
                .map(|(panel, place)| panel::lower(panel, place, &mut ids, unit_of))
                .collect();
            if row.collapsed {
                elements.push(header(row, id, y, panels));
                y += 1;
            } else {
                elements.push(header(row, id, y, vec![]));
                elements.extend(panels.into_iter().map(boxed));
                y = end;
            }
        }
        elements
    }
}

fn boxed(panel: grafana::Panel) -> Element {
    Element::Panel(Box::new(panel))
}

fn header(row: &Row, id: u32, y: u32, panels: Vec<grafana::Panel>) -> Element {
    Element::Row(grafana::Row {
        collapsed: row.collapsed,
        grid_pos: GridPos {
            h: 1,
            w: 24,
            x: 0,
            y,
        },
        id,
        panels,
        repeat: row.repeat.clone(),
        title: row.title.clone(),
        kind: "row".to_owned(),
    })
}

fn datasource(source: &Datasource) -> DatasourceRef {
    DatasourceRef {
        kind: source.kind.plugin().to_owned(),
        uid: source.uid.to_string(),
    }
}

/// What answers an expression.
fn source(expression: &Expression, chosen: Option<&Datasource>) -> DatasourceRef {
    if let Some(chosen) = chosen {
        return datasource(chosen);
    }
    let (plugin, uid) = expression.datasource();
    DatasourceRef {
        kind: plugin.to_owned(),
        uid: uid.to_owned(),
    }
}

/// Grafana's own annotations, which every dashboard lists first.
fn built_in() -> grafana::Annotation {
    grafana::Annotation {
        built_in: Some(1),
        datasource: DatasourceRef {
            kind: "grafana".to_owned(),
            uid: "-- Grafana --".to_owned(),
        },
        enable: true,
        expr: None,
        hide: Some(true),
        icon_color: "rgba(0, 211, 255, 1)".to_owned(),
        name: "Annotations & Alerts".to_owned(),
        step: None,
        tag_keys: None,
        text_format: None,
        title_format: None,
        kind: Some("dashboard".to_owned()),
    }
}

fn annotation(annotation: &Annotation) -> grafana::Annotation {
    grafana::Annotation {
        built_in: None,
        datasource: source(&annotation.expression, None),
        enable: !annotation.off,
        expr: Some(annotation.expression.as_str().to_owned()),
        hide: None,
        icon_color: annotation.color.grafana().to_owned(),
        name: annotation.name.clone(),
        step: annotation.step.map(|step| step.to_string()),
        tag_keys: (!annotation.tags.is_empty()).then(|| annotation.tags.join(",")),
        text_format: annotation.text.clone(),
        title_format: annotation.title.clone(),
        kind: None,
    }
}

fn link(link: &DashboardLink) -> grafana::DashboardLink {
    let (kind, icon, tags, url) = match &link.to {
        DashboardLinkTarget::Dashboard(_) => (
            grafana::LinkKind::Link,
            "dashboard",
            vec![],
            Some(link.href()),
        ),
        DashboardLinkTarget::Tagged(tags) => (
            grafana::LinkKind::Dashboards,
            "external link",
            tags.clone(),
            None,
        ),
        DashboardLinkTarget::Url(_) => (
            grafana::LinkKind::Link,
            "external link",
            vec![],
            Some(link.href()),
        ),
    };
    grafana::DashboardLink {
        as_dropdown: kind == grafana::LinkKind::Dashboards,
        icon: icon.to_owned(),
        include_vars: link.keep_variables,
        keep_time: !matches!(link.to, DashboardLinkTarget::Url(_)),
        tags,
        target_blank: link.new_tab,
        title: link.title.clone(),
        tooltip: link.tooltip.clone(),
        kind,
        url,
    }
}
