//! `obsctl import`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::estate;
use crate::cli::workspace::Batch;
use crate::cli::{
    CLEAN, CommandError, FINDINGS, Obstacle, Terminal, Workspace, credentials, findings, online,
    progress,
};
use crate::import::{self, Imported};
use crate::live::{self, Asking, Peer, Progress};
use crate::online::Inventory;
use crate::read::{self, File, Found};

const EXAMPLES: &str = "\
Examples:
  obsctl import http://localhost:8000/metrics -o catalog.yml
  obsctl import metrics.prom --as rust -o src/metrics.rs
  obsctl import rules/*.yml --as rust
  obsctl import rules.yml dashboard.json -o stack.yml
  obsctl import --prometheus http://localhost:9090

Text is a catalog where only metrics are imported, and a stack otherwise: `obsctl schema` describes it. What the
definitions cannot hold is said on standard error.

Exit status:
  0  everything was imported, but for what is said
  1  something could not be read
  2  could not run";

/// Write definitions from rule files, dashboards and metrics you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// Rule files, dashboards, catalogs, and `/metrics` pages as file or URL
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
    /// Rust: `metrics!`, `RuleGroup::new(…)`
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
        for source in &self.sources {
            let found = self.source(source, workspace, &mut imported, &mut notes)?;
            problems.extend(found);
        }
        if let Some(url) = &self.prometheus {
            let family = self.learn(url, terminal)?;
            imported.catalog.metrics.push(family);
        }
        if imported.is_empty() && problems.is_empty() {
            return Err(Obstacle::new(
                "there is nothing to import",
                "sources are rule files, dashboards, catalogs, and what services expose as metrics",
            )
            .into());
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
        for note in notes {
            writeln!(terminal.err, "note: {note}")?;
        }
        if problems.is_empty() {
            return Ok(CLEAN);
        }
        findings::show(&problems, workspace, terminal.err)?;
        Ok(FINDINGS)
    }

    /// Reads a source, and says what could not be read of it.
    fn source(
        &self,
        source: &str,
        workspace: &Workspace,
        imported: &mut Imported,
        notes: &mut Vec<String>,
    ) -> Result<Vec<crate::diagnostic::Diagnostic>, CommandError> {
        let end = source.rsplit('.').next().unwrap_or_default();
        let is_url = source.starts_with("http://") || source.starts_with("https://");
        if is_url || !["yml", "yaml", "json", "rules"].contains(&end) {
            let (catalog, problems) = estate::metrics(source, workspace)?;
            imported.catalog.append(catalog);
            return Ok(problems);
        }
        let text = workspace.read(source)?.ok_or_else(|| {
            Obstacle::new(
                format!("there is no `{source}`"),
                "name files, or URLs of metrics",
            )
        })?;
        let path = estate::kept(source);
        let Found {
            groups,
            dashboards,
            datasources,
            catalogs,
            routes,
            tests,
            problems,
            others,
        } = read::file(File { path, text: &text });
        if !(routes.is_empty() && tests.is_empty() && datasources.is_empty()) {
            notes.push(format!(
                "{source}: routes, datasources and tests of rules are not imported"
            ));
        }
        if !others.is_empty() {
            notes.push(format!("{source}: holds nothing that can be imported"));
        }
        let lost = match dashboards.as_slice() {
            [] => import::document(&text),
            [one] => import::dashboard(&text, one),
            _ => {
                vec!["what its dashboards have beside what is imported was not compared".to_owned()]
            }
        };
        notes.extend(
            lost.into_iter()
                .map(|what| format!("{source}: not kept: {what}")),
        );
        imported.groups.extend(groups);
        imported.dashboards.extend(dashboards);
        for catalog in catalogs {
            imported.catalog.append(catalog);
        }
        Ok(problems)
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
            if let Some((name, why)) = all.opaque.first_key_value() {
                let what = format!("the labels of `{name}` could not be had: {why}");
                return Err(Obstacle::new(what, "give more `--timeout`").into());
            }
            Ok::<_, CommandError>(all.family(&title, &BTreeSet::new()))
        })?
    }
}
