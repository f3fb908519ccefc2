//! Where engines find secrets: always in files, because Alertmanager expands no environment variables.
//! A secret's value is never part of an output.

use std::collections::BTreeSet;

use obsctl_model::{Channel, Secret};

use super::Environment;
use crate::project::Project;

/// Where containers find the files of the `secrets` folder beside the compose file.
pub const FILES: &str = "/run/secrets";

/// Where containers find the values that compose takes from the environment.
pub const VARIABLES: &str = "/run/environment";

/// Where all of them lie on one machine, relative to the output folder.
pub const HOST: &str = "./secrets";

/// The file that holds a secret. A path outside of [`FILES`] is the team's own affair and stays as it is.
#[must_use]
pub fn path(secret: &Secret, environment: Environment) -> String {
    match (secret, environment) {
        (Secret::File(path), Environment::Compose) => path.clone(),
        (Secret::File(path), Environment::Host) => match path.strip_prefix(FILES) {
            Some(rest) if rest.starts_with('/') => format!("{HOST}{rest}"),
            _ => path.clone(),
        },
        (Secret::Env(name), Environment::Compose) => format!("{VARIABLES}/{name}"),
        (Secret::Env(name), Environment::Host) => format!("{HOST}/{name}"),
    }
}

/// All secrets of a project: names of files in the `secrets` folder, and names of environment variables.
#[must_use]
pub fn names(project: &Project) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut files = BTreeSet::new();
    let mut variables = BTreeSet::new();
    let receivers = project
        .stack()
        .routing
        .iter()
        .flat_map(|routing| &routing.receivers);
    for channel in receivers.flat_map(|receiver| &receiver.channels) {
        let secret = match channel {
            Channel::Webhook { .. } => None,
            Channel::Email { password, .. } => password.as_ref(),
            Channel::Slack { webhook_url, .. } => Some(webhook_url),
            Channel::Pagerduty { routing_key } => Some(routing_key),
        };
        match secret {
            Some(Secret::File(path)) => {
                if let Some(name) = path
                    .strip_prefix(FILES)
                    .and_then(|rest| rest.strip_prefix('/'))
                {
                    files.insert(name.to_owned());
                }
            }
            Some(Secret::Env(name)) => {
                variables.insert(name.clone());
            }
            None => {}
        }
    }
    (files, variables)
}
