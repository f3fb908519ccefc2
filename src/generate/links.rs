//! Where alerts lead: pages of the stack's own Grafana, opened with the alert's labels as their variables.
//!
//! Labels are put in by the alert's template, each only where the alert has it, so that a page keeps its own
//! default for the others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use obsctl_model::dashboard::variable::Values;
use obsctl_model::{Slug, Uid};

use super::{Component, Environment};
use crate::project::{Project, runbook_pages};

/// The addresses of a project's pages.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    project: &'a Project,
    environment: Environment,
}

impl<'a> Links<'a> {
    /// The addresses in an environment.
    #[must_use]
    pub const fn new(project: &'a Project, environment: Environment) -> Self {
        Self {
            project,
            environment,
        }
    }

    /// A runbook's page, with the labels its queries ask for.
    #[must_use]
    pub fn runbook(self, id: &Slug) -> String {
        let runbooks = &self.project.stack().runbooks;
        let parameters = runbooks
            .binary_search_by(|runbook| runbook.id.cmp(id))
            .map(|found| runbook_pages::parameters(&runbooks[found]))
            .unwrap_or_default();
        self.page(
            &runbook_pages::uid(id),
            parameters
                .iter()
                .map(|label| (label.as_str(), label.as_str())),
        )
    }

    /// A dashboard, with the labels its variables are the values of.
    #[must_use]
    pub fn dashboard(self, uid: &Uid) -> String {
        let dashboards = self.project.dashboards();
        let variables = dashboards
            .binary_search_by(|dashboard| dashboard.uid.cmp(uid))
            .map_or(&[][..], |found| &dashboards[found].variables);
        self.page(
            uid,
            variables
                .iter()
                .filter_map(|variable| match &variable.values {
                    Values::LabelValues { label, .. } | Values::LogLabelValues { label, .. } => {
                        Some((variable.name.as_str(), label.as_str()))
                    }
                    _ => None,
                }),
        )
    }

    /// A page with pairs of a variable and the label it is set from.
    fn page<'b>(self, uid: &Uid, variables: impl Iterator<Item = (&'b str, &'b str)>) -> String {
        let mut url = format!(
            "{}/d/{uid}",
            self.environment.browser_url(Component::Grafana)
        );
        let mut separator = "?";
        for (variable, label) in variables {
            let _ = write!(url, "{separator}{}", parameter(variable, label));
            separator = "";
        }
        url
    }
}

/// `{{ with $labels.job }}var-job={{ . | urlquery }}&{{ end }}`
fn parameter(variable: &str, label: &str) -> String {
    format!("{{{{ with $labels.{label} }}}}var-{variable}={{{{ . | urlquery }}}}&{{{{ end }}}}")
}

/// What an address becomes for an alert with these labels: the same as the template gives.
#[must_use]
pub fn expand(url: &str, labels: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once("{{ with $labels.") {
        let Some((label, (body, next))) = after
            .split_once(" }}")
            .and_then(|(label, after)| Some((label, after.split_once("{{ end }}")?)))
        else {
            break;
        };
        expanded.push_str(before);
        if let Some(value) = labels.get(label).filter(|value| !value.is_empty()) {
            expanded.push_str(&body.replace("{{ . | urlquery }}", &escape(value)));
        }
        rest = next;
    }
    expanded.push_str(rest);
    expanded
}

/// A value in a query, as Go writes it.
fn escape(value: &str) -> String {
    let mut escaped = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            byte => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::{Dashboard, variable};
    use obsctl_model::prelude::*;

    use super::*;

    metrics! {
        family "API", owner "x", exposed_by Exposer::Service("api".into());
        /// Requests.
        pub counter Requests("requests_total") { tenant_id: Tenant }
    }

    labels! {
        unbounded Tenant, budget 500, like "acme";
    }

    fn project() -> Project {
        Project::link(
            Stack::new(Slug::from_static("test"))
                .runbook(
                    Runbook::new(Slug::from_static("down"), "Down", "It is down")
                        .step("Look", promql(r#"up{job=~"$job"}"#))
                        .then(logql(r#"{job=~"$job"} | path=~"$path""#)),
                )
                .runbook(Runbook::new(Slug::from_static("plain"), "Plain", "x"))
                .dashboard(
                    Dashboard::new("tenant", "Tenant")
                        .variable(variable::query("tenant", label_values(Requests::tenant_id))),
                ),
        )
    }

    #[test]
    fn pages_take_the_labels_they_ask_for() {
        let project = project();
        let links = Links::new(&project, Environment::Compose);
        assert_eq!(
            links.runbook(&Slug::from_static("down")),
            "http://localhost:3000/d/runbook-down?{{ with $labels.job }}var-job={{ . | urlquery }}&{{ end }}\
             {{ with $labels.path }}var-path={{ . | urlquery }}&{{ end }}"
        );
        assert_eq!(
            links.runbook(&Slug::from_static("plain")),
            "http://localhost:3000/d/runbook-plain"
        );
        assert_eq!(
            links.dashboard(&Uid::from_static("tenant")),
            "http://localhost:3000/d/tenant?{{ with $labels.tenant_id }}var-tenant={{ . | urlquery }}&{{ end }}"
        );
        assert_eq!(
            links.dashboard(&Uid::from_static("elsewhere")),
            "http://localhost:3000/d/elsewhere"
        );
    }

    #[test]
    fn labels_are_put_in_where_the_alert_has_them() {
        let project = project();
        let url = Links::new(&project, Environment::Compose).runbook(&Slug::from_static("down"));
        let labels = BTreeMap::from([("path".to_owned(), "/a b/{id}".to_owned())]);
        assert_eq!(
            expand(&url, &labels),
            "http://localhost:3000/d/runbook-down?var-path=%2Fa+b%2F%7Bid%7D&"
        );
    }
}
