//! The page that shows what was delivered.

use std::fmt::Write as _;

use super::Delivered;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"refresh\" content=\"5\">
<title>Delivered alerts</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #8884; }
  .firing { color: #c4162a; font-weight: 600; }
  .resolved { color: #2e7d32; font-weight: 600; }
  code { font-size: 85%; opacity: .75; }
</style>
</head>
<body>
<h1>Delivered alerts</h1>
";

/// The page, newest alert first.
pub(super) fn render<'a>(alerts: impl Iterator<Item = &'a Delivered>) -> String {
    let mut page = HEAD.to_owned();
    let mut rows = String::new();
    for delivered in alerts {
        row(&mut rows, delivered);
    }
    if rows.is_empty() {
        page.push_str(
            "<p>Nothing yet. Set off a scenario: <code>obsctl scenario slow-api</code></p>",
        );
    } else {
        page.push_str("<table><tr><th>When</th><th>Alert</th><th>What</th><th>Links</th></tr>");
        page.push_str(&rows);
        page.push_str("</table>");
    }
    page.push_str("\n</body>\n</html>\n");
    page
}

fn row(out: &mut String, delivered: &Delivered) {
    let alert = &delivered.alert;
    let text = |of: &std::collections::BTreeMap<String, String>, name: &str| {
        escape(of.get(name).map_or("", String::as_str))
    };
    let links = [("runbook", "runbook_url"), ("dashboard", "dashboard_url")];
    let links = links.into_iter().filter_map(|(word, name)| {
        let url = alert.annotations.get(name)?;
        // Whoever can send alerts must not be able to run scripts here.
        url.starts_with("http")
            .then(|| format!("<a href=\"{}\">{word}</a>", escape(url)))
    });
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "\n<tr><td>{}<br><code>{} {}</code></td><td><span class=\"{}\">{}</span><br>{}</td><td>{}<br><code>{}, {}</code></td><td>{}</td></tr>",
        escape(&delivered.received_at),
        escape(&delivered.receiver),
        escape(&delivered.path),
        escape(&alert.status),
        escape(&alert.status),
        text(&alert.labels, "alertname"),
        text(&alert.annotations, "summary"),
        text(&alert.labels, "severity"),
        text(&alert.labels, "service"),
        links.collect::<Vec<_>>().join(" "),
    );
}

fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, char| {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}
