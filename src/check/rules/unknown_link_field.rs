//! `unknown-link-field`

use std::collections::BTreeSet;

use obsctl_model::dashboard::{Expression, Link, LinkTarget, Panel};
use obsctl_model::prelude::*;
use obsctl_model::{
    FieldKind, LogCatalog, LogField, Origin, ProvisionedDatasource, SignalLink, SpanCatalog, Taken,
};
use regex_automata::meta::Regex;

use super::unknown_log_field::{as_label, is_of_others};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{TRACE_ID, subject};

/// A link that takes what no log line and no span has.
pub static CHECK: Check = Check {
    name: "unknown-link-field",
    severity: Severity::Warning,
    docs: "\
A link from logs to traces or from traces to logs takes a field, a label or an attribute that the catalog does not declare:
the derived fields of Loki's datasource, the tags of Tempo's, and links of panels that show log lines.

## Why it matters

Grafana shows a link only where it finds what the link takes. In an incident the way from the log line to its trace is missing,
and nobody sees that it should be there.

## How to fix it

Correct the name, or declare the field. The datasources that obsctl generates lead from a line to its trace by the field
`trace_id`: where spans are declared, log lines need it.
",
    run: Run::Once(run),
    fires: || linked("trace"),
    silent: || linked("trace_id"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let project = input.project;
    let stack = project.stack();
    let logs = Lines::of(&stack.logs);
    let spans = attributes(&stack.spans);
    if project.knows().ours && !logs.fields.is_empty() && !spans.is_empty() && !logs.have(TRACE_ID)
    {
        let event = stack.logs.events.first();
        let origin = event.map_or(Origin::none(), |event| event.origin);
        let message =
            format!("no log line has the field `{TRACE_ID}`, by which lines lead to traces");
        findings.push(
            Diagnostic::new("log catalog", origin, message).help("declare it as a standard field"),
        );
    }
    for datasource in &stack.datasources {
        for link in &datasource.links {
            let found = match &link.takes {
                Taken::LogField(regex) => logs.unnamed(regex),
                Taken::LogText(regex) => logs.unmatched(regex),
                Taken::Attributes(tags) => {
                    let to_logs = stack
                        .datasources
                        .iter()
                        .any(|one| one.uid == link.to && one.plugin == "loki");
                    unknown_tag(tags, &spans, to_logs.then_some(&logs.labels))
                }
                Taken::Nothing => None,
            };
            if let Some((message, help)) = found {
                let found = Diagnostic::new(subject::link(datasource, link), link.origin, message);
                findings.push(found.help(help));
            }
        }
    }
    if logs.fields.is_empty() {
        return;
    }
    for dashboard in project.dashboards() {
        for panel in dashboard
            .panels()
            .filter(|panel| shows_lines(panel, &stack.logs))
        {
            let made = made(panel);
            for name in panel.all_links().flat_map(taken) {
                if !logs.have(&name)
                    && !made.contains(&name)
                    && !OF_EVERY_LINE.contains(&name.as_str())
                {
                    let message = format!("a link takes `{name}`, which no log line has");
                    findings.push(
                        Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message)
                            .did_you_mean(&name, logs.names()),
                    );
                }
            }
        }
    }
}

/// What log lines have.
struct Lines {
    /// Fields, as labels are written.
    fields: BTreeSet<String>,
    /// Labels of streams.
    labels: BTreeSet<String>,
    /// A line with every field, in each form that lines are written in.
    samples: [String; 3],
}

impl Lines {
    fn of(catalog: &LogCatalog) -> Self {
        let all = |show: fn(&LogField) -> String, between: &str| {
            catalog.fields().map(show).collect::<Vec<_>>().join(between)
        };
        Self {
            fields: catalog
                .fields()
                .map(|field| as_label(&field.name))
                .collect(),
            labels: catalog
                .stream_labels
                .iter()
                .map(|label| label.name.to_string())
                .collect(),
            samples: [
                format!(
                    "{{{}}}",
                    all(
                        |one| format!("\"{}\":{}", one.name, one.example_json()),
                        ","
                    )
                ),
                format!(
                    "{{{}}}",
                    all(
                        |one| format!("\"{}\": {}", one.name, one.example_json()),
                        ", "
                    )
                ),
                all(|one| format!("{}={}", one.name, one.example), " "),
            ],
        }
    }

