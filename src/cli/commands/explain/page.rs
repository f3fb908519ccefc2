//! How an explanation is laid out: a heading, text, facts in two columns, lists.

use obsctl_model::RuleQuery;

/// An explanation in the making.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Starts with what is explained: ``alert `HighApiLatency` ``.
    pub(super) fn new(kind: &str, name: impl std::fmt::Display) -> Self {
        Self {
            text: format!("{kind} `{name}`\n"),
        }
    }

    /// Adds a paragraph; nothing where it is empty.
    pub(super) fn text(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.text.push('\n');
            self.indented("", text);
        }
        self
    }

    /// Adds facts that are known, in two columns.
    pub(super) fn facts(mut self, facts: &[(&str, Option<String>)]) -> Self {
        let known = || {
            let known = facts
                .iter()
                .filter_map(|(name, fact)| Some((*name, fact.as_ref()?)));
            known.filter(|(_, fact)| !fact.is_empty())
        };
        let width = known()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        self.text.push('\n');
        for (name, fact) in known() {
            let mut lines = fact.lines();
            let first = lines.next().unwrap_or_default();
            self.text.push_str(&format!("  {name:width$}  {first}\n"));
            for line in lines {
                self.text.push_str(&format!("  {:width$}  {line}\n", ""));
            }
        }
        self
    }

    /// Adds a list under a heading; nothing where it is empty.
    pub(super) fn list(mut self, heading: &str, items: impl IntoIterator<Item = String>) -> Self {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.text.push_str(&format!("\n{heading}\n"));
            items.for_each(|item| self.indented("  ", &item));
        }
        self
    }

    /// Adds a query under a heading, laid out where it is long.
    pub(super) fn query(self, heading: &str, query: &RuleQuery) -> Self {
        let text = match query {
            RuleQuery::Promql(query) if query.errors().is_empty() => query.expr().pretty(),
            RuleQuery::Promql(_) | RuleQuery::Logql(_) => query.as_str().to_owned(),
        };
        self.list(heading, [text])
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn indented(&mut self, indent: &str, text: &str) {
        for line in text.lines() {
            self.text.push_str(format!("{indent}{line}").trim_end());
            self.text.push('\n');
        }
    }
}
