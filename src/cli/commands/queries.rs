//! `obsctl queries`

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};
use obsctl_model::Stack;
use serde_json::{Value, json};

use crate::cli::estate::Estate;
use crate::cli::findings::counted;
use crate::cli::{CLEAN, CommandError, Terminal, Workspace};
use crate::project::{Project, Usage};

const EXAMPLES: &str = "\
Examples:
  obsctl queries rules/ dashboards/
  obsctl queries dashboards/ --format json | jq '.queries[] | select(.metrics.up)'
  obsctl queries rules/ dashboards/ --format metrics-used > metrics-in-use.json

`metrics-used` is the form of `mimirtool analyze`: the names of all metrics, and which rule group or dashboard \
uses which.

Exit status:
  0  listed; what cannot be read is said on standard error
  2  could not run";

/// List every query: where it stands, and which metrics, labels and values it uses
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Queries {
    #[command(flatten)]
    estate: Estate,

    /// How they are listed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
}

/// How queries are listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One line for each, for people
    Table,
    /// One JSON document
    Json,
    /// One JSON document in the form of mimirtool
    MetricsUsed,
}

impl Queries {
    pub(super) fn run(
        &self,
        stack: impl FnOnce() -> Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = if self.estate.is_given() {
            let project = self.estate.read(&LazyCell::new(stack), workspace)?;
            for problem in project.unread() {
                let place = match problem.origin().location() {
                    Some((file, line, column)) => format!("{file}:{line}:{column}"),
                    None => problem.subject.clone(),
                };
                writeln!(terminal.err, "not read: {place}: {}", problem.message)?;
            }
            project
        } else {
            Project::link(stack())
        };
        let usages = project.usages();
        match self.format {
            Format::Table => table(&usages, terminal)?,
            Format::Json => show(
                &json!({ "queries": usages.iter().map(of).collect::<Vec<_>>() }),
                terminal,
            )?,
            Format::MetricsUsed => show(&metrics_used(&project, &usages), terminal)?,
        }
        Ok(CLEAN)
    }
}

fn show(document: &Value, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    writeln!(terminal.out, "{document:#}")?;
    Ok(())
}

fn place(usage: &Usage<'_>) -> String {
    match usage.origin.location() {
        Some((file, line, _)) => format!("{file}:{line}"),
        None => "-".to_owned(),
    }
}

fn table(usages: &[Usage<'_>], terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    for usage in usages {
        writeln!(
            terminal.out,
            "{}  {} ({})",
            place(usage),
            usage.subject,
            usage.language
        )?;
        for error in &usage.errors {
            writeln!(terminal.out, "  not read: {error}")?;
        }
        for (metric, labels) in &usage.metrics {
            let labels = labels
                .iter()
                .flat_map(|(label, how)| how.iter().map(move |how| format!("{label}{how}")));
            let labels: Vec<_> = labels.collect();
            if labels.is_empty() {
                writeln!(terminal.out, "  {metric}")?;
            } else {
                writeln!(terminal.out, "  {metric}{{{}}}", labels.join(","))?;
            }
        }
        if !usage.labels.is_empty() {
            let labels: Vec<_> = usage.labels.iter().map(String::as_str).collect();
            writeln!(terminal.out, "  labels: {}", labels.join(", "))?;
        }
    }
    let metrics: BTreeSet<_> = usages
        .iter()
        .flat_map(|usage| usage.metrics.keys())
        .collect();
    writeln!(
        terminal.out,
        "{}, {}",
        match usages.len() {
            1 => "1 query".to_owned(),
            more => format!("{more} queries"),
        },
        counted(metrics.len(), "metric")
    )?;
    Ok(())
}

fn of(usage: &Usage<'_>) -> Value {
    let (file, line, column) = match usage.origin.location() {
        Some((file, line, column)) => (json!(file), json!(line), json!(column)),
        None => (Value::Null, Value::Null, Value::Null),
    };
    json!({
        "file": file,
        "line": line,
        "column": column,
        "of": usage.subject,
        "language": usage.language,
        "query": usage.text,
        "metrics": usage.metrics,
        "labels": usage.labels,
        "errors": usage.errors,
    })
}

/// The form of `mimirtool analyze grafana` and `analyze rule-file`, both in one.
fn metrics_used(project: &Project, usages: &[Usage<'_>]) -> Value {
    let all: BTreeSet<_> = usages
        .iter()
        .flat_map(|usage| usage.metrics.keys())
        .collect();
    let mut by_owner: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<String>)> = BTreeMap::new();
    for usage in usages {
        // From the outside in: a rule's group, a panel's dashboard.
        let owner = usage
            .subject
            .rsplit(" of ")
            .next()
            .unwrap_or(&usage.subject);
        let (metrics, errors) = by_owner.entry(owner).or_default();
        metrics.extend(usage.metrics.keys().map(String::as_str));
        errors.extend(
            usage
                .errors
                .iter()
                .map(|error| format!("{}: {error}", usage.text)),
        );
    }
    let entry = |owner: &str| by_owner.get(owner).cloned().unwrap_or_default();
    let dashboards = project.dashboards().iter().filter_map(|dashboard| {
        let (metrics, errors) = entry(&format!("dashboard `{}`", dashboard.uid));
        let said = !(metrics.is_empty() && errors.is_empty());
        said.then(|| json!({ "slug": "", "uid": dashboard.uid, "title": dashboard.title, "metrics": metrics, "parse_errors": errors }))
    });
    let groups = project.groups().iter().map(|group| {
        let (metrics, errors) = entry(&format!("group `{}`", group.name));
        let namespace = group.origin.location().map_or("", |(file, ..)| file);
        json!({ "namespace": namespace, "name": group.name, "metrics": metrics, "parse_errors": errors })
    });
    json!({
        "metricsUsed": all,
        "dashboards": dashboards.collect::<Vec<_>>(),
        "ruleGroups": groups.collect::<Vec<_>>(),
    })
}
