//! Random queries and what Prometheus answers to them: in `tests/agreement/`, and in the folder that
//! `OBSCTL_AGREEMENT` names. The statements are those of the example `random_queries`.

mod answer;

use std::path::Path;

use obsctl_promql::eval::Storage;

/// What is not as Prometheus has it, and how many queries there were.
#[derive(Default)]
struct Compared {
    queries: usize,
    wrong: Vec<String>,
}

impl Compared {
    fn folder(&mut self, folder: &Path) {
        #[expect(clippy::disallowed_methods, reason = "answers are files")]
        let entries = std::fs::read_dir(folder).expect("a readable folder");
        let mut paths: Vec<_> = entries.map(|it| it.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            #[expect(clippy::disallowed_methods, reason = "answers are files")]
            let text = std::fs::read_to_string(&path).expect("readable answers");
            self.file(&path.display().to_string(), &text);
        }
    }

    fn file(&mut self, name: &str, text: &str) {
        let mut storage = Storage::new();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let mut block = format!("{line}\n");
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with("  ")) {
                block.push_str(line);
                block.push('\n');
            }
            if line.starts_with("load") {
                storage = answer::load(&block).expect("series that can be read");
                continue;
            }
            self.queries += 1;
            let expected: Vec<_> = block.lines().skip(1).collect();
            let got = answer::of(&storage, line).expect("a statement");
            let got: Vec<_> = got.lines().collect();
            if !same_lines(&expected, &got) {
                self.wrong.push(format!(
                    "{name}:{}: {line}\n- {}\n+ {}",
                    number + 1,
                    expected.join("\n- "),
                    got.join("\n+ ")
                ));
            }
        }
    }
}

fn same_lines(expected: &[&str], got: &[&str]) -> bool {
    // Messages of errors are our own.
    let fails = |lines: &[&str]| lines.first().is_some_and(|line| line.starts_with("  fail"));
    if fails(expected) || fails(got) {
        return fails(expected) && fails(got);
    }
    let pairs = || expected.iter().zip(got);
    expected.len() == got.len() && pairs().all(|(expected, got)| same_line(expected, got))
}

fn same_line(expected: &str, got: &str) -> bool {
    let (expected, got) = (expected.split('\t'), got.split('\t'));
    expected.clone().count() == got.clone().count()
        && expected.zip(got).all(|(expected, got)| {
            expected == got
                || same_float(expected, got)
                || note(expected).is_some() && note(expected) == note(got)
        })
}

/// An annotation without its place: of a subquery Prometheus says that it stands at 1:1.
fn note(text: &str) -> Option<(&str, &str)> {
    let (said, rest) = text.strip_prefix("PromQL ")?.rsplit_once(" (")?;
    let (_place, details) = rest.split_once(')')?;
    Some((said, details))
}

/// Whether both are the same time and number, to the bit.
fn same_float(expected: &str, got: &str) -> bool {
    let parts = |text: &str| {
        let (time, value) = text.split_once('=').unwrap_or(("", text));
        Some((time.to_owned(), value.parse::<f64>().ok()?))
    };
    let (Some((time, expected)), Some((own_time, got))) = (parts(expected), parts(got)) else {
        return false;
    };
    time == own_time && (expected.to_bits() == got.to_bits() || expected.is_nan() && got.is_nan())
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "more answers are named by the environment"
)]
fn queries_give_what_prometheus_answers_to_the_bit() {
    let mut compared = Compared::default();
    compared.folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement"));
    if let Ok(folder) = std::env::var("OBSCTL_AGREEMENT") {
        compared.folder(Path::new(&folder));
    }
    assert!(compared.queries > 300, "only {} queries", compared.queries);
    assert!(
        compared.wrong.is_empty(),
        "{}\n{} of {} queries differ",
        compared.wrong.join("\n\n"),
        compared.wrong.len(),
        compared.queries
    );
}
