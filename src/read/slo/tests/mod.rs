//! SLOs as other tools write them: each file as a short description of what was read.

mod openslo;
mod pyrra;
mod sloth;

use std::fmt::Write as _;

use obsctl_model::{Indicator, SloAlerts};

use crate::read::{self, File, Found};

/// What is found in files, in words.
fn said(files: &[&str]) -> String {
    let mut found = Found::default();
    for text in files {
        found.append(read::file(File {
            path: "slo.yml",
            text,
        }));
    }
    found.settle();
    let mut out = String::new();
    let place = |origin: obsctl_model::Origin| {
        let (_, line, column) = origin.location().unwrap_or_default();
        format!("{line}:{column}")
    };
    for slo in &found.slos {
        let by: Vec<_> = slo.by.iter().map(ToString::to_string).collect();
        let alerts = match slo.alerts {
            SloAlerts::Both => String::new(),
            some => format!(" alerts {some}"),
        };
        let _ = writeln!(
            out,
            "{} {}/{} {}% in {} by {by:?} owner {} labels {:?}{alerts}",
            place(slo.origin),
            slo.service,
            slo.name,
            slo.objective.as_percent(),
            slo.window,
            slo.owner,
            slo.labels
        );
        let _ = writeln!(out, "  {:?}", slo.indicator);
    }
    for one in &found.left_out {
        let _ = writeln!(out, "left out {} {}", place(one.at), one.what);
    }
    for problem in &found.problems {
        let help: String = problem
            .help
            .iter()
            .map(|help| format!(" ({help})"))
            .collect();
        let (severity, at) = (problem.severity.word(), place(problem.origin()));
        let _ = writeln!(out, "{severity} {at} {}{help}", problem.message);
    }
    if !found.others.is_empty() {
        out.push_str("none of ours\n");
    }
    out
}

/// What is wrong in a file when a part of it is replaced by another: for each such change what is new in it, and what
/// is found.
fn changed(file: &str, changes: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (from, to) in changes {
        assert!(file.contains(from), "{from}");
        let new = to.lines().find(|line| from.lines().all(|old| old != *line));
        let _ = writeln!(out, "# {}", new.unwrap_or_default().trim());
        let said = said(&[&file.replacen(from, to, 1)]);
        let wrong = |line: &&str| line.starts_with("error") || line.starts_with("note");
        for line in said.lines().filter(wrong) {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

const SLOTH: &str = include_str!("../../../../examples/imported/sloth.yml");
const PYRRA: &str = include_str!("../../../../examples/imported/pyrra.yml");
const OPENSLO: &str = include_str!("../../../../examples/imported/openslo.yaml");

#[test]
fn broken_yaml_of_ours_is_found() {
    for text in [
        "version: prometheus/v1\nservice: [x\n",
        "apiVersion: openslo/v1\nkind: [SLO\n",
        "apiVersion: pyrra.dev/v1alpha1\nkind: [x\n",
    ] {
        let said = said(&[text]);
        assert!(
            said.starts_with("error 3:1 not YAML") || said.starts_with("error 2:"),
            "{said}"
        );
    }
}

/// Whatever is cut out of a file, reading it ends with what is there or what is wrong.
#[test]
fn nothing_that_is_missing_breaks_the_reader() {
    for text in [SLOTH, PYRRA, OPENSLO] {
        let lines: Vec<_> = text.lines().collect();
        for at in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(at);
            let mut found = read::file(File {
                path: "slo.yml",
                text: &rest.join("\n"),
            });
            found.settle();
            for slo in &found.slos {
                assert!(
                    !matches!(&slo.indicator, Indicator::Raw { error_ratio } if error_ratio.as_str().is_empty())
                );
            }
        }
    }
}
