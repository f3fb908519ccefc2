//! Prometheus' own evaluation scripts, where their folder is known: every query of theirs that does not
//! have to fail must parse and have right types.

use std::path::Path;

use obsctl_promql::{Dialect, parse_with, typecheck};

/// A query of a script and whether it has to fail.
struct Query {
    line: usize,
    text: String,
    fails: bool,
}

fn queries(script: &str) -> Vec<Query> {
    let mut queries: Vec<Query> = Vec::new();
    for (index, line) in script.lines().enumerate() {
        let indented = line.starts_with([' ', '\t']);
        let words = line.trim();
        if indented && words.starts_with("expect fail") {
            queries
                .last_mut()
                .expect("an expectation follows its query")
                .fails = true;
        }
        let Some(rest) = words.strip_prefix("eval").filter(|_| !indented) else {
            continue;
        };
        let (command, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        // `instant at <time>` or `range from <time> to <time> step <duration>`
        let skip = if rest.starts_with("instant") { 3 } else { 7 };
        let text = rest.split_inclusive(' ').skip(skip).collect::<String>();
        queries.push(Query {
            line: index + 1,
            text,
            fails: command.contains("fail"),
        });
    }
    queries
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the folder is named by the environment"
)]
#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
fn the_queries_of_prometheus_own_scripts_are_right() {
    let Ok(folder) = std::env::var("OBSCTL_CONFORMANCE") else {
        eprintln!(
            "skipped: OBSCTL_CONFORMANCE does not name the folder of Prometheus' test scripts"
        );
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(Path::new(&folder).join("promql")).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.extension().is_none_or(|extension| extension != "test") {
            continue;
        }
        let script =
            String::from_utf8_lossy(&std::fs::read(&path).expect("a readable script")).into_owned();
        for query in queries(&script) {
            let place = format!("{}:{}: {}", path.display(), query.line, query.text);
            let parsed = parse_with(&query.text, Dialect::Prometheus);
            let (_, errors) = typecheck(&parsed.expr);
            if !query.fails {
                assert!(parsed.errors.is_empty(), "{place}\n{:#?}", parsed.errors);
                assert!(errors.is_empty(), "{place}\n{errors:#?}");
            }
            if parsed.errors.is_empty() {
                let printed = parsed.expr.to_string();
                let again = parse_with(&printed, Dialect::Prometheus);
                assert!(
                    again.errors.is_empty(),
                    "{place}\n{printed}\n{:#?}",
                    again.errors
                );
                assert_eq!(again.expr, parsed.expr, "{place}\n{printed}");
            }
            count += 1;
        }
    }
    assert!(count > 2000, "only {count} queries");
}
