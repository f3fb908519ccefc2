//! Where everything is.

use std::io::{self, Write};

use serde::Serialize;

use super::Values;
use crate::cli::Obstacle;
use crate::generate::targets::compose::{Published, published, settings};
use crate::project::{Component, Project};

/// Something that can be opened.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct Address {
    /// The container it leads to.
    pub(in crate::cli) container: String,
    /// What is there.
    pub(in crate::cli) title: String,
    /// Its URL.
    pub(in crate::cli) url: String,
}

/// All that the machine reaches: Grafana first, as people do.
pub(in crate::cli) fn addresses(
    project: &Project,
    values: &Values,
) -> Result<Vec<Address>, Obstacle> {
    let mut published = published(project);
    published.sort_by_key(|one| one.container != Component::Grafana.name());
    let address = |one: Published| {
        let port = values.port(&one)?;
        Ok(Address {
            url: format!("{}://localhost:{port}", one.scheme),
            container: one.container,
            title: one.title,
        })
    };
    published.into_iter().map(address).collect()
}

/// Shows them with the login, if one is needed.
pub(in crate::cli) fn show(
    addresses: &[Address],
    values: &Values,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = addresses.iter().map(|one| one.url.len()).max().unwrap_or(0);
    for one in addresses {
        let login = if one.container == Component::Grafana.name() {
            format!("; {}", login(values))
        } else {
            String::new()
        };
        writeln!(out, "  {:width$}  {}{login}", one.url, one.title)?;
    }
    Ok(())
}

/// A password that somebody chose is not shown.
fn login(values: &Values) -> String {
    let password = settings::grafana_admin_password();
    let shown = if values.get(&password) == password.default {
        format!("password `{}`", password.default)
    } else {
        format!("password as in `{}`", password.name)
    };
    format!("no login for reading, user `admin` with {shown} for the rest")
}
