//! What the variables of the compose file are.
#![expect(
    clippy::disallowed_methods,
    reason = "variables are read as Compose reads them"
)]

use std::collections::BTreeMap;

use obsctl_model::Setting;

use super::dotenv;
use crate::cli::{CommandError, Obstacle, Workspace};
use crate::generate::targets::compose::{Published, VARIABLES};

/// The variables: the environment goes before the file.
#[derive(Debug)]
pub(in crate::cli) struct Values {
    file: BTreeMap<String, String>,
    environment: fn(&str) -> Option<String>,
}

impl Values {
    /// Those that are set now.
    pub(in crate::cli) fn read(workspace: &Workspace) -> Result<Self, CommandError> {
        let environment = |name: &str| std::env::var(name).ok();
        let text = workspace.read(VARIABLES)?.unwrap_or_default();
        let file = dotenv::parse(&text, &environment).map_err(|(line, wrong)| {
            let help = "write `NAME=value`, one on each line";
            Obstacle::new(
                format!("failed to read `{VARIABLES}`: line {line}: {wrong}"),
                help,
            )
        })?;
        Ok(Self { file, environment })
    }

    /// The value of a setting; one that is empty is not set.
    pub(in crate::cli) fn get(&self, setting: &Setting) -> String {
        (self.environment)(&setting.name)
            .or_else(|| self.file.get(&setting.name).cloned())
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| setting.default.clone())
    }

    /// Under which port the machine reaches what is published.
    pub(in crate::cli) fn port(&self, published: &Published) -> Result<u16, Obstacle> {
        let (name, value) = (&published.setting.name, self.get(&published.setting));
        match value.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(Obstacle::new(
                format!("`{name}` is `{value}`, which is no port"),
                format!("set it to a number from 1 to 65535 in `{VARIABLES}` or the environment"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(file: &[(&str, &str)], environment: fn(&str) -> Option<String>) -> Values {
        let file = file
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Values {
            file: file.collect(),
            environment,
        }
    }

    #[test]
    fn the_environment_goes_before_the_file_and_empty_is_not_set() {
        let setting = Setting::new("A", "default", "");
        let get = |file: &[(&str, &str)], environment| values(file, environment).get(&setting);
        assert_eq!(get(&[], |_| None), "default");
        assert_eq!(get(&[("A", "file")], |_| None), "file");
        assert_eq!(get(&[("A", "file")], |_| Some("set".to_owned())), "set");
        assert_eq!(get(&[("A", "")], |_| None), "default");
        assert_eq!(get(&[("A", "file")], |_| Some(String::new())), "default");
    }
}
