//! Whether the links in alerts lead anywhere.

use std::collections::BTreeMap;

use obsctl_model::{Alert, Rule};

use super::{Answer, Check, Judged};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::project::{Project, subject};

/// Its page.
pub static CHECK: Check = Check {
    name: "link-broken",
    severity: Severity::Warning,
    docs: "\
A link in an annotation of an alert does not answer, or answers that there is nothing (`--links`).

## Why it matters

It is opened at three in the morning by somebody who needs it.

## How to fix it

Correct it, or write the page. Who needs a login is asked nothing more: 401 and 403 count as an answer.
",
};

/// So many pages are asked for at once.
const THREADS: usize = 8;

/// Asks for every link, each once. `status` is what a page answers.
#[must_use]
pub fn judge(
    project: &Project,
    status: &(dyn Fn(&str) -> Answer<u16> + Sync),
    doing: &dyn Fn(String),
) -> Judged {
    let mut by_url: BTreeMap<&str, Vec<Diagnostic>> = BTreeMap::new();
    for group in project.groups() {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            for (name, url) in links(alert) {
                let message = format!("`{name}` leads nowhere: {url}");
                let found = Diagnostic::new(subject::alert(group, alert), alert.origin, message);
                by_url.entry(url).or_default().push(found);
            }
        }
    }
    let urls: Vec<_> = by_url.keys().copied().collect();
    doing(format!("{} links", urls.len()));
    let answers = parallel::map_in(THREADS, &urls, |url| status(url));
    let mut judged = Judged::default();
    for (url, answer) in urls.iter().zip(answers) {
        let why = match answer {
            Ok(200..=399 | 401 | 403 | 405 | 429) => continue,
            Ok(status) => format!("it answers {status}"),
            Err(why) => why,
        };
        for found in by_url.remove(url).unwrap_or_default() {
            let found = found.help(why.clone());
            judged
                .findings
                .push(CHECK.finding(Severity::Warning, found));
        }
    }
    judged
        .said
        .push(format!("{} links were followed", urls.len()));
    judged
}

/// Annotations that are addresses, and no templates.
fn links(alert: &Alert) -> impl Iterator<Item = (&str, &str)> {
    let all = alert.annotations.iter();
    let all = all.map(|(name, text)| (name.as_str(), text.trim()));
    all.filter(|(_, text)| {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        is_url && !text.contains("{{") && !text.contains(char::is_whitespace)
    })
}
