//! Rust that declares what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use obsctl_model::{
    Alert, Domain, Duration, Exposer, MetricDef, MetricKind, RecordingRule, Rule, RuleGroup,
    RuleQuery, Severity, Unit,
};

use super::Imported;

/// The text of a module, and what it does not say.
pub(super) fn module(imported: &Imported) -> (String, Vec<String>) {
    let mut out = "use obsctl::model::prelude::*;\n".to_owned();
    let mut notes = vec![];
    metrics(imported, &mut out, &mut notes);
    rules(&imported.groups, &mut out, &mut notes);
    for dashboard in &imported.dashboards {
        notes.push(format!(
            "dashboard `{}`: dashboards are imported as text only: `--as text`",
            dashboard.uid
        ));
    }
    for event in &imported.catalog.logs.events {
        notes.push(format!(
            "log event `{}`: only metrics are imported as Rust",
            event.name
        ));
    }
    for span in &imported.catalog.spans.spans {
        notes.push(format!(
            "span `{}`: only metrics are imported as Rust",
            span.name
        ));
    }
    (out, notes)
}

fn metrics(imported: &Imported, out: &mut String, notes: &mut Vec<String>) {
    let families = &imported.catalog.metrics;
    let mut names = Names::default();
    let mut types: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut declared = String::new();
    let mut labels = String::new();
    let mut seen = BTreeSet::new();
    for metric in families.iter().flat_map(|family| &family.metrics) {
        if !seen.insert(metric.name.as_str()) {
            notes.push(format!(
                "metric `{}` is there twice: the first is kept",
                metric.name
            ));
            continue;
        }
        let Some(head) = head(metric, notes) else {
            continue;
        };
        if let Some(label) = metric
            .labels
            .iter()
            .find(|label| ["self", "super", "crate", "Self"].contains(&label.name.as_str()))
        {
            notes.push(format!(
                "metric `{}`: Rust has no name for its label `{}`; declare it by hand",
                metric.name, label.name
            ));
            continue;
        }
        for line in docs(&metric.help, "Nobody said what it measures.") {
            let _ = writeln!(declared, "    /// {line}");
        }
        let fields: Vec<_> = metric
            .labels
            .iter()
            .map(|label| {
                let name = label.name.as_str();
                let key = (name.to_owned(), format!("{:?}", label.domain));
                let of = types.entry(key).or_insert_with(|| {
                    let of = names.taken(camel(name), "Label");
                    domain(&mut labels, &of, name, &label.domain);
                    of
                });
                format!("{}: {of}", field(name))
            })
            .collect();
        let fields = match fields.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{ {} }}", fields.join(", ")),
        };
        let name = names.taken(camel(metric.name.as_str()), "Metric");
        let (kind, rest) = head;
        let _ = write!(
            declared,
            "    pub {kind} {name}({}{rest}) {fields}",
            text(metric.name.as_str())
        );
        for allow in &metric.allow {
            let _ = write!(
                declared,
                " allow({}, {})",
                text(&allow.check),
                text(&allow.reason)
            );
        }
        declared.push('\n');
    }
    if declared.is_empty() {
        return;
    }
    let title = families.first().map_or("Imported", |family| &family.title);
    let first = families.iter().flat_map(|family| &family.metrics).next();
    let owner = first.map_or("", |metric| &metric.owner);
    let exposer = match first.map(|metric| &metric.exposed_by) {
        Some(Exposer::Service(name)) => format!("Exposer::Service({}.into())", text(name)),
        Some(Exposer::Exporter(name)) => format!("Exposer::Exporter({}.into())", text(name)),
        None => "Exposer::Service(\"imported\".into())".to_owned(),
    };
    if !labels.is_empty() {
        let _ = write!(out, "\nlabels! {{\n{labels}}}\n");
    }
    let _ = write!(
        out,
        "\nmetrics! {{\n    family {}, owner {}, exposed_by {exposer};\n\n{declared}}}\n",
        text(title),
        text(owner)
    );
}

