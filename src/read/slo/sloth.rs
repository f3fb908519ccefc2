//! Sloth's specification `prometheus/v1` and its Kubernetes form (<https://sloth.dev/specs/default/>): the same keys,
//! joined by `_` in one and by capitals in the other.

use std::collections::BTreeMap;

use obsctl_model::{Indicator, LabelName, Origin, Promql, SloAlerts};
use obsctl_promql::ast::BinaryOp;

use super::query::{self, Windows};
use super::{owner, slo};
use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::{Node, Value};

/// The keys that both forms write differently.
struct Keys {
    slo_plugins: &'static str,
    error_query: &'static str,
    total_query: &'static str,
    error_ratio_query: &'static str,
    page_alert: &'static str,
    ticket_alert: &'static str,
}

const FILE: Keys = Keys {
    slo_plugins: "slo_plugins",
    error_query: "error_query",
    total_query: "total_query",
    error_ratio_query: "error_ratio_query",
    page_alert: "page_alert",
    ticket_alert: "ticket_alert",
};

const RESOURCE: Keys = Keys {
    slo_plugins: "sloPlugins",
    error_query: "errorQuery",
    total_query: "totalQuery",
    error_ratio_query: "errorRatioQuery",
    page_alert: "pageAlert",
    ticket_alert: "ticketAlert",
};

/// Whether a map is a file for Sloth.
pub(in crate::read) fn is_spec(node: &Node<'_>) -> bool {
    node.text(&["version"]).starts_with("prometheus/v") && node.get("service").is_some()
}

/// Reads a file.
pub(in crate::read) fn spec(reader: &mut Reader<'_>, node: &Node<'_>) {
    reader.found.has_slos = true;
    let Some(mut fields) = Fields::of(reader, node, "a specification of Sloth") else {
        return;
    };
    if let Some(version) = fields.required("version")
        && version != "prometheus/v1"
    {
        fields.trouble_at(
            "version",
            format!("only `prometheus/v1` is read, not `{version}`"),
        );
    }
    services(fields, &FILE);
}

/// Reads a Kubernetes resource.
pub(in crate::read) fn resource(reader: &mut Reader<'_>, node: &Node<'_>) {
    reader.found.has_slos = true;
    super::metadata(reader, node);
    let Some(mut fields) = Fields::of(reader, node, "a `PrometheusServiceLevel`") else {
        return;
    };
    for key in ["apiVersion", "kind", "metadata", "status"] {
        fields.get(key);
    }
    let spec = fields.get("spec");
    fields.end();
    let Some(spec) = spec else {
        return reader.trouble(node.at, "a `PrometheusServiceLevel` needs `spec`");
    };
    if let Some(fields) = Fields::of(reader, spec, "a `spec`") {
        services(fields, &RESOURCE);
    }
}

/// What all SLOs of a service share.
struct Service<'n> {
    name: &'n str,
    labels: BTreeMap<String, String>,
    keys: &'static Keys,
}

fn services(mut fields: Fields<'_, '_, '_>, keys: &'static Keys) {
    let name = fields.required("service");
    let labels = fields.texts("labels");
    let plugins = fields.get(keys.slo_plugins);
    let slos = fields.list("slos");
    let reader = fields.end();
    let Some(name) = name else {
        return;
    };
    plugins_left_out(reader, plugins, keys.slo_plugins);
    let service = Service { name, labels, keys };
    for node in slos {
        one(reader, node, &service);
    }
}

fn plugins_left_out(reader: &mut Reader<'_>, plugins: Option<&Node<'_>>, key: &str) {
    if let Some(node) = plugins {
        reader.left_out(node.at, format!("`{key}`: rules are made without plugins"));
    }
}

fn one(reader: &mut Reader<'_>, node: &Node<'_>, service: &Service<'_>) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an SLO of Sloth")?;
    let name = fields.required("name");
    let description = fields.text("description").unwrap_or_default();
    fields.required("objective");
    fields.number("objective");
    let plugins = fields.get("plugins");
    let mut labels = service.labels.clone();
    labels.extend(fields.texts("labels"));
    let sli = fields.get("sli");
    let alerting = fields.get("alerting");
    let reader = fields.end();
    plugins_left_out(reader, plugins, "plugins");
    let measured = match sli {
        Some(sli) => measured(reader, sli, service.keys),
        None => {
            reader.trouble(node.at, "an SLO of Sloth needs `sli`");
            None
        }
    };
    let alerts = alerting.and_then(|alerting| alerts(reader, alerting, service.keys));
    let (name, at) = (name?, node.get("name").map_or(node.at, |name| name.at));
    let name = reader.slug(at, name)?;
    let objective = node.get("objective")?;
    let objective = reader.objective(objective.at, objective.as_f64()?)?;
    let (indicator, by) = measured?;
    let owner = match owner(&labels) {
        Some(owner) => owner.clone(),
        None => {
            let what = format!(
                "nothing says who answers: `{}` does, as the service",
                service.name
            );
            reader.left_out(node.at, what);
            service.name.to_owned()
        }
    };
    let origin = reader.source.origin(node.at);
    let slo = obsctl_model::Slo {
        description: description.trim().to_owned(),
        by,
        labels,
        owner,
        alerts: alerts.unwrap_or_default(),
        ..slo(name, service.name, objective, indicator, origin)
    };
    reader.found.slos.push(slo);
    Some(())
}

