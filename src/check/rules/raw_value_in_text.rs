//! `raw-value-in-text`

use obsctl_model::query::promql;
use obsctl_model::{Alert, Stack, Unit};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Site, template};

/// A quantity that is shown as a bare number.
pub static CHECK: Check = Check {
    name: "raw-value-in-text",
    severity: Severity::Note,
    docs: "\
A text of an alert shows a value with a unit as a bare number.

## Why it matters

`0.0384615384615` and `1.7179869184e+10` take time to read, at a moment when there is none: it is 3.8 %, and 16 GiB.

## How to fix it

`{{ $value | humanizePercentage }}` for ratios, `humanizeDuration` for seconds, `humanize1024` for bytes,
`humanizeTimestamp` for points in time, `printf \"%.2f\"` for anything.
",
    run: Run::Once(run),
    fires: || summary("{{ $value }} in use"),
    silent: || summary("{{ $value | humanize1024 }}B in use"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    // What is right for readers of somebody else, they know better.
    if !input.project.knows().ours {
        return;
    }
    for query in &input.queries {
        let Site::Alert { alert, .. } = &query.at.site else {
            continue;
        };
        let Some((what, function)) = query.unit.and_then(readable) else {
            continue;
        };
        for (name, text) in template::texts(alert) {
            if alert.labels.contains_key(name) {
                continue;
            }
            let read = input.templates.read(text);
            for printed in read.iter().flat_map(|template| &template.values) {
                // Who writes the unit behind it knows what the number is.
                let unit = text[printed.range.end..].trim_start_matches([' ', '-', '}']);
                if !printed.raw || unit.starts_with(['s', '%']) && !unit.starts_with("se") {
                    continue;
                }
                let message = format!("{name} shows {what} as a bare number");
                findings.push(
                    Diagnostic::new(query.at.site.subject(), alert.origin, message)
                        .underline(text, printed.range.clone(), "hard to read")
                        .help(format!("write `{{{{ $value | {function} }}}}`")),
                );
            }
        }
    }
}

/// What a unit is, and the function that makes it readable.
fn readable(unit: Unit) -> Option<(&'static str, &'static str)> {
    match unit {
        Unit::Ratio => Some(("a ratio", "humanizePercentage")),
        Unit::Seconds => Some(("seconds", "humanizeDuration")),
        Unit::Bytes => Some(("bytes", "humanize1024")),
        Unit::BytesPerSecond => Some(("bytes per second", "humanize1024")),
        Unit::Timestamp => Some(("a point in time", "humanizeTimestamp")),
        _ => None,
    }
}

/// A stack with an alert on memory that says this.
fn summary(text: &str) -> Stack {
    example::with_alert(Alert {
        summary: text.to_owned(),
        ..example::high_latency(promql("memory_used_bytes > 1e9"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn only_bare_numbers_are_found() {
        for (text, found) in [
            ("{{ $value }} bytes", vec!["$value"]),
            (r#"{{ printf "%.1f" $value }}"#, vec![]),
            ("nothing", vec![]),
        ] {
            assert_eq!(underlined(&CHECK, summary(text)), found, "{text}");
        }
    }
}