/// The kind of a declaration, and what follows the name.
fn head(metric: &MetricDef, notes: &mut Vec<String>) -> Option<(&'static str, String)> {
    let numbers = |numbers: &[f64]| {
        let numbers: Vec<_> = numbers.iter().map(|one| format!("{one:?}")).collect();
        format!(", [{}]", numbers.join(", "))
    };
    let (kind, list) = match &metric.kind {
        MetricKind::Counter => ("counter", String::new()),
        MetricKind::Gauge => ("gauge", String::new()),
        MetricKind::Unknown => {
            notes.push(format!(
                "metric `{}` says no type: it is declared as a gauge",
                metric.name
            ));
            ("gauge", String::new())
        }
        MetricKind::Histogram { buckets, native } => match (buckets.is_empty(), native) {
            (true, _) => ("native_histogram", String::new()),
            (false, false) => ("histogram", numbers(buckets)),
            (false, true) => ("dual_histogram", numbers(buckets)),
        },
        MetricKind::Summary { quantiles } if quantiles.is_empty() => {
            notes.push(format!(
                "metric `{}` is a summary without quantiles, which Rust cannot declare: it is left out",
                metric.name
            ));
            return None;
        }
        MetricKind::Summary { quantiles } => ("summary", numbers(quantiles)),
    };
    let unit = match metric.unit {
        Unit::None => String::new(),
        unit => format!(", {unit:?}"),
    };
    Some((kind, format!("{unit}{list}")))
}

fn domain(out: &mut String, of: &str, label: &str, domain: &Domain) {
    let line = match domain {
        Domain::Values(values) => {
            let mut names = Names::default();
            let variants: Vec<_> = values
                .iter()
                .map(|value| format!("{} = {}", names.taken(camel(value), "Value"), text(value)))
                .collect();
            format!(
                "    /// Values of `{label}`.\n    pub enum {of} {{ {} }}\n",
                variants.join(", ")
            )
        }
        Domain::Pattern {
            regex,
            at_most,
            example,
        } => format!(
            "    /// Values of `{label}`.\n    pub pattern {of} = {}, at_most {at_most}, like {};\n",
            text(regex),
            text(example)
        ),
        Domain::Bounded { at_most, example } => format!(
            "    /// Values of `{label}`.\n    pub bounded {of}, at_most {at_most}, like {};\n",
            text(example)
        ),
        Domain::Unbounded { budget, example } => format!(
            "    /// Values of `{label}`.\n    pub unbounded {of}, budget {budget}, like {};\n",
            text(example)
        ),
        Domain::Unknown => format!(
            "    /// Values of `{label}`: how many there are nobody said, so this is to be corrected.\n    pub bounded {of}, at_most 100, like \"\";\n"
        ),
    };
    out.push_str(&line);
}

/// Names that are given already.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// The name, or one like it that is free.
    fn taken(&mut self, name: String, otherwise: &str) -> String {
        let name = match name.as_str() {
            "" => otherwise.to_owned(),
            "Self" => format!("Self{otherwise}"),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("{otherwise}{name}"),
            _ => name,
        };
        let mut free = name.clone();
        let mut count = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{name}{count}");
            count += 1;
        }
        free
    }
}

/// `http_requests_total` as `HttpRequestsTotal`.
fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let first = word.chars().next()?;
            Some(format!("{}{}", first.to_ascii_uppercase(), &word[1..]))
        })
        .collect()
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

fn field(label: &str) -> String {
    match KEYWORDS.contains(&label) {
        true => format!("r#{label}"),
        false => label.to_owned(),
    }
}

fn docs(help: &str, otherwise: &str) -> Vec<String> {
    let lines: Vec<_> = help
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    match lines.is_empty() {
        true => vec![otherwise.to_owned()],
        false => lines,
    }
}

