//! `unknown-external-label`

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Site, template};

/// A text that shows a label the server does not have.
pub static CHECK: Check = Check {
    name: "unknown-external-label",
    severity: Severity::Warning,
    docs: "\
A text of an alert shows an external label that the server does not have.

## Why it matters

`$externalLabels` holds what the `external_labels` of the server say, and nothing else: the text shows nothing in the place of
another name, and whoever is woken does not read where it happens.

## How to fix it

Correct the name, or add the label to `external_labels` of the server. Texts are compared with the server that `--prometheus`
names, where it shows its configuration, or with what `obsctl.toml` says:

```toml
[check]
external_labels = { cluster = \"eu-1\" }
```

What is shown only where it is there is no mistake: `{{ with $externalLabels.region }}…{{ end }}`. Texts of rules of Loki are
not compared.
",
    run: Run::Once(run),
    fires: || example::saying("{{ $externalLabels.clutser }} is slow"),
    silent: || example::saying("{{ $externalLabels.cluster }} is slow"),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    let Some(external) = input.external_labels() else {
        return;
    };
    for query in &input.queries {
        let Site::Alert { alert, .. } = &query.at.site else {
            continue;
        };
        for (what, text) in template::texts(alert) {
            let read = input.templates.read(text);
            let named = read.iter().flat_map(|template| &template.external_labels);
            for range in named.filter(|range| !external.contains_key(&text[(*range).clone()])) {
                let label = &text[range.clone()];
                let message = format!("{what} shows `{label}`, which is no external label");
                let found = Diagnostic::new(query.at.site.subject(), alert.origin, message)
                    .underline(text, range.clone(), "shows nothing")
                    .did_you_mean(label, external.keys().map(String::as_str));
                let names: Vec<_> = external.keys().map(|name| format!("`{name}`")).collect();
                findings.push(match names.is_empty() {
                    true => found.help("the server has no external labels"),
                    false => found.help(format!("the external labels are {}", names.join(", "))),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_which_there_are() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[unknown-external-label]: summary shows `clutser`, which is no external label
         --> definitions.rs:1:20
          |
        1 | {{ $externalLabels.clutser }} is slow
          |                    ^^^^^^^ shows nothing
          |
          = in: alert `HighLatency` of group `api`
          = help: did you mean `cluster`?
          = help: the external labels are `cluster`
        ");
    }

    #[test]
    fn both_ways_to_name_one_are_read() {
        let text = "{{ .ExternalLabels.a }} {{ $labels.path }} {{ $externalLabels.cluster }} {{ index $externalLabels \"b\" }}";
        assert_eq!(underlined(&CHECK, example::saying(text)), ["a", "b"]);
    }
}
