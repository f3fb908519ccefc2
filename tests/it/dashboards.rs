//! What has to hold for every generated dashboard, whatever is on it.

use std::collections::BTreeSet;

use obsctl::generate::{self, ArtifactSet, Environment};
use obsctl::model::dashboard::grafana::{Dashboard, Element, Panel, read_strict};
use obsctl::project::Project;

fn generated() -> ArtifactSet {
    generate::run(&Project::link(obsctl_stack::stack()), Environment::Compose)
}

/// Path, text and content of every dashboard.
fn dashboards(artifacts: &ArtifactSet) -> Vec<(&str, &str, Dashboard)> {
    let files = artifacts.iter();
    let files = files.filter(|(path, _)| path.starts_with("dashboards/"));
    files
        .map(|(path, text)| {
            let read = read_strict(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path, text, read)
        })
        .collect()
}

/// All panels, those of collapsed rows included.
fn panels(dashboard: &Dashboard) -> Vec<&Panel> {
    let elements = dashboard.panels.iter();
    elements
        .flat_map(|element| match element {
            Element::Panel(panel) => vec![&**panel],
            Element::Row(row) => row.panels.iter().collect(),
        })
        .collect()
}

#[test]
fn what_is_written_reads_back_the_same() {
    let artifacts = generated();
    let dashboards = dashboards(&artifacts);
    assert!(dashboards.len() > 8, "{}", dashboards.len());
    for (path, text, read) in &dashboards {
        assert_eq!(read.to_json(), *text, "{path}");
    }
}

#[test]
fn ids_are_unique() {
    let artifacts = generated();
    let mut uids = BTreeSet::new();
    for (path, _, dashboard) in dashboards(&artifacts) {
        assert!(uids.insert(dashboard.uid.clone()), "{path}");
        let mut ids = BTreeSet::new();
        for element in &dashboard.panels {
            if let Element::Row(row) = element {
                assert!(ids.insert(row.id), "{path}: row {}", row.title);
            }
        }
        for panel in panels(&dashboard) {
            assert!(ids.insert(panel.id), "{path}: {}", panel.title);
        }
    }
}

#[test]
fn links_to_dashboards_lead_somewhere() {
    let artifacts = generated();
    let dashboards = dashboards(&artifacts);
    let uids: BTreeSet<_> = dashboards.iter().map(|(_, _, d)| d.uid.as_str()).collect();
    let mut followed = 0;
    for (path, text, _) in &dashboards {
        for link in text.split("\"/d/").skip(1) {
            let uid = link
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                .next()
                .unwrap();
            assert!(uids.contains(uid), "{path}: no dashboard `{uid}`");
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

#[test]
fn panels_that_ask_name_their_datasource_by_uid() {
    let artifacts = generated();
    for (path, _, dashboard) in dashboards(&artifacts) {
        for panel in panels(&dashboard)
            .into_iter()
            .filter(|panel| !panel.targets.is_empty())
        {
            let source = panel.datasource.as_ref().map(|source| source.uid.as_str());
            assert!(
                matches!(
                    source,
                    Some("prometheus" | "loki" | "tempo" | "-- Mixed --")
                ),
                "{path}: {}: {source:?}",
                panel.title
            );
        }
    }
}
