//! Results for people: what is wrong first, then what nobody can say and what has no data, then how many.

use std::io::{self, Write};

use crate::cli::findings::counted;
use crate::verify::{Counts, Group, Outcome, Report, Step};

/// So many steps are listed under one reason.
const LISTED: usize = 8;

/// Shows a report.
pub(super) fn human(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    section(
        report,
        out,
        "\x1b[1;31mfailed\x1b[0m",
        |outcome| match outcome {
            Outcome::Failed { reason, fix } => Some((reason, Some(fix))),
            _ => None,
        },
    )?;
    section(
        report,
        out,
        "\x1b[1;33mnot run\x1b[0m",
        |outcome| match outcome {
            Outcome::NotRun { reason } => Some((reason, None)),
            _ => None,
        },
    )?;
    section(
        report,
        out,
        "\x1b[1mempty\x1b[0m",
        |outcome| match outcome {
            Outcome::Empty { reason } => Some((reason, None)),
            _ => None,
        },
    )?;
    seen(report, out)?;
    table(report, out)
}

/// Why steps have a result: the reason, and what to do about it.
type Why<'a> = (&'a String, Option<&'a String>);

/// The steps of one result; those with the same reason together.
fn section<'a>(
    report: &'a Report,
    out: &mut dyn Write,
    heading: &str,
    why: impl Fn(&'a Outcome) -> Option<Why<'a>>,
) -> io::Result<()> {
    let mut reasons: Vec<(Why<'_>, Vec<&str>)> = vec![];
    for step in &report.steps {
        if let Some(why) = why(&step.outcome) {
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, ids)) => ids.push(&step.id),
                None => reasons.push((why, vec![&step.id])),
            }
        }
    }
    for ((reason, fix), ids) in reasons {
        writeln!(out, "{heading}: {}", plain(reason))?;
        for id in ids.iter().take(LISTED) {
            writeln!(out, "    {}", plain(id))?;
        }
        if ids.len() > LISTED {
            writeln!(out, "    … and {} more", ids.len() - LISTED)?;
        }
        if let Some(fix) = fix {
            writeln!(out, "  fix: {}", plain(fix))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A text without what would move the cursor: parts of it are a server's.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// What was seen of servers, correlation and scenarios: versions, a trace, an alert's words.
fn seen(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let told = |step: &&Step| {
        matches!(
            step.group(),
            Group::Ready | Group::Alerting | Group::Correlation | Group::Scenarios
        )
    };
    let mut any = false;
    for step in report.steps.iter().filter(told) {
        if let Outcome::Passed { seen: Some(seen) } = &step.outcome {
            writeln!(out, "{}: {}", plain(&step.id), plain(seen))?;
            any = true;
        }
    }
    if any {
        writeln!(out)?;
    }
    Ok(())
}

/// How many there are, by group.
fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |name: &str, [passed, empty, failed, not_run]: [String; 4]| {
        writeln!(
            out,
            "{name:<12}{passed:>8}{empty:>8}{failed:>8}{not_run:>9}"
        )
    };
    line(
        "",
        ["passed", "empty", "failed", "not run"].map(str::to_owned),
    )?;
    for group in Group::ALL {
        let of_group = report.steps.iter().filter(|step| step.group() == group);
        let counts = Counts::of(of_group);
        if counts != Counts::default() {
            line(group.word(), cells(counts))?;
        }
    }
    line("all", cells(report.summary))?;
    let summary = report.summary;
    let verdict = match (summary.failed, summary.not_run) {
        (0, 0) => "all is as it should be".to_owned(),
        (0, not_run) => format!("of {} nobody can say", counted(not_run, "step")),
        (failed, _) => format!("{} failed", counted(failed, "step")),
    };
    writeln!(out, "{verdict}")
}

fn cells(counts: Counts) -> [String; 4] {
    [counts.passed, counts.empty, counts.failed, counts.not_run].map(|count| match count {
        0 => "-".to_owned(),
        count => count.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn shown(steps: Vec<Step>) -> String {
        let mut out = vec![];
        human(
            &Report::new(steps),
            &mut anstream::StripStream::new(&mut out),
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_wrong_comes_first_and_equal_reasons_once() {
        let missing = |name: &str| {
            let outcome = Outcome::failed("Prometheus has no\x1b[2J rules", "deploy them");
            Group::Rules.step(name, outcome)
        };
        let steps = vec![
            Group::Ready.step("prometheus", Outcome::seen("version 3.1.0")),
            Group::Targets.step("api/a:80", Outcome::passed()),
            missing("api/A"),
            missing("api/B"),
            Group::Queries.step("d/P/A", Outcome::empty("no alert is pending or firing")),
            Group::Queries.step("d/Q/A", Outcome::not_run("Loki is not ready")),
        ];
        assert_snapshot!(shown(steps), @r"
        failed: Prometheus has no [2J rules
            rules/api/A
            rules/api/B
          fix: deploy them

        not run: Loki is not ready
            queries/d/Q/A

        empty: no alert is pending or firing
            queries/d/P/A

        ready/prometheus: version 3.1.0

                      passed   empty  failed  not run
        ready              1       -       -        -
        rules              -       -       2        -
        targets            1       -       -        -
        queries            -       1       -        1
        all                2       1       2        1
        2 steps failed
        ");
    }

    #[test]
    fn many_steps_of_one_reason_are_counted() {
        let steps =
            (0..20).map(|n| Group::Queries.step(format!("d/{n:02}/A"), Outcome::not_run("x")));
        let shown = shown(steps.collect());
        assert!(
            shown.contains("    queries/d/07/A\n    … and 12 more\n"),
            "{shown}"
        );
        assert!(shown.ends_with("of 20 steps nobody can say\n"), "{shown}");
    }
}
