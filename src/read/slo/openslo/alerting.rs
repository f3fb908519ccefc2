//! Alerting in OpenSLO: read through for its mistakes, and for what is left out of it.

use super::Named;
use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::Node;

/// Policies that are named or written here. Alerts are made from the window and the objective.
pub(super) fn alert_policies(reader: &mut Reader<'_>, nodes: &[Node<'_>]) {
    let mut others = vec![];
    for node in nodes {
        let name = match reference(reader, node, "alertPolicyRef", "AlertPolicy", policy) {
            Some(name) => name,
            None => continue,
        };
        if !name.starts_with("obsctl-") {
            others.push((node.at, format!("`{name}`")));
        }
    }
    if let Some((at, _)) = others.first() {
        let names: Vec<_> = others.iter().map(|(_, name)| name.as_str()).collect();
        let what = format!(
            "alert policies {}: alerts are a page and a ticket, made from the window and the objective",
            names.join(", ")
        );
        reader.left_out(*at, what);
    }
}

/// The name of an object that is named, or written out in its place.
fn reference<'n>(
    reader: &mut Reader<'_>,
    node: &'n Node<'n>,
    key: &'static str,
    kind: &'static str,
    inside: fn(&mut Reader<'_>, &Node<'_>) -> Option<()>,
) -> Option<&'n str> {
    if node.get(key).is_some() {
        let mut fields = Fields::of(reader, node, "a reference")?;
        let name = fields.required(key);
        let at = fields.origin_of(key);
        let reader = fields.end();
        let name = name?;
        reader.found.references.push(Named {
            kind,
            name: name.to_owned(),
            at,
        });
        return Some(name);
    }
    let mut fields = Fields::of(reader, node, "an object of OpenSLO")?;
    let own = fields.required("kind");
    let metadata = fields.get("metadata");
    let spec = fields.get("spec");
    let reader = fields.end();
    if own? != kind {
        reader.trouble(node.at, format!("a `{kind}` is wanted here, or `{key}`"));
    }
    let metadata = super::metadata(reader, node, metadata)?;
    match spec {
        Some(spec) => inside(reader, spec)?,
        None => reader.trouble(node.at, format!("`{kind}` needs `spec`")),
    }
    Some(metadata.name)
}

pub(super) fn policy(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an `AlertPolicy`")?;
    fields.text("description");
    for key in ["alertWhenNoData", "alertWhenBreaching", "alertWhenResolved"] {
        fields.flag(key);
    }
    let conditions = fields.list("conditions");
    let targets = fields.list("notificationTargets");
    let reader = fields.end();
    if conditions.len() != 1 {
        reader.trouble(node.at, "an `AlertPolicy` has one of `conditions`");
    }
    for one in conditions {
        reference(reader, one, "conditionRef", "AlertCondition", condition);
    }
    for one in targets {
        reference(reader, one, "targetRef", "AlertNotificationTarget", target);
    }
    Some(())
}

pub(super) fn condition(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an `AlertCondition`")?;
    fields.text("description");
    fields.required("severity");
    let inside = fields.get("condition");
    let reader = fields.end();
    let Some(inside) = inside else {
        reader.trouble(node.at, "an `AlertCondition` needs `condition`");
        return None;
    };
    let mut fields = Fields::of(reader, inside, "a `condition`")?;
    for key in ["kind", "op", "lookbackWindow", "alertAfter"] {
        fields.text(key);
    }
    fields.number("threshold");
    fields.end();
    Some(())
}

pub(super) fn target(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<()> {
    let mut fields = Fields::of(reader, node, "an `AlertNotificationTarget`")?;
    fields.required("target");
    fields.text("description");
    fields.end();
    Some(())
}