    fn have(&self, name: &str) -> bool {
        self.fields.contains(&as_label(name)) || self.labels.contains(name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().chain(&self.labels).map(String::as_str)
    }

    /// Grafana takes the first label or field whose name the expression finds.
    fn unnamed(&self, regex: &str) -> Option<(String, String)> {
        let compiled = Regex::new(regex).ok().filter(|_| !self.fields.is_empty())?;
        let found = self.names().any(|name| compiled.is_match(name));
        (!found).then(|| {
            let message = format!("no log line has a label or field that `{regex}` finds");
            (message, self.instead(regex))
        })
    }

    fn unmatched(&self, regex: &str) -> Option<(String, String)> {
        // What only browsers' expressions can say is not judged.
        let compiled = Regex::new(regex).ok().filter(|_| !self.fields.is_empty())?;
        let found = self.samples.iter().any(|line| compiled.is_match(line));
        (!found).then(|| {
            let message = format!(
                "`{regex}` finds nothing in a log line that has every field of the catalog"
            );
            (message, self.instead(regex))
        })
    }

    fn instead(&self, regex: &str) -> String {
        let letters = |text: &str| text.replace(['_', '-', '.'], "").to_ascii_lowercase();
        let words = regex.split(|c: char| !c.is_alphanumeric() && !"_-.".contains(c));
        let word = letters(words.max_by_key(|word| word.len()).unwrap_or_default());
        let close = |name: &&str| {
            let name = letters(name);
            word.len() > 2 && (name.contains(&word) || word.contains(&name))
        };
        match self.names().find(close) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "name a field of the log catalog, or a label of its streams".to_owned(),
        }
    }
}

/// Attributes that spans or their resources have.
fn attributes(catalog: &SpanCatalog) -> BTreeSet<&str> {
    let own = catalog.spans.iter().flat_map(|span| &span.attributes);
    let all = own.chain(&catalog.resource);
    all.map(|one| one.name.as_str()).collect()
}

/// A link of a span asks for the attributes of `tags` as the labels beside them.
fn unknown_tag(
    tags: &[(String, String)],
    spans: &BTreeSet<&str>,
    streams: Option<&BTreeSet<String>>,
) -> Option<(String, String)> {
    let listed = |names: Vec<&str>| format!("`{}`", names.join("`, `"));
    let known = |name: &str| spans.is_empty() || spans.contains(name);
    if let Some((attribute, _)) = tags.iter().find(|(attribute, _)| !known(attribute)) {
        let help = format!("spans have {}", listed(spans.iter().copied().collect()));
        return Some((format!("no span has the attribute `{attribute}`"), help));
    }
    let streams = streams.filter(|labels| !labels.is_empty())?;
    let (_, label) = tags.iter().find(|(_, label)| !streams.contains(label))?;
    let help = format!(
        "streams have {}",
        listed(streams.iter().map(String::as_str).collect())
    );
    Some((format!("streams have no label `{label}`"), help))
}

/// Columns of any answer of Loki.
const OF_EVERY_LINE: &[&str] = &[
    "Time",
    "Line",
    "labels",
    "labelTypes",
    "timestamp",
    "body",
    "id",
    "tsNs",
];

/// Whether a panel shows the team's log lines as they come: transformations make other columns.
fn shows_lines(panel: &Panel, catalog: &LogCatalog) -> bool {
    let lines = |expression: &Expression| match expression {
        Expression::Logql(query) if query.errors().is_empty() => {
            let asked = query.expr().as_log_query();
            asked.is_some_and(|asked| !is_of_others(asked, catalog))
        }
        _ => false,
    };
    panel.transformations.is_empty()
        && !panel.queries.is_empty()
        && panel.queries.iter().all(|query| lines(&query.expression))
}

/// The labels that a panel's queries make themselves.
fn made(panel: &Panel) -> BTreeSet<String> {
    let queries = panel
        .queries
        .iter()
        .filter_map(|query| match &query.expression {
            Expression::Logql(query) => Some(query.expr()),
            _ => None,
        });
    let used = queries.flat_map(obsctl_logql::Expr::log_queries);
    let stages = used.flat_map(|used| &used.query.stages);
    stages
        .flat_map(obsctl_logql::ast::Stage::made_labels)
        .map(|name| name.text)
        .collect()
}

/// The fields and labels that a link takes: `${__data.fields.trace_id}`, `${__field.labels["trace.id"]}`.
fn taken(link: &Link) -> Vec<String> {
    let texts: Vec<&str> = match &link.to {
        LinkTarget::Url(url) => vec![url],
        LinkTarget::Dashboard { variables, .. } => {
            variables.iter().map(|(_, value)| value.as_str()).collect()
        }
        LinkTarget::Explore(explore) => vec![explore.expression.as_str()],
    };
    let after = texts.into_iter().flat_map(|text| {
        let ways = ["__data.fields", "__field.labels"];
        ways.into_iter()
            .flat_map(|way| text.split(way).skip(1))
            .collect::<Vec<_>>()
    });
    after.filter_map(named).collect()
}

/// The name at the beginning of what follows `fields`: `.name}`, `["name"]}`.
fn named(rest: &str) -> Option<String> {
    let name = match rest.strip_prefix("[\"") {
        Some(quoted) => quoted.split("\"]").next()?,
        None => rest.strip_prefix('.')?.split(['}', ':']).next()?,
    };
    // Columns are also taken by their number.
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number).then(|| name.to_owned())
}