/// A text as a literal of Rust.
fn text(text: &str) -> String {
    let readable = text.chars().all(|c| c == '\n' || !c.is_control());
    if !readable || !text.contains(['"', '\\', '\n']) {
        return format!("{text:?}");
    }
    let mut hashes = 0;
    while text.contains(&format!("\"{}", "#".repeat(hashes))) {
        hashes += 1;
    }
    let hashes = "#".repeat(hashes);
    format!("r{hashes}\"{text}\"{hashes}")
}

fn time(time: Duration) -> String {
    let all = time.as_millis();
    let units = [
        ("days", 86_400_000),
        ("hours", 3_600_000),
        ("mins", 60_000),
        ("secs", 1_000),
    ];
    let unit = units
        .into_iter()
        .find(|(_, length)| all > 0 && all.is_multiple_of(*length));
    match unit {
        Some((name, length)) => format!("{name}({})", all / length),
        None => format!("obsctl::model::millis({all})"),
    }
}

fn rules(groups: &[RuleGroup], out: &mut String, notes: &mut Vec<String>) {
    if groups.is_empty() {
        return;
    }
    let mut has_alerts = false;
    let mut all = String::new();
    for group in groups {
        if groups.iter().filter(|one| one.name == group.name).count() > 1 {
            notes.push(format!(
                "group `{}` is there more than once: a stack needs one name for each",
                group.name
            ));
        }
        let new = format!("RuleGroup::new({})", text(&group.name));
        let mut fields = String::new();
        if !group.labels.is_empty() {
            let labels = group
                .labels
                .iter()
                .map(|(name, value)| format!("({}.into(), {}.into())", text(name), text(value)));
            let labels: Vec<_> = labels.collect();
            let _ = write!(fields, "labels: [{}].into(), ", labels.join(", "));
        }
        if let Some(limit) = group.limit {
            let _ = write!(fields, "limit: Some({limit}), ");
        }
        if let Some(offset) = group.query_offset {
            let _ = write!(fields, "query_offset: Some({}), ", time(offset));
        }
        let new = match fields.is_empty() {
            true => new,
            false => format!("RuleGroup {{ {fields}..{new} }}"),
        };
        let _ = write!(all, "        {new}");
        if let Some(interval) = group.interval {
            let _ = write!(all, "\n            .every({})", time(interval));
        }
        for rule in &group.rules {
            match rule {
                Rule::Record(rule) => record(&mut all, rule),
                Rule::Alert(rule) => {
                    has_alerts = true;
                    alert(&mut all, rule);
                }
            }
            for allow in rule.allows().iter().filter(|allow| allow.until.is_some()) {
                notes.push(format!(
                    "{}: until when `{}` is accepted is not said in Rust",
                    rule.name(),
                    allow.check
                ));
            }
        }
        all.push_str(",\n");
    }
    let _ = write!(
        out,
        "\n/// Rules as they were.\npub fn rule_groups() -> Vec<RuleGroup> {{\n    vec![\n{all}    ]\n}}\n"
    );
    if has_alerts {
        out.push_str(
            "
/// An alert as it was: what is not said does not exist. `Alert::new(…)` asks for severity, owner, summary and runbook.
fn imported(name: &str, query: impl Into<obsctl::model::RuleQuery>) -> Alert {
    let alert = Alert::new(name).when(query).severity(Severity::Info).owner(\"\");
    Alert { severity: None, runbook: None, ..alert.summary(\"\").runbook(Slug::from_static(\"none\")) }
}
",
        );
    }
}

fn query(query: &RuleQuery) -> String {
    let written = query.as_str();
    // Texts of several lines are taken for indented source, which changes what stands in quotes over lines.
    let plain = written.trim() == written && !written.contains(['\n', '\t']);
    match query {
        RuleQuery::Promql(query)
            if plain || query.errors().is_empty() && !written.contains('`') =>
        {
            format!("promql({})", text(written))
        }
        RuleQuery::Promql(_) => format!(
            "Promql::parse({}, obsctl::model::Origin::here())",
            text(written)
        ),
        RuleQuery::Logql(_) if plain => format!("logql({})", text(written)),
        RuleQuery::Logql(_) => format!(
            "LogQl::written({}, obsctl::model::Origin::here())",
            text(written)
        ),
    }
}

fn record(out: &mut String, rule: &RecordingRule) {
    let _ = write!(
        out,
        "\n            .record(\n                RecordingRule::new(MetricName::from_static({}), {})",
        text(rule.record.as_str()),
        query(&rule.query)
    );
    for (name, value) in &rule.labels {
        let _ = write!(
            out,
            "\n                    .label({}, {})",
            text(name),
            text(value)
        );
    }
    allows(out, &rule.allow);
    out.push_str(",\n            )");
}

fn alert(out: &mut String, alert: &Alert) {
    let mut fields = String::new();
    let mut add = |field: &str, value: String| {
        let _ = writeln!(fields, "                    {field}: {value},");
    };
    if !alert.lasting.is_zero() {
        add("lasting", time(alert.lasting));
    }
    if let Some(keep) = alert.keep_firing {
        add("keep_firing", format!("Some({})", time(keep)));
    }
    if let Some(severity) = alert.severity {
        let severity = match severity {
            Severity::Critical => "Critical",
            Severity::Warning => "Warning",
            Severity::Info => "Info",
        };
        add("severity", format!("Some(Severity::{severity})"));
    }
    for (field, value) in [("owner", &alert.owner), ("summary", &alert.summary)] {
        if !value.is_empty() {
            add(field, format!("{}.into()", text(value)));
        }
    }
    if let Some(description) = &alert.description {
        add("description", format!("Some({}.into())", text(description)));
    }
    let imported = format!("imported({}, {})", text(&alert.name), query(&alert.query));
    let built = match fields.is_empty() {
        true => imported,
        false => {
            format!("Alert {{\n{fields}                    ..{imported}\n                }}")
        }
    };
    let _ = write!(out, "\n            .alert(\n                {built}");
    for (how, all) in [("label", &alert.labels), ("annotation", &alert.annotations)] {
        for (name, value) in all {
            let _ = write!(
                out,
                "\n                .{how}({}, {})",
                text(name),
                text(value)
            );
        }
    }
    allows(out, &alert.allow);
    out.push_str(",\n            )");
}

fn allows(out: &mut String, allows: &[obsctl_model::Allow]) {
    for allow in allows {
        let _ = write!(
            out,
            "\n                .allow({}, {})",
            text(&allow.check),
            text(&allow.reason)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_literals() {
        for (given, literal) in [
            ("plain", r#""plain""#),
            ("a\"b", "r#\"a\"b\"#"),
            ("a\"#b", "r##\"a\"#b\"##"),
            ("a\n\\d", "r\"a\n\\d\""),
            ("a\r\n", r#""a\r\n""#),
        ] {
            assert_eq!(text(given), literal);
        }
    }

    #[test]
    fn names_are_rust_and_free() {
        let mut names = Names::default();
        let mut given = |name: &str| names.taken(camel(name), "Value");
        assert_eq!(given("http_requests:total"), "HttpRequestsTotal");
        assert_eq!(given("http_requests_total"), "HttpRequestsTotal2");
        assert_eq!(
            (given("self").as_str(), given("5xx").as_str()),
            ("SelfValue", "Value5xx")
        );
        assert_eq!(
            (given("+Inf").as_str(), given("").as_str()),
            ("Inf", "Value")
        );
        assert_eq!(
            (time(mins5()), time(Duration::ZERO)),
            ("mins(5)".to_owned(), "obsctl::model::millis(0)".to_owned())
        );
    }

    fn mins5() -> Duration {
        obsctl_model::mins(5)
    }
}
