//! Dependencies inside `src` point one way, and only `cli` and `live` touch the world.

use std::collections::BTreeSet;

use crate::common::{files, repository};

/// Which modules of `src` a module may name. `ARCHITECTURE.md` prints this table.
const ALLOWED: &[(&str, &[&str])] = &[
    ("catalogs", &[]),
    (
        "check",
        &[
            "diagnostic",
            "memo",
            "parallel",
            "policy",
            "project",
            "routing",
            "ruletest",
        ],
    ),
    (
        "cli",
        &[
            "catalogs",
            "check",
            "diagnostic",
            "diff",
            "evaluate",
            "fix",
            "generate",
            "import",
            "live",
            "online",
            "parallel",
            "policy",
            "project",
            "read",
            "routing",
            "ruletest",
            "sloreport",
            "verify",
        ],
    ),
    ("diagnostic", &["lines"]),
    (
        "diff",
        &["diagnostic", "parallel", "project", "read", "routing"],
    ),
    ("evaluate", &["diagnostic", "read"]),
    ("fix", &["diagnostic", "read"]),
    ("generate", &["check", "diagnostic", "project", "routing"]),
    ("import", &["generate"]),
    ("lines", &[]),
    (
        "live",
        &["generate", "online", "parallel", "project", "verify"],
    ),
    ("memo", &[]),
    (
        "online",
        &[
            "check",
            "diagnostic",
            "parallel",
            "project",
            "read",
            "verify",
        ],
    ),
    ("parallel", &[]),
    ("policy", &["diagnostic"]),
    ("project", &["diagnostic", "memo", "parallel"]),
    ("read", &["diagnostic", "lines", "memo", "routing"]),
    ("routing", &["diagnostic"]),
    ("ruletest", &["diagnostic", "routing"]),
    ("sloreport", &["generate", "parallel", "project"]),
    ("verify", &["generate", "project"]),
];

/// What only `cli` may name: files, the environment, the process, printing.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::thread",
    "println!",
    "eprintln!",
    "print!(",
    "eprint!(",
    "SystemTime",
    "Instant::now",
    "stdout()",
    "stderr()",
    "stdin()",
];

fn sources() -> Vec<(String, String)> {
    files(&repository().join("src"))
}

/// The module a file belongs to: `check/rules/syntax.rs` is of `check`.
fn module(path: &str) -> &str {
    path.split('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs")
}

/// The modules that `crate::a`, `crate::{a, b::c}` name.
fn named(source: &str) -> BTreeSet<String> {
    let first_word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = BTreeSet::new();
    for (at, matched) in source.match_indices("crate::") {
        // `$crate::` in a macro and `other_crate::` are something else.
        let before = source[..at].chars().next_back();
        if before.is_some_and(|c| c == '$' || c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &source[at + matched.len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let (mut depth, mut start) = (0, 0);
                for (at, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            found.insert(first_word(&list[start..at]));
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(first_word(&list[start..at]));
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
            }
            None => {
                found.insert(first_word(rest));
            }
        }
    }
    found.remove("");
    found
}

/// The code of a file, without its comments and its unit tests.
fn code(source: &str) -> String {
    let before_tests = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(source);
    before_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let modules: BTreeSet<_> = ALLOWED.iter().map(|(module, _)| *module).collect();
    let mut violations = vec![];
    for (path, source) in sources() {
        let from = module(&path);
        if matches!(from, "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(module, _)| *module == from) else {
            violations.push(format!("src/{path}: module `{from}` is not in the table"));
            continue;
        };
        for to in named(&code(&source)) {
            if modules.contains(to.as_str()) && to != from && !allowed.contains(&to.as_str()) {
                violations.push(format!("src/{path}: `{from}` must not name `crate::{to}`"));
            }
        }
    }
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn only_cli_touches_the_world() {
    let mut violations = vec![];
    for (path, source) in sources() {
        if matches!(module(&path), "cli" | "main") {
            continue;
        }
        let code = code(&source);
        // Threads that only compute change nothing but the time it takes; one module starts them.
        // What asks running engines waits for them.
        let waits = |word: &str| matches!(word, "std::thread" | "SystemTime" | "Instant::now");
        let allowed = |word: &str| {
            (word == "std::thread" && path == "parallel.rs")
                || (waits(word)
                    && matches!(
                        path.as_str(),
                        "live/client.rs" | "live/clock.rs" | "live/gate.rs"
                    ))
        };
        let named = WORLD
            .iter()
            .filter(|word| code.contains(**word) && !allowed(word));
        violations.extend(named.map(|word| format!("src/{path}: `{word}`")));
    }
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn files_are_touched_in_one_file() {
    let touching: Vec<_> = sources()
        .into_iter()
        .filter(|(_, source)| code(source).contains("fs::"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(touching, ["cli/workspace.rs"]);
}

#[test]
fn main_is_one_statement() {
    let source = std::fs::read_to_string(repository().join("src/main.rs")).unwrap();
    assert!(source.ends_with("fn main() -> ExitCode {\n    obsctl::run(obsctl_stack::stack)\n}\n"));
}

#[test]
fn the_document_shows_the_table() {
    let document = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    for (module, allowed) in ALLOWED {
        let names: Vec<_> = allowed.iter().map(|name| format!("`{name}` ")).collect();
        let row = format!("| `{module}` | {}|", names.join(", ").replace(" ,", ","));
        assert!(
            document.contains(&row),
            "ARCHITECTURE.md lacks the row {row}"
        );
    }
}

#[test]
fn names_are_found_in_paths_and_lists() {
    let source = "use crate::{check::Findings, project::{Project, slo}};\nlet x = crate::cli::CLEAN; $crate::no";
    let found: Vec<_> = named(source).into_iter().collect();
    assert_eq!(found, ["check", "cli", "project"]);
}
