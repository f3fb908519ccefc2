//! The looks of findings.

use obsctl_model::Origin;

use super::{Rule, Style, checkstyle, github, gitlab, human, json, junit, sarif, summary};
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
fn source(_: &str) -> Option<std::rc::Rc<String>> {
    let mut lines = vec![""; 200];
    lines[22] = "    metrics! {";
    lines[24] = "        pub counter ApiRequests(\"api_requests_total\") {}";
    Some(lines.join("\n").into())
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

/// Two findings of a rule file, one of them with every character that some format treats specially, and one of
/// no file.
fn read() -> Vec<Diagnostic> {
    let wild = Diagnostic {
        check: "unknown-metric",
        severity: Severity::Error,
        ..Diagnostic::new(
            "alert `A<B>` of group `g, h`",
            Origin::at("rules/my rules:1,2%.yml", 3, 7),
            "no metric `\"x\" & <y>`::error::\n::stop-commands::100%",
        )
        .underline("a{b=\"c\"} > 1", 0..8, "neither exposed nor recorded")
        .also(Origin::at("./rules/b.yml", 9, 1), "the other one")
        .help("write it")
    };
    let note = Diagnostic {
        check: "panel-without-unit",
        severity: Severity::Note,
        ..Diagnostic::new("panel `P`", Origin::none(), "panel `P` has no unit")
    };
    vec![wild, note]
}

const RULES: [Rule<'_>; 3] = [
    rule("alert-without-runbook", Severity::Error),
    rule("panel-without-unit", Severity::Note),
    rule("unknown-metric", Severity::Error),
];

const fn rule(name: &str, severity: Severity) -> Rule<'_> {
    Rule {
        name,
        summary: "What it <finds>.",
        docs: "What it <finds>.\n\n## Why it matters\n\n…\n",
        severity,
    }
}

