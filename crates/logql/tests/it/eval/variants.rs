//! `variants(…) of (…)`.

use obsctl_logql::eval::{Engine, Options};
use obsctl_logql::parse;

use super::{SECOND, shown, storage};

fn of(query: &str) -> String {
    let storage = storage(&[
        ("job=api", 1.0, "level=info v=2"),
        ("job=api", 2.0, "level=error v=3"),
        ("job=api", 3.0, "level=error v=4"),
    ]);
    let engine = Engine::new(Options {
        variants: true,
        ..Options::default()
    });
    let parsed = parse(query);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    match engine.instant(&storage, &parsed.expr, 5 * SECOND) {
        Ok(data) => shown(&data),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn variants_read_the_same_lines() {
    let query = r#"variants(count_over_time({job="api"}[5s]), bytes_over_time({job="api"}[5s])) of ({job="api"} |= "error" [5s])"#;
    assert_eq!(
        of(query),
        "{__variant__=\"0\", job=\"api\"} 2\n{__variant__=\"1\", job=\"api\"} 30"
    );
}

#[test]
fn a_variant_may_be_aggregated_and_unwrapped() {
    let query = r#"variants(sum by (level) (count_over_time({job="api"}[5s])), sum_over_time({job="api"} | unwrap v [5s])) of ({job="api"} | logfmt [5s])"#;
    let found = of(query);
    assert!(
        found.contains("{__variant__=\"0\", level=\"error\"} 2"),
        "{found}"
    );
    assert!(
        found.contains("{__variant__=\"1\", job=\"api\", level=\"error\"} 7"),
        "{found}"
    );
}
