//! `dashboards/`: Grafana's dashboards, a directory for each folder.

use std::collections::BTreeMap;

use crate::generate::{Artifact, Environment, Target};
use crate::project::Project;

/// Grafana's dashboards.
pub static GRAFANA_DASHBOARDS: Target = Target {
    name: "grafana-dashboards",
    summary: "Grafana's dashboards, a directory for each folder",
    generate,
};

/// Dashboards are the same wherever they run: they name datasources by uid, never by address.
fn generate(project: &Project, _: Environment) -> Vec<Artifact> {
    // A uid that two dashboards claim is reported by a check; here the first has it.
    let mut files = BTreeMap::new();
    for dashboard in project.dashboards() {
        let path = format!("dashboards/{}/{}.json", dashboard.folder.uid, dashboard.uid);
        files
            .entry(path)
            .or_insert_with(|| dashboard.to_json(&|query| project.unit_of(query)));
    }
    files
        .into_iter()
        .map(|(path, text)| Artifact::new(path, text))
        .collect()
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::grafana::read_strict;
    use obsctl_model::prelude::{Dashboard, promql, stat};
    use obsctl_model::{Slug, Stack};

    use super::*;

    #[test]
    fn each_dashboard_is_a_file_of_its_folder() {
        let stack = Stack::new(Slug::from_static("test"))
            .dashboard(Dashboard::new("b", "B").folder("On call"))
            .dashboard(Dashboard::new("a", "A").row("R", stat("Up").query(promql("up"))));
        let artifacts = generate(&Project::link(stack), Environment::Compose);
        let paths: Vec<_> = artifacts.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            ["dashboards/dashboards/a.json", "dashboards/on-call/b.json"]
        );
        let read = read_strict(&artifacts[0].text).unwrap();
        assert_eq!(read.to_json(), artifacts[0].text);
        assert_eq!(read.title, "A");
    }
}
