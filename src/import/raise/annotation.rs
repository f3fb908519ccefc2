//! Annotations.

use obsctl_model::Duration;
use obsctl_model::dashboard::{Annotation, Dashboard, derived_uid};
use serde_json::{Value, json};

use super::super::equivalent::{self, patch};
use super::look::color;
use super::{as_patch, generated, items, some, text, without};

/// Grafana's own annotations are not among those that were read.
pub(super) fn raise(read: &mut [Annotation], list: &Value) {
    let own = items(list).iter().filter(|one| {
        let built_in = &one["builtIn"];
        !(built_in == &json!(1) || built_in == &json!("1") || one["type"] == "dashboard")
    });
    for (annotation, json) in read.iter_mut().zip(own) {
        annotation.color = color(text(&json["iconColor"]));
        annotation.step = Duration::parse(text(&json["step"])).ok();
        let tags = some(&json["tagKeys"]);
        annotation.tags = tags.map_or(vec![], |tags| tags.split(',').map(str::to_owned).collect());
        let mut alone = Dashboard::with_uid(derived_uid("x"), "");
        alone.annotations.push(annotation.clone());
        let mut generated = generated(&alone)["annotations"]["list"][1].take();
        let mut original = json.clone();
        if annotation.expression.kind().is_some() {
            // What it asks is read; newer versions say it in `target`.
            without(&mut generated, &["expr"]);
            without(&mut original, &["expr", "target"]);
            if original["datasource"].is_null() {
                without(&mut generated, &["datasource"]);
            }
        }
        let defaults = equivalent::defaults("annotation");
        annotation.json = as_patch(patch(&generated, &original, defaults));
    }
}
