//! Showing findings.

use std::io::{self, Write};

use super::Workspace;
use crate::diagnostic::render::{self, Style};
use crate::diagnostic::{Diagnostic, Severity};

/// Shows findings to a person, and how many they are: lines of the source are read from the workspace.
pub(super) fn show(
    findings: &[Diagnostic],
    workspace: &Workspace,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = Style {
        color: true,
        ..Style::default()
    };
    let source = |path: &str| workspace.source(path);
    if !findings.is_empty() {
        writeln!(out, "{}", render::human(findings, &source, style))?;
    }
    writeln!(out, "{}", render::summary(findings))
}

/// Whether there is a finding of that severity or a worse one.
pub(super) fn any(findings: &[Diagnostic], severity: Severity) -> bool {
    findings.iter().any(|finding| finding.severity <= severity)
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
