//! Which datasource answers, and so which language a query is in.

use std::collections::BTreeMap;

use super::super::node::{Node, Value};

/// What is known of the datasources of a dashboard.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The plugin that an input or a variable stands for, by its name.
    named: BTreeMap<String, String>,
}

/// A datasource as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Source<'n> {
    /// Its plugin; empty where only a name or a uid is given.
    pub(super) plugin: &'n str,
    /// Its uid, a variable, or a name; empty where none is given.
    pub(super) uid: &'n str,
}

impl Source<'_> {
    /// Whether nothing is known.
    pub(super) fn is_default(&self) -> bool {
        self.plugin.is_empty() && (self.uid.is_empty() || self.uid == "default")
    }

    /// Whether each query says itself what answers.
    pub(super) fn is_mixed(&self) -> bool {
        self.uid == "-- Mixed --" || self.plugin == "mixed"
    }
}

impl Sources {
    /// Reads the inputs of an exported dashboard, and its datasource variables.
    pub(super) fn classic(dashboard: &Node<'_>) -> Self {
        let mut named = BTreeMap::new();
        let inputs = dashboard.get("__inputs").map_or(&[][..], Node::items);
        for input in inputs
            .iter()
            .filter(|input| input.text(&["type"]) == "datasource")
        {
            let plugin = input.text(&["pluginId"]).to_owned();
            named.insert(input.text(&["name"]).to_owned(), plugin);
        }
        let variables = dashboard.path(&["templating", "list"]);
        for variable in variables.map_or(&[][..], Node::items) {
            if variable.text(&["type"]) == "datasource" {
                let plugin = variable.text(&["query"]).to_owned();
                named.insert(variable.text(&["name"]).to_owned(), plugin);
            }
        }
        Self { named }
    }

    /// Says what a variable stands for.
    pub(super) fn name(&mut self, variable: &str, plugin: &str) {
        self.named.insert(variable.to_owned(), plugin.to_owned());
    }

    /// A reference to a datasource: a name or uid, or a map of `type` and `uid`.
    pub(super) fn of<'n>(&'n self, node: Option<&'n Node<'_>>) -> Source<'n> {
        let Some(node) = node else {
            return Source::default();
        };
        let (plugin, uid) = match &node.value {
            Value::Map(_) => (node.text(&["type"]), node.text(&["uid"])),
            _ => ("", node.as_text().unwrap_or_default()),
        };
        self.resolve(plugin, uid)
    }

    /// The same from its two parts.
    pub(super) fn resolve<'n>(&'n self, plugin: &'n str, uid: &'n str) -> Source<'n> {
        let variable = obsctl_promql::variable::exact_name(uid);
        let named = variable.and_then(|name| self.named.get(name));
        let plugin = match (plugin, named) {
            ("", Some(named)) => named,
            ("datasource" | "mixed", _) | ("", None) => match uid {
                "-- Mixed --" => "mixed",
                "-- Dashboard --" => "dashboard",
                "-- Grafana --" | "grafana" => "grafana",
                "__expr__" | "-100" => "__expr__",
                _ => plugin,
            },
            (plugin, _) => plugin,
        };
        Source { plugin, uid }
    }
}
