//! The looks of findings.

use obsctl_model::Origin;

use super::{Style, human, json, summary};
use crate::diagnostic::{Diagnostic, Severity};

/// A finding in a query, with a second place in the same text and one in another file.
fn finding() -> Diagnostic {
    let query = "sum by (path) (rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))";
    let origin = Origin::here();
    Diagnostic {
        check: "label-lost-by-aggregation",
        severity: Severity::Error,
        ..Diagnostic::new(
            "alert `A` of group `g`",
            origin,
            "label `path` was aggregated away",
        )
        .underline(query, 45..46, "only one side has it")
        .also_in(origin, query, 47..query.len(), "removed here")
        .also(Origin::anchored("api_requests_total"), "declared here")
        .help("add `path` to `by (…)`")
    }
}

/// A file in which the name is declared two lines below the line of the macro.
fn source(_: &str) -> Option<String> {
    let mut lines = vec![""; 200];
    lines[22] = "    metrics! {";
    lines[24] = "        pub counter ApiRequests(\"api_requests_total\") {}";
    Some(lines.join("\n"))
}

fn plain(text: &str) -> String {
    text.lines()
        .map(|line| match line.find("src/") {
            Some(_) if line.contains("--> ") || line.contains("::: ") => {
                line.replace(file!(), "definitions.rs")
            }
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn places_of_one_text_share_its_lines() {
    let text = human(&[finding()], &|_| None, Style::default());
    insta::assert_snapshot!(plain(&text), @r#"
        error[label-lost-by-aggregation]: label `path` was aggregated away
          --> definitions.rs:11:46
           |
        11 | sum by (path) (rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))
           |                                              ^ --------------------------------- removed here
           |                                              |
           |                                              only one side has it
           |
          ::: definitions.rs:22:1
           |
        22 | "api_requests_total"
           | -------------------- declared here
           |
           = in: alert `A` of group `g`
           = help: add `path` to `by (…)`
        "#);
}

#[test]
fn what_a_macro_declares_is_found_by_its_name() {
    let text = human(&[finding()], &source, Style::default());
    insta::assert_snapshot!(plain(&text), @r#"
        error[label-lost-by-aggregation]: label `path` was aggregated away
          --> definitions.rs:11:46
           |
        11 | sum by (path) (rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m]))
           |                                              ^ --------------------------------- removed here
           |                                              |
           |                                              only one side has it
           |
          ::: definitions.rs:25:33
           |
        25 |         pub counter ApiRequests("api_requests_total") {}
           |                                 -------------------- declared here
           |
           = in: alert `A` of group `g`
           = help: add `path` to `by (…)`
        "#);
}

#[test]
fn long_queries_are_cut_around_what_is_underlined() {
    let style = Style {
        width: 60,
        ..Style::default()
    };
    let text = human(&[finding()], &|_| None, style);
    assert!(
        text.lines()
            .filter(|line| line.contains(" | "))
            .all(|line| line.chars().count() <= 80)
    );
    assert!(text.contains("..."), "{text}");
}

#[test]
fn colours_are_an_option() {
    let style = Style {
        color: true,
        ..Style::default()
    };
    assert!(human(&[finding()], &|_| None, style).contains('\u{1b}'));
    assert!(!human(&[finding()], &|_| None, Style::default()).contains('\u{1b}'));
}

#[test]
fn ranges_outside_of_the_text_are_clamped() {
    let finding = Diagnostic::new("x", Origin::none(), "m").underline("é", 1..99, "");
    assert!(human(&[finding], &|_| None, Style::default()).contains('é'));
}

#[test]
fn the_summary_counts() {
    let warning = Diagnostic {
        severity: Severity::Warning,
        ..finding()
    };
    assert_eq!(
        summary(&[finding(), finding(), warning]),
        "2 errors, 1 warning"
    );
    assert_eq!(summary(&[]), "nothing found");
}

#[test]
fn programs_read_json() {
    let report: serde_json::Value = serde_json::from_str(&json(&[finding()], &source)).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["errors"], 1);
    let finding = &report["findings"][0];
    assert_eq!(finding["check"], "label-lost-by-aggregation");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], file!());
    assert_eq!(finding["range"], serde_json::json!([45, 46]));
    assert_eq!(finding["places"][0]["note"], "removed here");
    assert_eq!(finding["places"][1]["line"], 25);
}
