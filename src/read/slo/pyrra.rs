//! Pyrra's Kubernetes resource `ServiceLevelObjective` (<https://github.com/pyrra-dev/pyrra>).

use std::collections::BTreeMap;

use obsctl_model::{Duration, Indicator, LabelName, Origin, Promql, Slo, SloAlerts};
use obsctl_promql::ast::Selector;

use super::query;
use super::{owner, slo};
use crate::diagnostic::Diagnostic;
use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::Node;

/// What the names of labels and annotations begin with that belong on rules.
const OWN: &str = "pyrra.dev/";

/// Reads a resource.
pub(in crate::read) fn resource(reader: &mut Reader<'_>, node: &Node<'_>) {
    reader.found.has_slos = true;
    one(reader, node);
}

fn one(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<()> {
    let name = super::metadata(reader, node);
    let mut fields = Fields::of(reader, node, "a `ServiceLevelObjective`")?;
    for key in ["apiVersion", "kind", "metadata", "status"] {
        fields.get(key);
    }
    let spec = fields.get("spec");
    let reader = fields.end();
    let Some(spec) = spec else {
        reader.trouble(node.at, "a `ServiceLevelObjective` needs `spec`");
        return None;
    };
    let mut fields = Fields::of(reader, spec, "a `spec`")?;
    let description = fields.text("description").unwrap_or_default();
    let target = fields.required("target");
    let is_said = fields.required("window").is_some();
    let window = fields.duration("window");
    let indicator = fields.get("indicator");
    let alerting = fields.get("alerting");
    let mut left_out = vec![];
    if fields
        .text("partial_response_strategy")
        .is_some_and(|it| !it.is_empty())
    {
        left_out.push("partial_response_strategy");
    }
    if fields.flag("performanceOverAccuracy") {
        left_out.push("performanceOverAccuracy");
    }
    if fields.get("ruleOutput").is_some() {
        left_out.push("ruleOutput");
    }
    let reader = fields.end();
    for key in left_out {
        let at = spec.get(key).map_or(spec.at, |one| one.at);
        reader.left_out(at, format!("`{key}`: rules are made in one way only"));
    }
    let alerts = alerting.and_then(|alerting| alerts(reader, alerting));
    let measured = match indicator {
        Some(node) => measured(reader, node),
        None => {
            reader.trouble(spec.at, "a `spec` needs `indicator`");
            None
        }
    };
    let target = target?;
    let at = spec.get("target").map_or(spec.at, |one| one.at);
    let Ok(percent) = target.parse() else {
        reader.trouble(at, format!("`target: {target}` is no number of percent"));
        return None;
    };
    let objective = reader.objective(at, percent)?;
    let name = name?;
    let slug = reader.slug(node.at, name)?;
    let (indicator, by) = measured?;
    let window = is_said.then_some(window)??;
    let labels = labels(reader, node);
    let service = match labels.get("service") {
        Some(service) => service.clone(),
        None => {
            let what = format!("Pyrra knows no services: it is one of its own, `{name}`");
            reader.left_out(node.at, what);
            name.to_owned()
        }
    };
    let owner = match owner(&labels) {
        Some(owner) => owner.clone(),
        None => {
            let what = format!("nothing says who answers: `{service}` does, as the service");
            reader.left_out(node.at, what);
            service.clone()
        }
    };
    let origin = reader.source.origin(node.at);
    reader.found.slos.push(Slo {
        description: description.trim().to_owned(),
        by,
        labels,
        owner,
        alerts: alerts.unwrap_or_default(),
        ..slo(slug, &service, objective, indicator, origin).over(window)
    });
    Some(())
}

/// The labels that Pyrra puts on rules. All others are of the resource, and nobody sees them in Prometheus.
fn labels(reader: &mut Reader<'_>, node: &Node<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let (mut of_resource, mut no_names) = (vec![], vec![]);
    for part in ["labels", "annotations"] {
        let entries = node
            .path(&["metadata", part])
            .map_or(&[][..], Node::entries);
        for (key, value) in entries {
            match key.text.strip_prefix(OWN) {
                Some(name) if part == "labels" && LabelName::new(name).is_ok() => {
                    let value = value.as_text().unwrap_or_default();
                    labels.insert(name.to_owned(), value.to_owned());
                }
                Some(_) => no_names.push(format!("`{}`", key.text)),
                None => of_resource.push(format!("`{}`", key.text)),
            }
        }
    }
    let at = node.get("metadata").map_or(node.at, |one| one.at);
    if !no_names.is_empty() {
        let what = format!(
            "{}: neither label of rules nor kept otherwise",
            no_names.join(", ")
        );
        reader.left_out(at, what);
    }
    if !of_resource.is_empty() {
        let what = format!("{} of the Kubernetes resource", of_resource.join(", "));
        reader.left_out(at, what);
    }
    labels
}

/// Which alerts there are. They are made from the window and the objective: what else is said of them is not kept.
fn alerts(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<SloAlerts> {
    let mut fields = Fields::of(reader, node, "`alerting`")?;
    let mut said = vec![];
    let disabled = fields.flag("disabled");
    let burns = fields.get("burnrates").is_none() || fields.flag("burnrates");
    if fields.flag("absent") && !disabled {
        said.push("`absent`".to_owned());
    }
    for key in ["name", "absentName"] {
        if fields.text(key).is_some() {
            said.push(format!("`{key}`"));
        }
    }
    let severities = fields.get("severities");
    let mut reader = fields.end();
    if let Some(node) = severities {
        said.push("`severities`".to_owned());
        let mut fields = Fields::of(reader, node, "`severities`")?;
        for key in [
            "absent",
            "fastBurn",
            "mediumBurn",
            "slowBurn",
            "longTermBurn",
        ] {
            fields.text(key);
        }
        reader = fields.end();
    }
    if !said.is_empty() {
        let what = format!(
            "{} of `alerting`: alerts are a page and a ticket, named after the SLO",
            said.join(", ")
        );
        reader.left_out(node.at, what);
    }
    let wanted = burns && !disabled;
    Some(SloAlerts::of(wanted, wanted))
}

fn measured(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<(Indicator, Vec<LabelName>)> {
    const KINDS: [&str; 4] = ["ratio", "latency", "latencyNative", "bool_gauge"];
    let mut fields = Fields::of(reader, node, "`indicator`")?;
    let all = KINDS.map(|kind| fields.get(kind).map(|node| (kind, node)));
    let reader = fields.end();
    let mut kinds = all.into_iter().flatten();
    let (Some((kind, inside)), None) = (kinds.next(), kinds.next()) else {
        let message = format!("`indicator` has one of `{}`", KINDS.join("`, `"));
        reader.trouble(node.at, message);
        return None;
    };
    let mut fields = Fields::of(reader, inside, "an indicator")?;
    let by = super::label_names(&mut fields, "grouping");
    let indicator = match kind {
        "ratio" => {
            let nodes = [fields.get("errors"), fields.get("total")];
            let reader = fields.end();
            let [bad, total] = both(reader, inside, nodes, ["errors", "total"])?;
            Indicator::bad(promql(bad), promql(total))
        }
        "latency" => {
            let nodes = [fields.get("success"), fields.get("total")];
            let reader = fields.end();
            let [good, total] = both(reader, inside, nodes, ["success", "total"])?;
            let at = (good.1, total.1);
            query::good_events(good.0, total.0, at.0, at.1)
        }
        "latencyNative" => {
            let total = fields.get("total");
            fields.required("latency");
            let latency: Option<Duration> = fields.duration("latency");
            let reader = fields.end();
            let histogram = metric(reader, inside, total, "total")?;
            Indicator::native_latency(promql(histogram), latency?.as_secs_f64())
        }
        _ => {
            let text = fields.required("metric");
            let at = fields.origin_of("metric");
            let reader = fields.end();
            Indicator::time_slices(promql(found(reader, selected(text?, at, "gauge"))?))
        }
    };
    Some((indicator, by))
}

type Selected = (Selector, Origin);
type Judged<T> = Result<T, Box<Diagnostic>>;

fn promql((selector, at): Selected) -> Promql {
    query::written(&selector, at)
}

fn selected(text: &str, at: Origin, role: &str) -> Judged<Selected> {
    let query = query::filled(text, at)?;
    Ok((query::selector(&query, role)?, at))
}

fn both<'n>(
    reader: &mut Reader<'_>,
    of: &Node<'_>,
    nodes: [Option<&'n Node<'n>>; 2],
    keys: [&str; 2],
) -> Option<[Selected; 2]> {
    let first = metric(reader, of, nodes[0], keys[0]);
    let second = metric(reader, of, nodes[1], keys[1]);
    Some([first?, second?])
}

/// The `metric` of a query: a selector.
fn metric<'n>(
    reader: &mut Reader<'_>,
    of: &Node<'_>,
    node: Option<&'n Node<'n>>,
    key: &str,
) -> Option<Selected> {
    let Some(node) = node else {
        reader.trouble(of.at, format!("an indicator needs `{key}`"));
        return None;
    };
    let mut fields = Fields::of(reader, node, "a query of Pyrra")?;
    let text = fields.required("metric");
    let at = fields.origin_of("metric");
    let reader = fields.end();
    found(reader, selected(text?, at, key))
}

/// What was found; what is wrong instead is reported.
fn found(reader: &mut Reader<'_>, selected: Judged<Selected>) -> Option<Selected> {
    match selected {
        Ok(selected) => Some(selected),
        Err(problem) => {
            reader.found.problems.push(*problem);
            None
        }
    }
}