#[test]
fn workflows_read_commands_of_one_line() {
    insta::assert_snapshot!(github(&read(), &|_| None), @r#"
    ::error file=rules/my rules%3A1%2C2%25.yml,line=3,col=7,title=unknown-metric::no metric `"x" & <y>`::error::%0A::stop-commands::100%25%0A`a{b="c"}`: neither exposed nor recorded%0Athe other one (rules/b.yml:9)%0Ain alert `A<B>` of group `g, h`%0Ahelp: write it
    ::notice title=panel-without-unit::panel `P` has no unit%0Ain panel `P`
    "#);
}

#[test]
fn gitlab_reads_a_list() {
    insta::assert_snapshot!(gitlab(&read(), &|_| None), @r#"
    [
      {
        "description": "no metric `\"x\" & <y>`::error::\n::stop-commands::100%\n`a{b=\"c\"}`: neither exposed nor recorded\nthe other one (rules/b.yml:9)\nin alert `A<B>` of group `g, h`\nhelp: write it",
        "check_name": "unknown-metric",
        "fingerprint": "38fa89556b50cdf5a093bb6c9fb54d70:1",
        "severity": "major",
        "location": {
          "path": "rules/my rules:1,2%.yml",
          "lines": {
            "begin": 3
          }
        }
      },
      {
        "description": "panel `P` has no unit\nin panel `P`",
        "check_name": "panel-without-unit",
        "fingerprint": "2bdd08db4510d7fc91fd6308c4941238:1",
        "severity": "info",
        "location": {
          "path": ".",
          "lines": {
            "begin": 1
          }
        }
      }
    ]
    "#);
}

#[test]
fn build_servers_read_test_cases() {
    insta::assert_snapshot!(junit(&read(), &|_| None, &RULES, Some(Severity::Warning)), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="obsctl check" tests="3" failures="1" errors="0">
      <testsuite name="obsctl check" tests="3" failures="1" errors="0">
        <testcase classname="unknown-metric" name="alert `A&lt;B&gt;` of group `g, h`: no metric `&quot;x&quot; &amp; &lt;y&gt;`::error::&#10;::stop-commands::100%" file="rules/my rules:1,2%.yml" line="3">
          <failure type="error" message="no metric `&quot;x&quot; &amp; &lt;y&gt;`::error::&#10;::stop-commands::100%">rules/my rules:1,2%.yml:3
    `a{b="c"}`: neither exposed nor recorded
    the other one (rules/b.yml:9)
    in alert `A&lt;B&gt;` of group `g, h`
    help: write it</failure>
        </testcase>
        <testcase classname="panel-without-unit" name="panel `P`: panel `P` has no unit">
          <system-out>note: panel `P` has no unit
    in panel `P`</system-out>
        </testcase>
        <testcase classname="alert-without-runbook" name="What it &lt;finds&gt;."/>
      </testsuite>
    </testsuites>
    "#);
    let all = junit(&read(), &|_| None, &RULES, Some(Severity::Note));
    assert!(all.contains("tests=\"3\" failures=\"2\""), "{all}");
    let none = junit(&read(), &|_| None, &RULES, None);
    assert!(none.contains("tests=\"3\" failures=\"0\""), "{none}");
}

#[test]
fn checkstyle_is_by_file() {
    insta::assert_snapshot!(checkstyle(&read(), &|_| None), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <checkstyle version="4.3">
      <file name=".">
        <error severity="info" message="panel `P` has no unit&#10;in panel `P`" source="obsctl.panel-without-unit"/>
      </file>
      <file name="rules/my rules:1,2%.yml">
        <error line="3" column="7" severity="error" message="no metric `&quot;x&quot; &amp; &lt;y&gt;`::error::&#10;::stop-commands::100%&#10;`a{b=&quot;c&quot;}`: neither exposed nor recorded&#10;the other one (rules/b.yml:9)&#10;in alert `A&lt;B&gt;` of group `g, h`&#10;help: write it" source="obsctl.unknown-metric"/>
      </file>
    </checkstyle>
    "#);
}

#[test]
fn code_scanning_reads_sarif() {
    let source = |path: &str| {
        let text = "groups:\n- rules:\n  - é: alert that is wrong\n";
        path.ends_with("%.yml")
            .then(|| std::rc::Rc::new(text.to_owned()))
    };
    let text = sarif(&read(), &source, &RULES, &|_| None);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    insta::assert_snapshot!(format!("{:#}", rules[0]), @r#"
    {
      "id": "alert-without-runbook",
      "name": "alert-without-runbook",
      "shortDescription": {
        "text": "What it <finds>."
      },
      "fullDescription": {
        "text": "What it <finds>."
      },
      "help": {
        "text": "What it <finds>.\n\n## Why it matters\n\n…",
        "markdown": "What it <finds>.\n\n## Why it matters\n\n…"
      },
      "helpUri": "https://github.com/obsctl/obsctl/blob/main/docs/checks/alert-without-runbook.md",
      "defaultConfiguration": {
        "level": "error"
      },
      "properties": {
        "tags": [
          "observability"
        ],
        "precision": "very-high",
        "problem.severity": "error"
      }
    }
    "#);
    insta::assert_snapshot!(format!("{:#}", run["results"]), @r#"
    [
      {
        "ruleId": "unknown-metric",
        "ruleIndex": 2,
        "level": "error",
        "message": {
          "text": "no metric `\"x\" & <y>`::error::\n::stop-commands::100%\n`a{b=\"c\"}`: neither exposed nor recorded\nthe other one (rules/b.yml:9)\nin alert `A<B>` of group `g, h`\nhelp: write it"
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "rules/my%20rules%3A1%2C2%25.yml"
              },
              "region": {
                "startLine": 3,
                "startColumn": 7,
                "endLine": 3,
                "endColumn": 27
              }
            },
            "logicalLocations": [
              {
                "fullyQualifiedName": "alert `A<B>` of group `g, h`"
              }
            ]
          }
        ],
        "relatedLocations": [
          {
            "id": 1,
            "physicalLocation": {
              "artifactLocation": {
                "uri": "rules/b.yml"
              },
              "region": {
                "startLine": 9,
                "startColumn": 1,
                "endLine": 9,
                "endColumn": 2
              }
            },
            "message": {
              "text": "the other one"
            }
          }
        ],
        "partialFingerprints": {
          "primaryLocationLineHash": "38fa89556b50cdf5a093bb6c9fb54d70:1",
          "obsctl/v1": "38fa89556b50cdf5a093bb6c9fb54d70:1"
        }
      },
      {
        "ruleId": "panel-without-unit",
        "ruleIndex": 1,
        "level": "note",
        "message": {
          "text": "panel `P` has no unit\nin panel `P`"
        },
        "locations": [
          {
            "logicalLocations": [
              {
                "fullyQualifiedName": "panel `P`"
              }
            ]
          }
        ],
        "partialFingerprints": {
          "primaryLocationLineHash": "2bdd08db4510d7fc91fd6308c4941238:1",
          "obsctl/v1": "2bdd08db4510d7fc91fd6308c4941238:1"
        }
      }
    ]
    "#);
}

#[test]
fn an_empty_report_is_whole() {
    assert_eq!(github(&[], &|_| None), "");
    assert_eq!(gitlab(&[], &|_| None), "[]\n");
    let log: serde_json::Value =
        serde_json::from_str(&sarif(&[], &|_| None, &RULES, &|_| None)).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert!(checkstyle(&[], &|_| None).ends_with("<checkstyle version=\"4.3\">\n</checkstyle>\n"));
}
