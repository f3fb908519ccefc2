//! `unescaped-dot`

use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;

/// A dot in an address that stands for any character.
pub static CHECK: Check = Check {
    name: "unescaped-dot",
    severity: Severity::Note,
    docs: "\
A regular expression names an address or a host, and its dots are not escaped.

## Why it matters

`.` matches any character: `10.0.0.1.*` also matches `10.0.011:9100`, and `db.example.com` also `db-example.com`.

## How to fix it

Escape the dots: `10\\\\.0\\\\.0\\\\.1` within double quotes. A single value needs no expression: compare with `=`.
",
    run: Run::PerText(run),
    fires: || example::alert(promql(r#"count(up{instance=~"10.0.0.1:.*"}) > 1"#)),
    silent: || example::alert(promql(r#"count(up{instance=~"10\\.0\\.0\\.1:.*"}) > 1"#)),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for used in &query.selectors {
        for matcher in &used.selector.matchers {
            let regex = matcher.value.value.as_str();
            if !matcher.op.is_regex() || has_variable(regex) {
                continue;
            }
            if let Some(host) = regex.split(['|', '(', ')']).find_map(host) {
                let message = format!("the dots in `{host}` match any character");
                findings.push(
                    query
                        .at
                        .finding(matcher.value.span, message, "")
                        .help(format!("write `{}`", host.replace('.', "\\\\."))),
                );
            }
        }
    }
}

/// The address or host that an alternative begins with, if its dots are plain.
fn host(alternative: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let end = alternative
        .find(|c: char| !plain(c))
        .unwrap_or(alternative.len());
    let rest = &alternative[end..];
    // A dot before `*` or `+` is meant as a pattern.
    let host = match rest.chars().next() {
        Some('*' | '+' | '?' | '{') => alternative[..end].strip_suffix('.')?,
        Some('\\' | '[') => return None,
        _ => &alternative[..end],
    };
    let parts: Vec<&str> = host.split('.').collect();
    let number = |part: &&str| {
        !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit())
    };
    let word = |part: &&str| part.len() >= 2 && part.bytes().any(|b| b.is_ascii_alphabetic());
    let address = parts.len() == 4 && parts.iter().all(number);
    let name = parts.len() >= 3 && parts.iter().all(word);
    (address || name).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn addresses_and_hosts_are_found() {
        for (regex, found) in [
            ("db.example.com|cache.example.com", 1),
            ("10.1.2.3", 1),
            (r"db\\.example\\.com", 0),
            ("a.*b.*", 0),
            ("1.5", 0),
            ("kubelet.*", 0),
            ("io.foo.*", 0),
        ] {
            let query = format!("count(up{{instance=~\"{regex}\"}}) > 1");
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))).len(),
                found,
                "{regex}"
            );
        }
    }
}
