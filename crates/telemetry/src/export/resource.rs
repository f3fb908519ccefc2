//! Who sends: the attributes of the resource.

use std::collections::BTreeMap;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

/// Who sends the spans and log records: the attributes of the resource. What is empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceIdentity {
    /// `service.name`
    pub name: String,
    /// `service.version`
    pub version: String,
    /// `deployment.environment`
    pub environment: String,
    /// Anything else, such as `host.name`.
    pub attributes: BTreeMap<String, String>,
}

impl ServiceIdentity {
    /// A service by name, version and environment.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        environment: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            environment: environment.into(),
            attributes: BTreeMap::new(),
        }
    }

    /// Sets an attribute of the resource by its name.
    pub fn set(&mut self, attribute: &str, value: impl Into<String>) {
        let value = value.into();
        match attribute {
            "service.name" => self.name = value,
            "service.version" => self.version = value,
            "deployment.environment" => self.environment = value,
            other => {
                self.attributes.insert(other.to_owned(), value);
            }
        }
    }

    pub(super) fn resource(&self) -> Resource {
        let known = [
            ("service.name", &self.name),
            ("service.version", &self.version),
            ("deployment.environment", &self.environment),
        ];
        let others = self.attributes.iter();
        let all = known
            .into_iter()
            .chain(others.map(|(name, value)| (name.as_str(), value)));
        let attributes = all
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| KeyValue::new(name.to_owned(), value.clone()));
        Resource::builder_empty()
            .with_attributes(attributes)
            .build()
    }
}
