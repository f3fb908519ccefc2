//! The one table of container images: a version is raised here and nowhere else.

use super::Component;

/// A container image of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub repository: &'static str,
    /// Its tag.
    pub version: &'static str,
}

/// The pinned image a component runs from; never a moving tag, so that equal definitions start equal stacks.
#[must_use]
pub const fn image(component: Component) -> Image {
    let (repository, version) = match component {
        Component::Grafana => ("grafana/grafana", "13.2.0"),
        Component::Prometheus => ("prom/prometheus", "v3.14.0"),
        Component::Alertmanager => ("prom/alertmanager", "v0.34.0"),
        Component::Loki => ("grafana/loki", "3.7.6"),
        Component::Tempo => ("grafana/tempo", "3.0.3"),
        Component::Alloy => ("grafana/alloy", "v1.18.1"),
        Component::NodeExporter => ("prom/node-exporter", "v1.12.1"),
    };
    Image {
        repository,
        version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_pinned_to_a_full_version() {
        for component in Component::ALL {
            let tag = image(component).version;
            let parts: Vec<_> = tag.trim_start_matches('v').split('.').collect();
            assert_eq!(parts.len(), 3, "{tag}");
            assert!(
                parts.iter().all(|part| part.parse::<u32>().is_ok()),
                "{tag}"
            );
        }
    }
}
