//! How a report looks.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{CATALOG, RULES, all, report};
use crate::diff::render;

#[test]
fn markdown_is_short_first_and_folds_the_rest() {
    let after = CATALOG.replace("'500', ", "");
    let report = report(&all(CATALOG), &all(&after));
    assert_snapshot!(render::markdown(&report), @"
    ### Observability: 1 change: 1 breaking

    <sub>a side → a side</sub>

    | | Change | Touches |
    | --- | --- | --- |
    | 🔴 breaking | **metric `requests_total`** label `code`: value `500` gone |  |

    <details><summary>Breaking: 1</summary>

    - **metric `requests_total`** <sub>catalog.yml:5</sub>
      - label `code`: value `500` gone

    </details>
    ");
}

#[test]
fn markdown_fits_into_a_comment() {
    let groups = |count: usize, threshold: usize| {
        let mut text = "groups:\n- name: many\n  rules:\n".to_owned();
        for index in 0..count {
            text.push_str(&format!(
                "  - {{ alert: Alert{index}, expr: 'some_metric_{index}{{path=\"a|b\"}} > {threshold}' }}\n"
            ));
        }
        text
    };
    let texts = (groups(3000, 1), groups(3000, 2));
    let report = report(&[("rules.yml", &texts.0)], &[("rules.yml", &texts.1)]);
    let markdown = render::markdown(&report);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.contains("more changes do not fit here"));
    assert_eq!(
        markdown.matches("<details>").count(),
        markdown.matches("</details>").count()
    );
}

#[test]
fn json_has_all_of_it() {
    let after = RULES.replace("> 0.05", "> 0.1");
    let report = report(&[("rules.yml", RULES)], &[("rules.yml", &after)]);
    let json: Value = serde_json::from_str(&render::json(&report)).unwrap();
    assert_eq!(
        json["summary"],
        json!({ "breaking": 0, "behaviour": 1, "additive": 0, "cosmetic": 0 })
    );
    let change = &json["changes"][0];
    assert_eq!(change["name"], "Errors");
    let edit = &change["details"][0]["edits"][0];
    assert_eq!(edit["piece"], "threshold");
    assert_eq!(
        (&edit["from"], &edit["to"]),
        (&json!("0.05"), &json!("0.1"))
    );
    let text = change["details"][0]["from"].as_str().unwrap();
    let range = |at: usize| edit["before"][at].as_u64().unwrap() as usize;
    assert_eq!(&text[range(0)..range(1)], "0.05");
}
