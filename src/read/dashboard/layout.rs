//! The layout of the second form: rows and tabs, in one another, of grids whose items name elements.

use obsctl_model::dashboard::panel::Repeat;
use obsctl_model::dashboard::{Dashboard, Panel, Row};

use super::super::Reader;
use super::super::node::Node;
use super::panel::{list, place, size, some};
use super::v2::Elements;

/// Puts the elements that a layout names where it says.
pub(super) fn read(
    reader: &Reader<'_>,
    layout: &Node<'_>,
    elements: &mut Elements,
    dashboard: &mut Dashboard,
) {
    let mut walk = Walk {
        reader,
        elements,
        dashboard,
        grid: 0,
    };
    walk.layout(layout, None);
}

struct Walk<'w, 's> {
    reader: &'w Reader<'s>,
    elements: &'w mut Elements,
    dashboard: &'w mut Dashboard,
    grid: u32,
}

impl Walk<'_, '_> {
    /// What stands in a layout, under the heading of what holds it.
    fn layout(&mut self, layout: &Node<'_>, around: Option<&Node<'_>>) {
        let spec = layout.get("spec").unwrap_or(layout);
        let inner = match layout.text(&["kind"]) {
            "RowsLayout" => list(spec, "rows"),
            "TabsLayout" => list(spec, "tabs"),
            _ => {
                self.grid += 1;
                if let Some(around) = around {
                    self.row(around);
                }
                return self.items(list(spec, "items"));
            }
        };
        for one in inner {
            let own = one.get("spec").unwrap_or(one);
            match own.get("layout") {
                Some(layout) => self.layout(layout, Some(one)),
                None => self.row(one),
            }
        }
    }

    fn row(&mut self, node: &Node<'_>) {
        let spec = node.get("spec").unwrap_or(node);
        let mut row = Row::new(spec.text(&["title"]), Vec::<Panel>::new());
        let closed = spec.get("collapse").or_else(|| spec.get("collapsed"));
        row.collapsed = closed.and_then(Node::as_bool).unwrap_or_default();
        row.repeat = some(spec.text(&["repeat", "value"]));
        row.origin = self.reader.source.origin(node.at);
        self.dashboard.rows.push(row);
    }

    fn items(&mut self, items: &[Node<'_>]) {
        for item in items {
            let spec = item.get("spec").unwrap_or(item);
            // The first drafts had rows among the items of a grid.
            if item.text(&["kind"]) == "GridLayoutRow" {
                self.grid += 1;
                self.row(item);
                self.items(list(spec, "elements"));
                continue;
            }
            let at = self.reader.source.origin(item.at);
            let name = spec.text(&["element", "name"]);
            let Some(mut panel) = self.elements.take(name, at) else {
                continue;
            };
            panel.repeat = some(spec.text(&["repeat", "value"])).map(|variable| Repeat {
                variable,
                per_row: None,
            });
            let place = place(Some(spec), ["x", "y", "width", "height"]);
            panel.size = place.map(size);
            if let Some(mut written) = panel.written.get().cloned() {
                written.place = place;
                written.grid = self.grid;
                panel.written = written.into();
            }
            match self.dashboard.rows.last_mut() {
                Some(row) => row.panels.push(panel),
                None => self.dashboard.top.push(panel),
            }
        }
    }
}