fn measured(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    keys: &Keys,
) -> Option<(Indicator, Vec<LabelName>)> {
    let mut fields = Fields::of(reader, node, "`sli`")?;
    let all = ["events", "raw", "plugin"].map(|kind| fields.get(kind).map(|node| (kind, node)));
    let reader = fields.end();
    let mut kinds = all.into_iter().flatten();
    let (Some((kind, inside)), None) = (kinds.next(), kinds.next()) else {
        reader.trouble(node.at, "`sli` has one of `events`, `raw` and `plugin`");
        return None;
    };
    match kind {
        "events" => events(reader, inside, keys),
        "raw" => {
            let mut fields = Fields::of(reader, inside, "`raw`")?;
            let ratio = query(&mut fields, keys.error_ratio_query);
            fields.end();
            Some((Indicator::raw(ratio?), vec![]))
        }
        _ => {
            let mut fields = Fields::of(reader, inside, "`plugin`")?;
            let id = fields.required("id").unwrap_or_default();
            fields.texts("options");
            let reader = fields.end();
            reader.wordless(
                inside.at,
                format!("what plugin `{id}` measures is a program of Sloth's, not known here"),
            );
            None
        }
    }
}

fn events(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    keys: &Keys,
) -> Option<(Indicator, Vec<LabelName>)> {
    let mut fields = Fields::of(reader, node, "`events`")?;
    let bad = query(&mut fields, keys.error_query);
    let total = query(&mut fields, keys.total_query);
    fields.end();
    let (bad, total) = (bad?, total?);
    if let Some(events) = query::bad_of(bad.expr(), total.expr(), Windows::Asked) {
        let by = events.by.clone();
        return Some((events.indicator(bad.origin(), total.origin()), by));
    }
    // What counts something else is asked as it is.
    let ratio = query::binary(BinaryOp::Div, bad.expr(), total.expr());
    let ratio = Promql::from_tree(&ratio, bad.origin());
    Some((Indicator::raw(ratio), vec![]))
}

/// A query with the template of its window.
fn query(fields: &mut Fields<'_, '_, '_>, key: &'static str) -> Option<Promql> {
    let text = fields.required(key)?;
    let at: Origin = fields.origin_of(key);
    let query = match query::filled(text, at) {
        Ok(query) => query,
        Err(problem) => {
            fields.report(*problem);
            return None;
        }
    };
    if !query::names_window(&query) {
        let message = format!("`{key}` names no window: Sloth wants `{{{{.window}}}}` in it");
        fields.trouble_at(key, message);
        return None;
    }
    Some(query)
}

/// Which alerts there are. They are made from the window and the objective: what else is said of them is not kept.
fn alerts(reader: &mut Reader<'_>, node: &Node<'_>, keys: &Keys) -> Option<SloAlerts> {
    let mut fields = Fields::of(reader, node, "`alerting`")?;
    let mut said = vec![];
    if let Some(name) = fields.text("name") {
        said.push(format!("`name: {name}`"));
    }
    for key in ["labels", "annotations"] {
        if !fields.texts(key).is_empty() {
            said.push(format!("`{key}`"));
        }
    }
    let both = [keys.page_alert, keys.ticket_alert].map(|key| (key, fields.get(key)));
    let mut reader = fields.end();
    let mut wanted = [true; 2];
    for ((key, alert), wanted) in both.into_iter().zip(&mut wanted) {
        let Some(alert) = alert else { continue };
        let mut fields = Fields::of(reader, alert, "an alert")?;
        *wanted = !fields.flag("disable");
        for inner in ["labels", "annotations"] {
            if !fields.texts(inner).is_empty() {
                said.push(format!("`{key}.{inner}`"));
            }
        }
        reader = fields.end();
    }
    if !said.is_empty() && matches!(node.value, Value::Map(_)) {
        let what = format!(
            "{} of `alerting`: alerts are named after the SLO and carry its labels, severity and owner",
            said.join(", ")
        );
        reader.left_out(node.at, what);
    }
    let [page, ticket] = wanted;
    Some(SloAlerts::of(page, ticket))
}
