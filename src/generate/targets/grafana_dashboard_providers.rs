//! `provisioning/grafana/dashboards/`: where Grafana finds dashboards, one provider for each folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::generate::{Artifact, Environment, Target, yaml};
use crate::project::Project;

/// Grafana's dashboard providers.
pub static GRAFANA_DASHBOARD_PROVIDERS: Target = Target {
    name: "grafana-dashboard-providers",
    summary: "Grafana's dashboard providers: which files are shown in which folder",
    generate,
};

/// Where the file is written.
pub const PATH: &str = "provisioning/grafana/dashboards/providers.yaml";

/// The provisioning file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct File {
    /// The version of the format.
    pub api_version: u32,
    /// The providers.
    pub providers: Vec<Provider>,
}

/// Where dashboards of a folder come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Provider {
    /// Its name, unique in the file.
    pub name: String,
    /// The organisation.
    pub org_id: u32,
    /// The folder's title.
    pub folder: String,
    /// The folder's id.
    pub folder_uid: String,
    /// The kind of provider.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether dashboards stay when their file goes.
    pub disable_deletion: bool,
    /// Whether dashboards can be saved in the browser: the next start would undo it.
    pub allow_ui_updates: bool,
    /// How often files are looked at.
    pub update_interval_seconds: u32,
    /// What this kind of provider wants to know.
    pub options: Options,
}

/// What a provider of files wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The folder of files.
    pub path: String,
}

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    vec![Artifact::new(
        PATH,
        yaml::document(&file(project, environment)),
    )]
}

fn file(project: &Project, environment: Environment) -> File {
    // By uid: two folders of one uid are one folder to Grafana, whatever their titles.
    let folders: BTreeMap<_, _> = project
        .dashboards()
        .iter()
        .map(|dashboard| {
            (
                dashboard.folder.uid.as_str(),
                dashboard.folder.title.as_str(),
            )
        })
        .collect();
    let root = environment.root();
    File {
        api_version: 1,
        providers: folders
            .into_iter()
            .map(|(uid, title)| Provider {
                name: uid.to_owned(),
                org_id: 1,
                folder: title.to_owned(),
                folder_uid: uid.to_owned(),
                kind: "file".to_owned(),
                disable_deletion: false,
                allow_ui_updates: false,
                update_interval_seconds: 10,
                options: Options {
                    path: format!("{root}/dashboards/{uid}"),
                },
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::Dashboard;
    use obsctl_model::{Slug, Stack};

    use super::*;

    #[test]
    fn each_folder_has_one_provider() {
        let stack = Stack::new(Slug::from_static("test"))
            .dashboard(Dashboard::new("a", "A").folder("On call"))
            .dashboard(Dashboard::new("b", "B").folder("On call"))
            .dashboard(Dashboard::new("c", "C").folder("Product"));
        let project = Project::link(stack);
        let text = &generate(&project, Environment::Compose)[0].text;
        let read: File = yaml::read(text).unwrap();
        assert_eq!(read, file(&project, Environment::Compose));
        let places: Vec<_> = read
            .providers
            .iter()
            .map(|provider| (provider.folder.as_str(), provider.options.path.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                ("On call", "/stack/dashboards/on-call"),
                ("Product", "/stack/dashboards/product"),
            ]
        );
    }
}
