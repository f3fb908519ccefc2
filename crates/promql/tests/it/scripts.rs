//! Scripts of queries: our own, and Prometheus' own where their folder is known.

use std::path::{Path, PathBuf};

use obsctl_promql::eval::script;

/// How many evaluations of each of Prometheus' scripts are right, of how many. Neither may become less.
const RECORDED: &[(&str, usize, usize)] = &[
    ("aggregators.test", 159, 160),
    ("at_modifier.test", 78, 78),
    ("collision.test", 2, 2),
    ("duration_expression.test", 59, 59),
    ("extended_vectors.test", 169, 169),
    ("fill-modifier.test", 46, 46),
    ("functions.test", 431, 431),
    ("histograms.test", 185, 185),
    ("info.test", 53, 53),
    ("limit.test", 37, 37),
    ("literals.test", 25, 25),
    ("name_label_dropping.test", 30, 30),
    ("native_histograms.test", 522, 522),
    ("operators.test", 214, 214),
    ("range_queries.test", 18, 18),
    ("selectors.test", 31, 31),
    ("staleness.test", 17, 17),
    ("start_timestamps.test", 26, 26),
    ("subquery.test", 34, 34),
    ("trig_functions.test", 19, 19),
    ("type_and_unit.test", 58, 58),
];

struct Passed {
    file: String,
    passed: usize,
    total: usize,
}

fn run_folder(folder: &Path) -> (Vec<Passed>, String) {
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension() == Some("test".as_ref()))
        .collect();
    paths.sort();
    let mut files = Vec::new();
    let mut wrong = String::new();
    for path in paths {
        let text = std::fs::read(&path).expect("a readable script");
        let results = script::run(&String::from_utf8_lossy(&text));
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut passed = 0;
        for result in &results {
            match &result.outcome {
                Ok(()) => passed += 1,
                Err(reason) => {
                    wrong.push_str(&format!(
                        "{file}:{}: {}\n    {reason}\n",
                        result.line, result.query
                    ));
                }
            }
        }
        files.push(Passed {
            file,
            passed,
            total: results.len(),
        });
    }
    (files, wrong)
}

#[test]
fn our_own_scripts_give_what_they_expect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let (files, wrong) = run_folder(&folder);
    assert!(files.len() > 8 && files.iter().all(|file| file.total > 3));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[expect(clippy::print_stderr, reason = "what is wrong is shown")]
#[expect(
    clippy::disallowed_methods,
    reason = "the folder is named by the environment"
)]
fn prometheus_own_scripts_give_what_they_expect() {
    let Ok(folder) = std::env::var("OBSCTL_CONFORMANCE") else {
        eprintln!(
            "skipped: OBSCTL_CONFORMANCE does not name the folder of Prometheus' test scripts"
        );
        return;
    };
    let (files, wrong) = run_folder(&Path::new(&folder).join("promql"));
    eprint!("{wrong}");
    let (mut passed, mut total) = (0, 0);
    for file in &files {
        eprintln!("{:32} {:5} / {:5}", file.file, file.passed, file.total);
        passed += file.passed;
        total += file.total;
    }
    eprintln!("{:32} {passed:5} / {total:5}", "all");
    for (name, passed, total) in RECORDED {
        let file = files.iter().find(|file| file.file == *name);
        let file = file.unwrap_or_else(|| panic!("{name} is missing"));
        assert!(
            file.total >= *total,
            "{name}: {} evaluations instead of {total}",
            file.total
        );
        assert!(
            file.passed >= *passed,
            "{name}: {} right instead of {passed}",
            file.passed
        );
    }
}
