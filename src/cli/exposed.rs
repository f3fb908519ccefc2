//! Metrics that exist, from wherever somebody says they are: pages as files and URLs, catalogs, ready catalogs.

use std::time::Duration;

use obsctl_model::TelemetryCatalog;

use super::paths::kept;
use super::{CommandError, Obstacle, Workspace};
use crate::catalogs;
use crate::diagnostic::{Diagnostic, nearest};
use crate::live::{self, Address};
use crate::read::{self, File};

/// How long a service may take to say what it exposes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Metrics that somebody says exist. Where there are none, what is built on them cannot be judged.
pub(super) fn known(
    source: &str,
    workspace: &Workspace,
) -> Result<(TelemetryCatalog, Vec<Diagnostic>), CommandError> {
    // The metrics of ready catalogs are known anyway: naming one says that there are no others.
    if catalogs::find(source).is_some() {
        return Ok((TelemetryCatalog::default(), vec![]));
    }
    if !workspace.exists(source)
        && let Some(near) = nearest(source, catalogs::READY.iter().map(|ready| ready.name))
    {
        let help = format!("did you mean the catalog `{near}`?");
        return Err(Obstacle::new(format!("there is no `{source}`"), help).into());
    }
    let (catalog, problems) = metrics(source, workspace)?;
    if !is_empty(&catalog) {
        return Ok((catalog, problems));
    }
    let what = format!("there are no metrics in `{source}`");
    Err(match problems.first() {
        Some(problem) => Obstacle::new(
            format!("{what}: {}", problem.message),
            problem.help.join("; "),
        ),
        None => Obstacle::new(what, PAGES),
    }
    .into())
}

/// Whether nothing is declared in a catalog.
pub(super) fn is_empty(catalog: &TelemetryCatalog) -> bool {
    let families = &catalog.metrics;
    let rest = TelemetryCatalog {
        metrics: vec![],
        ..catalog.clone()
    };
    families.iter().all(|family| family.metrics.is_empty()) && rest == TelemetryCatalog::default()
}

const PAGES: &str =
    "name a page of metrics as file or URL (`http://localhost:8000/metrics`), or a catalog file";

/// The metrics of one page or catalog, and what could not be read of it.
pub(super) fn metrics(
    source: &str,
    workspace: &Workspace,
) -> Result<(TelemetryCatalog, Vec<Diagnostic>), CommandError> {
    let is_url = source.starts_with("http://") || source.starts_with("https://");
    let text = if is_url {
        let refused = |reason| CommandError::Address {
            flag: "metrics",
            reason,
        };
        let address = Address::parse(source).map_err(refused)?;
        live::page(&address, PATIENCE).map_err(|trouble| {
            Obstacle::new(
                trouble,
                "look at the address and the service, or give its metrics as a file",
            )
        })?
    } else if workspace.is_folder(source) {
        return Err(Obstacle::new(format!("`{source}` is a folder"), PAGES).into());
    } else {
        let absent = || Obstacle::new(format!("there is no `{source}`"), PAGES);
        workspace.read(source)?.ok_or_else(absent)?
    };
    let file = File {
        path: kept(source),
        text: &text,
    };
    if !is_url
        && (source.ends_with(".yml") || source.ends_with(".yaml") || source.ends_with(".json"))
    {
        let mut found = read::file(file);
        let mut all = TelemetryCatalog::default();
        for catalog in found.catalogs {
            all.append(catalog);
        }
        found.problems.append(&mut found.unread);
        return Ok((all, found.problems));
    }
    let (family, problems) = read::exposition(file);
    let catalog = TelemetryCatalog {
        metrics: vec![family],
        ..TelemetryCatalog::default()
    };
    Ok((catalog, problems))
}
