//! `personal-data-in-label`

use obsctl_model::query::promql;
use obsctl_model::{Domain, ExposedName, LabelDef, MetricFamily, Stack};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;
use crate::project::subject;

/// A label that says who somebody is.
pub static CHECK: Check = Check {
    name: "personal-data-in-label",
    severity: Severity::Warning,
    docs: "\
A label holds data about a person: an e-mail address, a telephone number, a client's address.

## Why it matters

Labels are copied into every sample, dashboard, notification and backup, to many more readers than a database has, and
cannot be deleted one by one. Each person is also a series of its own.

## How to fix it

Use an identifier that means nothing outside, or leave the label out and put the person into logs and traces, where
redaction and retention apply.
",
    run: Run::Once(run),
    fires: || labelled("user_email"),
    silent: || labelled("plan"),
};

/// Names, or their last words, that hold data about persons.
const PERSONAL: &[&str] = &[
    "email",
    "e_mail",
    "mail_address",
    "email_address",
    "phone",
    "phone_number",
    "telephone",
    "mobile_number",
    "ssn",
    "social_security_number",
    "first_name",
    "last_name",
    "full_name",
    "birthday",
    "birth_date",
    "date_of_birth",
    "credit_card",
    "card_number",
    "iban",
    "passport",
    "passport_number",
    "client_ip",
    "user_ip",
    "remote_ip",
    "customer_name",
    "user_name",
    "username",
];

fn run(input: &Input<'_>, findings: &mut Findings) {
    let stack = input.project.stack();
    if input.project.knows().ours {
        for metric in stack.metrics.iter().flat_map(|family| &family.metrics) {
            // What an exporter exposes is not ours to name.
            if matches!(metric.exposed_by, obsctl_model::Exposer::Exporter(_)) {
                continue;
            }
            for label in &metric.labels {
                let name = label.name.as_str();
                if personal(name) {
                    let message = format!(
                        "label `{name}` of `{}` holds data about persons",
                        metric.name
                    );
                    findings.push(
                        Diagnostic::new(subject::metric(metric), metric.origin, message)
                            .help("use an identifier that means nothing outside, or leave it out"),
                    );
                }
            }
        }
    }
    for query in &input.queries {
        for used in &query.selectors {
            for matcher in &used.selector.matchers {
                let value = matcher.value.value.as_str();
                let mentions = value.contains('@') && !has_variable(value);
                if mentions && is_address(&value.replace("\\.", ".")) {
                    let message = format!("label `{}` holds an e-mail address", matcher.name.text);
                    findings.push(
                        query
                            .at
                            .finding(matcher.value.span, message, "a person")
                            .help("use an identifier that means nothing outside"),
                    );
                }
            }
        }
    }
}

fn personal(label: &str) -> bool {
    PERSONAL.iter().any(|word| {
        label == *word
            || label
                .strip_suffix(word)
                .is_some_and(|before| before.ends_with('_'))
    })
}

/// Whether a text is an e-mail address: `anna@example.com`.
fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+')
            })
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    plain(name)
        && plain(host)
        && host.contains('.')
        && top.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The example stack, in which connections have one more label.
fn labelled(name: &'static str) -> Stack {
    let mut stack = example::alert(promql("sum(connections) > 100"));
    let metrics = stack
        .metrics
        .iter_mut()
        .flat_map(|family: &mut MetricFamily| &mut family.metrics);
    for metric in metrics.filter(|metric| metric.name.as_str() == "connections") {
        metric.labels.push(LabelDef {
            name: ExposedName::from_static(name),
            domain: Domain::Bounded {
                at_most: 10,
                example: "x".to_owned(),
            },
        });
    }
    stack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn names_the_label_and_the_metric() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        warning[personal-data-in-label]: label `user_email` of `connections` holds data about persons
         --> metrics.rs:1:1
          |
        1 | "connections"
          | ^^^^^^^^^^^^^
          |
          = in: metric `connections`
          = help: use an identifier that means nothing outside, or leave it out
        "#);
    }

    #[test]
    fn addresses_in_queries_are_found() {
        for (value, found) in [
            ("anna@example.com", 1),
            ("kubelet@node", 0),
            ("a@b", 0),
            ("x", 0),
        ] {
            let query = format!("count(up{{instance=\"{value}\"}}) > 1");
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))).len(),
                found,
                "{value}"
            );
        }
        assert!(!personal("username_hash") && !personal("mailbox") && personal("user_phone"));
    }
}
