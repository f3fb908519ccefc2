//! Links: from a dashboard, a panel or a value to somewhere else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::explore::{Chosen, encode};
use super::{Explore, Patch};
use crate::Uid;

/// A link of a panel or of a value in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What it says.
    pub title: String,
    /// Where it leads.
    pub to: LinkTarget,
    /// Whether it opens beside the dashboard.
    #[serde(default)]
    pub new_tab: bool,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkTarget {
    /// A dashboard of the stack, at the time shown.
    Dashboard {
        /// Its uid.
        uid: Uid,
        /// Its variables and what they are set to: `${__field.labels.path}`, `$tenant`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        variables: Vec<(String, String)>,
    },
    /// A query in Explore.
    Explore(Explore),
    /// Any address; Grafana's variables are filled in.
    Url(String),
}

impl Link {
    /// To a dashboard of the stack, by its uid.
    ///
    /// # Panics
    /// When `uid` is not a Grafana uid.
    #[track_caller]
    #[must_use]
    pub fn dashboard(title: impl Into<String>, uid: &'static str) -> Self {
        Self::dashboard_uid(title, Uid::from_static(uid))
    }

    /// To a dashboard whose uid was computed.
    #[must_use]
    pub fn dashboard_uid(title: impl Into<String>, uid: Uid) -> Self {
        Self::new(
            title,
            LinkTarget::Dashboard {
                uid,
                variables: vec![],
            },
        )
    }

    /// To a query in Explore: [`Explore::logs`], [`Explore::traces`], [`Explore::metrics`].
    #[must_use]
    pub fn explore(title: impl Into<String>, explore: Explore) -> Self {
        Self::new(title, LinkTarget::Explore(explore))
    }

    /// To any address.
    #[must_use]
    pub fn url(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(title, LinkTarget::Url(url.into()))
    }

    fn new(title: impl Into<String>, to: LinkTarget) -> Self {
        Self {
            title: title.into(),
            to,
            new_tab: false,
        }
    }

    /// Sets a variable of the dashboard it leads to. A value can name what was clicked:
    /// `${__field.labels.path}`, `${__data.fields.tenant}`, `$tenant`. Only dashboards have variables: a link
    /// to Explore has them in its query, any other in its address.
    #[must_use]
    pub fn set(mut self, variable: impl Into<String>, value: impl Into<String>) -> Self {
        if let LinkTarget::Dashboard { variables, .. } = &mut self.to {
            variables.push((variable.into(), value.into()));
        }
        self
    }

    /// Opens beside the dashboard.
    #[must_use]
    pub fn new_tab(mut self) -> Self {
        self.new_tab = true;
        self
    }
}

/// A link at the top of a dashboard. It keeps the time shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DashboardLink {
    /// What it says.
    pub title: String,
    /// Where it leads.
    pub to: DashboardLinkTarget,
    /// Shown when the pointer rests on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tooltip: String,
    /// Whether variables of the same name keep their values.
    #[serde(default)]
    pub keep_variables: bool,
    /// Whether it opens beside the dashboard.
    #[serde(default)]
    pub new_tab: bool,
    /// What only Grafana's JSON can say: laid over what is generated.
    #[serde(default, skip_serializing_if = "Patch::is_empty")]
    pub json: Patch,
}

/// Where a link at the top of a dashboard leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DashboardLinkTarget {
    /// A dashboard of the stack.
    Dashboard(Uid),
    /// A menu of all dashboards with these tags.
    Tagged(Vec<String>),
    /// Any address.
    Url(String),
}

impl DashboardLink {
    /// To a dashboard of the stack, by its uid; variables of the same name keep their values.
    ///
    /// # Panics
    /// When `uid` is not a Grafana uid.
    #[track_caller]
    #[must_use]
    pub fn to(title: impl Into<String>, uid: &'static str) -> Self {
        Self::to_uid(title, Uid::from_static(uid))
    }

    /// To a dashboard whose uid was computed.
    #[must_use]
    pub fn to_uid(title: impl Into<String>, uid: Uid) -> Self {
        Self {
            keep_variables: true,
            ..Self::new(title, DashboardLinkTarget::Dashboard(uid))
        }
    }

    /// A menu of all dashboards with this tag.
    #[must_use]
    pub fn tagged(title: impl Into<String>, tag: impl Into<String>) -> Self {
        Self {
            keep_variables: true,
            ..Self::new(title, DashboardLinkTarget::Tagged(vec![tag.into()]))
        }
    }

    /// To any address.
    #[must_use]
    pub fn url(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            new_tab: true,
            ..Self::new(title, DashboardLinkTarget::Url(url.into()))
        }
    }

    fn new(title: impl Into<String>, to: DashboardLinkTarget) -> Self {
        Self {
            title: title.into(),
            to,
            tooltip: String::new(),
            keep_variables: false,
            new_tab: false,
            json: Patch::default(),
        }
    }

    /// Shown when the pointer rests on it.
    #[must_use]
    pub fn tooltip(mut self, tooltip: impl Into<String>) -> Self {
        self.tooltip = tooltip.into();
        self
    }

    /// Variables of the same name keep their values.
    #[must_use]
    pub fn keep_variables(mut self) -> Self {
        self.keep_variables = true;
        self
    }

    /// Lays more of Grafana's JSON over what is generated: `null` takes a key away.
    ///
    /// # Panics
    /// When it is no JSON object.
    #[track_caller]
    #[must_use]
    pub fn json(mut self, json: serde_json::Value) -> Self {
        self.json.add(json);
        self
    }

    /// Opens beside the dashboard.
    #[must_use]
    pub fn new_tab(mut self) -> Self {
        self.new_tab = true;
        self
    }
}

impl DashboardLink {
    /// The address without the time and variables that Grafana adds; empty for a menu by tag.
    #[must_use]
    pub fn href(&self) -> String {
        match &self.to {
            DashboardLinkTarget::Dashboard(uid) => format!("/d/{uid}"),
            DashboardLinkTarget::Tagged(_) => String::new(),
            DashboardLinkTarget::Url(url) => url.clone(),
        }
    }
}

impl Link {
    /// The address, relative to Grafana's root where it leads to Grafana.
    #[must_use]
    pub fn href(&self) -> String {
        match &self.to {
            LinkTarget::Dashboard { uid, variables } => {
                let mut url = format!("/d/{uid}?${{__url_time_range}}");
                for (variable, value) in variables {
                    url.push('&');
                    // All chosen values of a variable, each as a parameter of its own.
                    if *value == format!("${variable}") || *value == format!("${{{variable}}}") {
                        url.push_str(&format!("${{{variable}:queryparam}}"));
                    } else {
                        url.push_str(&format!("var-{variable}={}", encode(value, Chosen::One)));
                    }
                }
                url
            }
            LinkTarget::Explore(explore) => explore.href(),
            LinkTarget::Url(url) => url.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_dashboard_keeps_time_and_sets_variables() {
        let link = Link::dashboard("Tenant", "tenant")
            .set("tenant", "$tenant")
            .set("path", "${__field.labels.path}")
            .set("mode", "a b");
        assert_eq!(
            link.href(),
            "/d/tenant?${__url_time_range}&${tenant:queryparam}&var-path=${__field.labels.path:percentencode}&var-mode=a%20b"
        );
    }
}
