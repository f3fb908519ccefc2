//! `obsctl promql`

use std::time::Duration;

use clap::{Args, ValueEnum};
use obsctl_model::Origin;
use obsctl_promql::eval::{Engine, EvalError, Level, Options, Output, Storage};
use obsctl_promql::{Dialect, Expr, Span, parse_with, typecheck};

use crate::cli::findings::counted;
use crate::cli::online::duration;
use crate::cli::paths::kept;
use crate::cli::{CLEAN, CommandError, FAILED, Obstacle, Terminal, Workspace};
use crate::diagnostic::render::{Style, human};
use crate::diagnostic::{Diagnostic, Severity};
use crate::evaluate;
use crate::live::{self, Address};
use crate::read::File;

const EXAMPLES: &str = "\
Examples:
  obsctl promql 'sum by (code) (http_requests_total)' metrics.txt
  obsctl promql 'rate(http_requests_total[1m])' http://localhost:8000/metrics --for 2m --every 5s
  obsctl promql 'rate(errors_total[5m]) > 1' errors.series --step 1m

A source is what a service exposes (a file, or a URL that is asked now), or a file that writes series down:

  load 1m
    errors_total{job=\"api\"} 0+30x10 300x20

Times are counted from the first sample.

Exit status:
  0  evaluated, whatever the result
  2  the query or a source is wrong";

/// Evaluate a PromQL query over what a service exposes, or over series in a file
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PromqlCommand {
    /// The query
    #[arg(value_name = "QUERY")]
    query: String,
    /// Where the series come from: files and URLs
    #[arg(value_name = "FILE|URL")]
    sources: Vec<String>,
    /// When it is evaluated, counted from the first sample [default: at the last sample]
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "step")]
    at: Option<Duration>,
    /// Evaluate at every step instead of once
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    step: Option<Duration>,
    /// The first step, counted from the first sample
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "step")]
    from: Option<Duration>,
    /// The last step, counted from the first sample [default: at the last sample]
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "step")]
    to: Option<Duration>,
    /// How long URLs are asked again and again
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    watch: Option<Duration>,
    /// How often they are asked
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    every: Duration,
    /// How the result is shown [default: a chart with `--step`, a table without]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each series, or for each of its points
    Table,
    /// Lines over time
    Chart,
    /// As Prometheus' API gives it
    Json,
}

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl PromqlCommand {
    pub(super) fn run(
        &self,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let parsed = parse_with(&self.query, Dialect::Prometheus);
        let wrong = parsed
            .errors
            .iter()
            .map(|error| (error.span, error.message.clone()));
        let mut wrong: Vec<_> = wrong.collect();
        if wrong.is_empty() {
            let (_, errors) = typecheck(&parsed.expr);
            wrong.extend(errors.into_iter().map(|error| (error.span, error.message)));
        }
        if !wrong.is_empty() {
            let wrong = wrong
                .into_iter()
                .map(|(span, message)| self.finding(span, message));
            return refuse(&wrong.collect::<Vec<_>>(), terminal);
        }
        let (storage, problems) = self.storage(workspace)?;
        if !problems.is_empty() {
            return refuse(&problems, terminal);
        }
        let (first, last) = storage.time_range().unwrap_or_default();
        let (start, end) = match (self.step, self.at) {
            (Some(_), _) => (
                first + millis(self.from.unwrap_or_default()),
                self.to.map_or(last, |to| first + millis(to)),
            ),
            (None, Some(at)) => (first + millis(at), first + millis(at)),
            (None, None) => (last, last),
        };
        match self.evaluate(&storage, &parsed.expr, start, end) {
            Ok(output) => self.show(&output, first, (start, end), terminal),
            Err(error) => refuse(&[self.finding(error.span, error.message)], terminal),
        }
    }

    fn evaluate(
        &self,
        storage: &Storage,
        expr: &Expr,
        start: i64,
        end: i64,
    ) -> Result<Output, EvalError> {
        let engine = Engine::new(Options::default());
        match self.step {
            Some(step) => engine.range(storage, expr, start, end, millis(step)),
            None => engine.instant(storage, expr, end),
        }
    }

    /// The series of all sources, and what could not be read.
    fn storage(&self, workspace: &Workspace) -> Result<(Storage, Vec<Diagnostic>), CommandError> {
        let mut storage = Storage::new();
        let mut problems = vec![];
        let mut add = |source: &str, text: &str, instance: Option<&str>, time: i64| {
            let page = File {
                path: kept(source),
                text,
            };
            problems.extend(evaluate::exposed(&mut storage, page, instance, time));
        };
        let mut written = None;
        for source in &self.sources {
            if source.starts_with("http://") || source.starts_with("https://") {
                let address = Address::parse(source).map_err(|reason| {
                    Obstacle::new(
                        format!("`{source}` is {reason}"),
                        "give a URL such as `http://localhost:8000/metrics`",
                    )
                })?;
                let whole = self.watch.unwrap_or_default();
                let answers =
                    live::scrapes(&address, PATIENCE, self.every, whole).map_err(|trouble| {
                        Obstacle::new(trouble, "start the service, or give its metrics as a file")
                    })?;
                let instance = instance(source);
                for (time, text) in answers {
                    add(source, &text, Some(instance), time);
                }
                continue;
            }
            let text = workspace.read(source)?.ok_or_else(|| {
                Obstacle::new(
                    format!("there is no `{source}`"),
                    "sources are files and URLs of metrics",
                )
            })?;
            if !evaluate::is_script(&text) {
                add(source, &text, None, 0);
                continue;
            }
            if self.sources.len() > 1 {
                return Err(Obstacle::new(
                    format!("`{source}` writes series down, and is not the only source"),
                    "its times begin in 1970: evaluate it by itself",
                )
                .into());
            }
            written = Some(evaluate::script(&text).map_err(|(line, reason)| {
                Obstacle::new(
                    format!("`{source}`, line {line}: {reason}"),
                    "write `load 1m`, and series such as `up{job=\"api\"} 1x10` below it",
                )
            })?);
        }
        Ok((written.unwrap_or(storage), problems))
    }

    fn finding(&self, span: Span, message: String) -> Diagnostic {
        let of = Diagnostic {
            check: "query",
            severity: Severity::Error,
            ..Diagnostic::new("the query", Origin::none(), message)
        };
        of.underline(&self.query, span.range(), "")
    }

    fn show(
        &self,
        output: &Output,
        first: i64,
        (start, end): (i64, i64),
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let usual = if self.step.is_some() {
            Format::Chart
        } else {
            Format::Table
        };
        let data = &output.data;
        match self.format.unwrap_or(usual) {
            Format::Json => {
                let shown = evaluate::json(data, &output.annotations, &self.query, end);
                writeln!(terminal.out, "{shown:#}")?;
                return Ok(CLEAN);
            }
            Format::Chart => match evaluate::chart(data, start, end) {
                Some(chart) => write!(terminal.out, "{chart}")?,
                None => write!(terminal.out, "{}", evaluate::table(data, first))?,
            },
            Format::Table => write!(terminal.out, "{}", evaluate::table(data, first))?,
        }
        for annotation in output.annotations.iter() {
            let word = match annotation.level {
                Level::Warning => "warning",
                Level::Info => "note",
            };
            writeln!(terminal.err, "{word}: {}", annotation.text(&self.query))?;
        }
        if evaluate::count(data) == 0 {
            writeln!(terminal.err, "no series")?;
        } else if self.format == Some(Format::Table) {
            writeln!(terminal.err, "{}", counted(evaluate::count(data), "result"))?;
        }
        Ok(CLEAN)
    }
}

/// Shows what is wrong, and gives up.
fn refuse(problems: &[Diagnostic], terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
    let style = Style {
        color: true,
        ..Style::default()
    };
    write!(terminal.err, "{}", human(problems, &|_| None, style))?;
    Ok(FAILED)
}

/// The host and port of a URL, which Prometheus puts on every series as its `instance`.
fn instance(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.rsplit('@').next().unwrap_or(host)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