/// The example stack with spans, and a Loki whose lines lead to traces by this field.
fn linked(field: &str) -> Stack {
    let logs = LogCatalog {
        standard_fields: vec![LogField::new(
            "trace_id",
            FieldKind::Id,
            "The trace.",
            "0af7651916cd43dd",
        )],
        ..LogCatalog::default()
    };
    example::stack()
        .logs(logs)
        .datasource(ProvisionedDatasource {
            name: "Loki".to_owned(),
            uid: "loki".to_owned(),
            plugin: "loki".to_owned(),
            links: vec![SignalLink {
                what: "derived field `Trace`".to_owned(),
                to: String::new(),
                takes: Taken::LogText(format!("{field}=(\\w+)")),
                asks: None,
                origin: Origin::none(),
            }],
            origin: Origin::none(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};
    use obsctl_model::{Attribute, SpanDef, SpanKind};

    fn messages(stack: Stack) -> Vec<String> {
        let found = findings(stack).into_iter();
        let found = found.filter(|one| one.check == CHECK.name);
        found.map(|one| one.message).collect()
    }

    /// With spans that carry `service.name`, and a stream label of this name.
    fn traced(stack: Stack) -> Stack {
        let span = SpanDef::new("GET /", SpanKind::Server, "api", "axum", "A request.");
        stack.spans(SpanCatalog {
            resource: vec![Attribute {
                name: "service.name".to_owned(),
                description: "Of the example.".to_owned(),
                example: "api".to_owned(),
            }],
            spans: vec![span],
        })
    }

    fn taking(takes: Taken) -> Stack {
        let mut stack = linked("trace_id");
        stack.datasources[0].links[0].takes = takes;
        stack
    }

    #[test]
    fn says_what_is_meant() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[unknown-link-field]: `trace=(\w+)` finds nothing in a log line that has every field of the catalog
         |
         = in: derived field `Trace` of datasource `Loki`
         = help: did you mean `trace_id`?
        "#);
        insta::assert_snapshot!(report(&CHECK, taking(Taken::LogField("^traceID$".to_owned()))), @"
        warning[unknown-link-field]: no log line has a label or field that `^traceID$` finds
         |
         = in: derived field `Trace` of datasource `Loki`
         = help: did you mean `trace_id`?
        ");
    }

    #[test]
    fn fields_are_found_by_parts_of_their_names_and_in_lines_of_any_form() {
        for takes in [
            Taken::LogField("trace".to_owned()),
            Taken::LogText(r#""trace_id":\s?"(\w+)""#.to_owned()),
            Taken::LogText(r"(?<=trace_id=)\w+".to_owned()),
            Taken::Nothing,
        ] {
            assert_eq!(messages(taking(takes.clone())), [""; 0], "{takes:?}");
        }
    }

    #[test]
    fn numbers_stand_in_lines_without_quotes() {
        let found = |regex: &str| {
            let mut stack = taking(Taken::LogText(regex.to_owned()));
            let status = LogField::new("status", FieldKind::Integer, "The answer.", "500");
            stack.logs.standard_fields.push(status);
            messages(stack)
        };
        for regex in [r#""status":\s*(\d+)"#, r"status=(\d+)"] {
            assert_eq!(found(regex), [""; 0], "{regex}");
        }
        assert_eq!(found(r#""status":"(\d+)""#).len(), 1);
    }

    #[test]
    fn tags_are_attributes_of_spans_and_labels_of_streams() {
        let tagged = |attribute: &str, label: &str| {
            let tags = vec![(attribute.to_owned(), label.to_owned())];
            let mut stack = traced(taking(Taken::Attributes(tags)));
            stack.datasources[0].links[0].to = "loki".to_owned();
            stack.logs.stream_labels = super::super::unknown_log_field::logging("{}")
                .logs
                .stream_labels;
            messages(stack)
        };
        assert_eq!(tagged("service.name", "service"), [""; 0]);
        assert_eq!(
            tagged("service", "service"),
            ["no span has the attribute `service`"]
        );
        assert_eq!(
            tagged("service.name", "app"),
            ["streams have no label `app`"]
        );
    }

    #[test]
    fn lines_lead_to_traces_by_their_id() {
        let field = LogField::new("request_id", FieldKind::Id, "The request.", "a");
        let mut stack = traced(example::stack());
        stack.logs.standard_fields = vec![field];
        let expected = "no log line has the field `trace_id`, by which lines lead to traces";
        assert_eq!(messages(stack), [expected]);
    }

    #[test]
    fn links_of_log_panels_take_fields_of_lines() {
        let with = |query: &str, url: &str| {
            let panel = logs("Lines")
                .query(logql(query))
                .data_link(Link::url("Trace", url));
            let mut stack = linked("trace_id");
            stack.dashboards = vec![example::dashboard().row("x", panel)];
            messages(stack)
        };
        let lines = r#"{service="api"} | json"#;
        for known in [
            "/explore?trace=${__data.fields.trace_id}",
            "/explore?trace=${__data.fields[\"trace_id\"]:percentencode}",
            "/explore?trace=${__data.fields[0]}&${__value.raw}",
            "/explore?line=${__data.fields.Line}",
        ] {
            assert_eq!(with(lines, known), [""; 0], "{known}");
        }
        let url = "/explore?trace=${__data.fields.traceId}";
        assert_eq!(
            with(lines, url),
            ["a link takes `traceId`, which no log line has"]
        );
        let renamed = r#"{service="api"} | json | label_format traceId=trace_id"#;
        assert_eq!(with(renamed, url), [""; 0]);
    }
}
