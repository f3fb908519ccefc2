//! `obsctl import`

use std::collections::BTreeSet;
use std::mem::take;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::paths;
use crate::cli::workspace::Batch;
use crate::cli::{
    CLEAN, CommandError, FINDINGS, Obstacle, Terminal, Workspace, credentials, exposed, findings,
    online, progress,
};
use crate::import::{self, Imported};
use crate::live::{self, Asking, Peer, Progress};
use crate::online::Inventory;
use crate::read::{self, Found, LeftOut};

const EXAMPLES: &str = "\
Examples:
  obsctl import http://localhost:8000/metrics -o catalog.yml
  obsctl import metrics.prom --as rust -o src/metrics.rs
  obsctl import rules/*.yml --as rust
  obsctl import dashboards/*.json --as rust -o src/dashboards.rs
  obsctl import rules.yml dashboard.json -o stack.yml
  obsctl import slos/*.yml --as rust -o src/slos.rs
                                        SLOs of Sloth, OpenSLO or Pyrra
  obsctl import --prometheus http://localhost:9090

Text is a catalog where only metrics are imported, a list of SLOs where only those are, and a stack otherwise: \
`obsctl schema` describes it. What the vocabulary has no words for in a dashboard is kept in Grafana's own JSON. \
That, and what definitions cannot hold, is said on standard error.

Exit status:
  0  everything was imported, but for what is said
  1  something could not be read; what could is written
  2  could not run";

/// Write definitions from rule files, dashboards, SLOs and metrics you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// Rule files, dashboards, SLOs, catalogs, folders of them, and `/metrics` pages as file or URL
    #[arg(value_name = "SOURCE", required_unless_present = "prometheus")]
    sources: Vec<String>,
    /// All metrics of Prometheus, or of what answers like it
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// What is written
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = Form::Text)]
    form: Form,
    /// The file to write, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How long Prometheus may take for everything
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = online::duration)]
    timeout: Duration,
}

/// What definitions are written in.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// Rust: `metrics!`, `RuleGroup::new(…)`, `Slo::new(…)`, `Dashboard::new(…)`
    Rust,
    /// YAML of the vocabulary
    Text,
}

impl Import {
    pub(super) fn run(
        self,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let mut imported = Imported::default();
        let mut problems = vec![];
        let mut notes = vec![];
        let mut slos = Found::default();
        for source in &self.sources {
            let files = paths::folder(source, workspace)?;
            for source in files.as_deref().unwrap_or(std::slice::from_ref(source)) {
                let found = self.source(source, workspace, &mut imported, &mut notes)?;
                slos.append(found);
            }
        }
        // SLOs name what stands in other files.
        slos.settle();
        problems.append(&mut slos.problems);
        imported.slos = slos.slos;
        notes.extend(slos.left_out.iter().map(not_kept));
        if let Some(url) = &self.prometheus {
            imported.catalog.metrics.push(self.learn(url, terminal)?);
        }
        if imported.is_empty() {
            problems.append(&mut slos.unread);
        }
        if imported.is_empty() && problems.is_empty() {
            tell(&notes, terminal)?;
            return Err(Obstacle::new(
                "there is nothing to import",
                "sources are rule files, dashboards, SLOs, catalogs, and what services expose as metrics",
            )
            .into());
        }
        if imported.is_empty() {
            // Nothing could be read: what is there stays as it is.
            findings::show(&problems, workspace, terminal.err)?;
            return Ok(FINDINGS);
        }
        let text = match self.form {
            Form::Text => imported.text(),
            Form::Rust => {
                let (text, more) = imported.rust();
                notes.extend(more);
                text
            }
        };
        match &self.out {
            Some(path) => {
                let path = path.to_string_lossy().into_owned();
                workspace.apply(&Batch {
                    write: vec![(path.as_str(), text.as_str())],
                    ..Batch::default()
                })?;
            }
            None => write!(terminal.out, "{text}")?,
        }
        tell(&notes, terminal)?;
        if problems.is_empty() {
            return Ok(CLEAN);
        }
        findings::show(&problems, workspace, terminal.err)?;
        Ok(FINDINGS)
    }

    /// Reads a source. What is in it is imported, but for SLOs and what could not be read.
    fn source(
        &self,
        source: &str,
        workspace: &Workspace,
        imported: &mut Imported,
        notes: &mut Vec<String>,
    ) -> Result<Found, CommandError> {
        let end = source.rsplit('.').next().unwrap_or_default();
        let is_url = source.starts_with("http://") || source.starts_with("https://");
        if is_url || !["yml", "yaml", "json", "rules"].contains(&end) {
            let (catalog, problems) = exposed::metrics(source, workspace)?;
            if exposed::is_empty(&catalog) && problems.is_empty() {
                notes.push(format!("{source}: holds nothing that can be imported"));
            }
            if !exposed::is_empty(&catalog) {
                imported.catalog.append(catalog);
            }
            let mut found = Found::default();
            found.problems.extend(problems);
            return Ok(found);
        }
        let path = paths::kept(source);
        let read = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            (read::of_bytes(path, bytes, read::whole), text)
        };
        let (mut found, text) = workspace
            .present(source, workspace.look(source, read))?
            .ok_or_else(|| {
                Obstacle::new(
                    format!("there is no `{source}`"),
                    "name files, or URLs of metrics",
                )
            })?;
        let (groups, dashboards) = (take(&mut found.groups), take(&mut found.dashboards));
        for (there, what) in [
            (!found.alertmanagers.is_empty(), "routes"),
            (!found.datasources.is_empty(), "datasources"),
            (!found.tests.is_empty(), "tests of rules"),
        ] {
            if there {
                notes.push(format!("{source}: {what} are not imported"));
            }
        }
        if !found.others.is_empty() {
            let why = found.unread.iter().map(|one| format!(": {}", one.message));
            let why: String = why.collect();
            notes.push(format!("{source}: holds nothing that can be imported{why}"));
        }
        let lost = match dashboards.is_empty() && !found.has_slos {
            true => import::document(&text),
            false => vec![],
        };
        notes.extend(
            lost.into_iter()
                .map(|what| format!("{source}: not kept: {what}")),
        );
        imported.groups.extend(groups);
        for dashboard in dashboards {
            notes.extend(import::inputs(&dashboard).map(|what| format!("{source}: {what}")));
            imported.dashboard(dashboard);
            let raised = imported.dashboards.last();
            notes.extend(
                raised
                    .and_then(import::wordless)
                    .map(|what| format!("{source}: {what}")),
            );
        }
        for catalog in take(&mut found.catalogs) {
            imported.catalog.append(catalog);
        }
        Ok(found)
    }

    /// All metrics of an engine, with their labels.
    fn learn(
        &self,
        url: &str,
        terminal: &mut Terminal<'_>,
    ) -> Result<obsctl_model::MetricFamily, CommandError> {
        let address = credentials::address(Peer::Prometheus, "prometheus", url)?;
        let asking = Asking::within(
            self.timeout,
            self.timeout.min(Duration::from_secs(30)),
            obsctl_model::days(1),
        );
        let engine = live::Prometheus::new(&address, asking);
        let title = address.shown().to_owned();
        progress::during(terminal, |tell| {
            let doing = |what: String| tell(Progress::Doing(what));
            let all = Inventory::everything(&engine, &doing).map_err(|why| {
                Obstacle::new(why, "look at the address, or give more `--timeout`")
            })?;
            let all = online::some(all, &address, "whether anything came within a day")?;
            if let Some((name, why)) = all.opaque.first_key_value() {
                let what = format!("the labels of `{name}` could not be had: {why}");
                return Err(Obstacle::new(what, "give more `--timeout`").into());
            }
            Ok::<_, CommandError>(all.family(&title, &BTreeSet::new()))
        })?
    }
}

/// What definitions do not hold.
fn tell(notes: &[String], terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    for note in notes {
        writeln!(terminal.err, "note: {note}")?;
    }
    Ok(())
}

/// What of an SLO is in no definition, and where it stands.
fn not_kept(left_out: &LeftOut) -> String {
    let place = left_out.at.location();
    let place = place.map_or(String::new(), |(file, line, _)| format!("{file}:{line}: "));
    format!("{place}not kept: {}", left_out.what)
}
