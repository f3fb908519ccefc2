//! What a dashboard's variables stand for in its queries when it is opened, as Grafana puts it in.

use std::collections::BTreeMap;

use obsctl_model::dashboard::DatasourceKind;
use obsctl_model::dashboard::grafana::{self, Current, TextOrList};
use obsctl_promql::ast;
use regex_automata::meta::Regex;
use serde_json::Value;

use super::window::Window;

/// What is chosen when a dashboard is opened, by the variable's name.
pub type Chosen = BTreeMap<String, Choice>;

/// What is chosen of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One text, put in as it is: what was typed, a constant, what "All" stands for.
    Text(String),
    /// One value, of a variable that has only one.
    One(String),
    /// Values, of a variable that can have several: queries compare it with a pattern.
    Many(Vec<String>),
}

/// Grafana's value for "All".
const ALL: &str = "$__all";

/// What is chosen of a variable whose values are these: those of its datasource, or none for a variable that
/// names its values itself.
#[must_use]
pub fn choose(variable: &grafana::Variable, values: &[String]) -> (String, Choice) {
    match variable {
        // Whatever it is of, nothing is known of its values.
        grafana::Variable::Other(json) => {
            let name = json.get("name").and_then(Value::as_str).unwrap_or_default();
            (name.to_owned(), Choice::Text(String::new()))
        }
        grafana::Variable::Query(one) => {
            let several = one.multi || one.include_all;
            let choice = choice(
                one.current.as_ref(),
                several,
                one.all_value.as_deref(),
                values,
            );
            (one.name.clone(), choice)
        }
        grafana::Variable::Custom(one) => {
            let own: Vec<_> = one
                .options
                .iter()
                .map(|option| option.value.clone())
                .collect();
            let several = one.multi || one.include_all;
            let choice = choice(
                one.current.as_ref(),
                several,
                one.all_value.as_deref(),
                &own,
            );
            (one.name.clone(), choice)
        }
        grafana::Variable::Interval(one) => {
            let own: Vec<_> = one
                .options
                .iter()
                .map(|option| option.value.clone())
                .collect();
            (
                one.name.clone(),
                choice(one.current.as_ref(), false, None, &own),
            )
        }
        grafana::Variable::Datasource(one) => {
            let values = if values.is_empty() {
                std::slice::from_ref(&one.query)
            } else {
                values
            };
            (
                one.name.clone(),
                choice(one.current.as_ref(), false, None, values),
            )
        }
        grafana::Variable::Textbox(one) => (one.name.clone(), Choice::Text(one.query.clone())),
        grafana::Variable::Constant(one) => (one.name.clone(), Choice::Text(one.query.clone())),
    }
}

fn choice(
    current: Option<&Current>,
    several: bool,
    all: Option<&str>,
    values: &[String],
) -> Choice {
    let chosen = match current.map(|current| &current.value) {
        Some(TextOrList::Text(one)) => vec![one.clone()],
        Some(TextOrList::List(many)) => many.clone(),
        None => values.first().cloned().into_iter().collect(),
    };
    if chosen.iter().any(|value| value == ALL) {
        return match all {
            Some(text) => Choice::Text(text.to_owned()),
            None => Choice::Many(values.to_vec()),
        };
    }
    if several {
        Choice::Many(chosen)
    } else {
        Choice::One(chosen.into_iter().next().unwrap_or_default())
    }
}

/// The values a variable offers: those that its pattern keeps, or the part of them in a group.
///
/// # Errors
/// When the pattern is none.
pub fn offered(regex: &str, values: Vec<String>) -> Result<Vec<String>, String> {
    if regex.is_empty() {
        return Ok(values);
    }
    // Grafana writes `/pattern/flags`.
    let inner = regex
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'));
    let pattern = inner.map_or(regex, |(pattern, _)| pattern);
    let pattern = Regex::new(pattern)
        .map_err(|_| format!("its pattern `{regex}` is no regular expression"))?;
    let mut kept: Vec<String> = vec![];
    for value in values {
        let mut captures = pattern.create_captures();
        pattern.captures(&value, &mut captures);
        let group = captures.get_group(1).or(captures.get_group(0));
        if let Some(found) = group.map(|span| value[span.range()].to_owned())
            && !kept.contains(&found)
        {
            kept.push(found);
        }
    }
    Ok(kept)
}

/// The text with all variables put in. Those that nobody knows stay, as in Grafana.
#[must_use]
pub fn put_in(text: &str, language: DatasourceKind, chosen: &Chosen, window: Window) -> String {
    let mut whole = String::new();
    let mut from = 0;
    for (range, variable) in obsctl_promql::variable::scan(text) {
        whole.push_str(&text[from..range.start]);
        let value = window
            .builtin(&variable.name)
            .or_else(|| Some(formatted(chosen.get(&variable.name)?, language, &variable)));
        whole.push_str(value.as_deref().unwrap_or(&text[range.clone()]));
        from = range.end;
    }
    whole.push_str(&text[from..]);
    whole
}

/// The variables of the text that stand for nothing: what was typed or found is empty.
#[must_use]
pub fn without_value(text: &str, chosen: &Chosen) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for (_, variable) in obsctl_promql::variable::scan(text) {
        let empty = match chosen.get(&variable.name) {
            Some(Choice::Text(text) | Choice::One(text)) => text.is_empty(),
            Some(Choice::Many(values)) => values.is_empty(),
            None => false,
        };
        if empty && !found.contains(&variable.name) {
            found.push(variable.name);
        }
    }
    found
}

fn formatted(choice: &Choice, language: DatasourceKind, variable: &ast::Variable) -> String {
    let values: &[String] = match choice {
        Choice::Text(one) | Choice::One(one) => std::slice::from_ref(one),
        Choice::Many(many) => many,
    };
    let quoted = |quote: char| {
        let quoted = values.iter().map(|value| {
            let value = value.replace(quote, &format!("\\{quote}"));
            format!("{quote}{value}{quote}")
        });
        quoted.collect::<Vec<_>>().join(",")
    };
    match variable.format.as_deref() {
        Some("raw" | "csv" | "text") => values.join(","),
        Some("pipe") => values.join("|"),
        Some("doublequote") => quoted('"'),
        Some("singlequote") => quoted('\''),
        Some("regex") => alternatives(values.iter().map(|value| escape(value, "\\"))),
        _ => by_language(choice, language),
    }
}

/// How a datasource's own plugin puts a choice into a query.
fn by_language(choice: &Choice, language: DatasourceKind) -> String {
    match (choice, language) {
        (Choice::Text(text), _) => text.clone(),
        (Choice::One(value), DatasourceKind::Prometheus | DatasourceKind::Loki) => {
            value.replace('\\', "\\\\")
        }
        (Choice::One(value), _) => value.clone(),
        // Inside a quoted string of the query, a backslash is written twice.
        (Choice::Many(values), DatasourceKind::Prometheus | DatasourceKind::Loki) => {
            alternatives(values.iter().map(|value| escape(value, "\\\\")))
        }
        (Choice::Many(values), _) => values.join("|"),
    }
}

fn alternatives(values: impl Iterator<Item = String>) -> String {
    let values: Vec<_> = values.collect();
    match values.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join("|")),
    }
}

/// Takes the meaning from what a regular expression would take for an operator.
fn escape(value: &str, backslash: &str) -> String {
    let mut escaped = String::new();
    for c in value.chars() {
        if c == '\\' {
            escaped.push_str(backslash);
            escaped.push_str(backslash);
        } else {
            if "$^*{}[]+?.()|".contains(c) {
                escaped.push_str(backslash);
            }
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use obsctl_model::dashboard::variable::{self, label_values};
    use obsctl_model::prelude::*;

    use super::*;

    metrics! {
        family "API", owner "x", exposed_by Exposer::Service("api".into());
        /// Requests.
        pub counter Requests("requests_total") { path: Route }
    }

    labels! {
        pub bounded Route, at_most 40, like "/";
    }

    fn chosen(variable: Variable, values: &[&str]) -> Choice {
        let dashboard = Dashboard::new("a", "A")
            .variable(variable)
            .to_grafana(&|_| None);
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        choose(&dashboard.templating.list[0], &values).1
    }

    fn path() -> Variable {
        variable::query("x", label_values(Requests::path))
    }

    fn text(text: &str, choice: Choice, language: DatasourceKind) -> String {
        let chosen = Chosen::from([("x".to_owned(), choice)]);
        put_in(
            text,
            language,
            &chosen,
            Window::new(hours(1), None, secs(15)),
        )
    }

    #[test]
    fn what_is_chosen_first_is_what_grafana_chooses() {
        let many = |values: &[&str]| Choice::Many(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(chosen(path(), &["/a", "/b"]), Choice::One("/a".to_owned()));
        assert_eq!(chosen(path(), &[]), Choice::One(String::new()));
        assert_eq!(chosen(path().multi(), &["/a", "/b"]), many(&["/a"]));
        assert_eq!(
            chosen(path().multi().include_all(), &["/a"]),
            Choice::Text(".*".to_owned())
        );
        assert_eq!(
            chosen(path().multi().default("/b"), &["/a", "/b"]),
            many(&["/b"])
        );
        let mut all = path().multi().include_all();
        all.all_value = None;
        assert_eq!(chosen(all, &["/a", "/b"]), many(&["/a", "/b"]));
        let custom = variable::custom("x", ["0.5", "0.99"]);
        assert_eq!(chosen(custom, &[]), Choice::One("0.5".to_owned()));
        let interval = variable::interval("x", [mins(5), hours(1)]);
        assert_eq!(chosen(interval, &[]), Choice::One("5m".to_owned()));
        let typed = variable::textbox("x").default(".+");
        assert_eq!(chosen(typed, &[]), Choice::Text(".+".to_owned()));
        assert_eq!(
            chosen(variable::constant("x", "c"), &[]),
            Choice::Text("c".to_owned())
        );
        let source = variable::datasource("x", DatasourceKind::Loki);
        assert_eq!(chosen(source, &[]), Choice::One("loki".to_owned()));
    }

    #[test]
    fn values_are_put_in_as_each_language_needs_them() {
        let prometheus = DatasourceKind::Prometheus;
        let paths = || Choice::Many(vec!["/a/{id}".to_owned(), "/b".to_owned()]);
        let one = Choice::Many(vec!["a.b".to_owned()]);
        assert_eq!(
            text(r#"{path=~"$x"}"#, paths(), prometheus),
            r#"{path=~"(/a/\\{id\\}|/b)"}"#
        );
        assert_eq!(text("$x", one, prometheus), r"a\\.b");
        assert_eq!(
            text("$x", Choice::One(r"a\b.c".to_owned()), prometheus),
            r"a\\b.c"
        );
        assert_eq!(
            text("[[x]]", Choice::Text(".*".to_owned()), prometheus),
            ".*"
        );
        assert_eq!(text("$x", paths(), DatasourceKind::Tempo), "/a/{id}|/b");
        assert_eq!(text("${x:regex}", paths(), prometheus), r"(/a/\{id\}|/b)");
        assert_eq!(
            text("${x:doublequote}", paths(), prometheus),
            r#""/a/{id}","/b""#
        );
        assert_eq!(text("${x:pipe}", paths(), prometheus), "/a/{id}|/b");
    }

    #[test]
    fn grafanas_own_variables_are_lengths_of_time() {
        let all = "rate(a[$__rate_interval]) + ${__range_s} + $unknown + $__interval";
        let nothing = Choice::One(String::new());
        assert_eq!(
            text(all, nothing, DatasourceKind::Prometheus),
            "rate(a[1m]) + 3600 + $unknown + 15s"
        );
    }

    #[test]
    fn patterns_keep_values_or_parts_of_them() {
        let values = || vec!["api-1".to_owned(), "api-2".to_owned(), "db".to_owned()];
        assert_eq!(offered("", values()).unwrap().len(), 3);
        assert_eq!(offered("/^api/", values()).unwrap(), ["api"]);
        assert_eq!(offered("(.*)-.*", values()).unwrap(), ["api"]);
        assert_eq!(offered("d.*", values()).unwrap(), ["db"]);
        assert!(offered("/(/", values()).is_err());
    }

    #[test]
    fn variables_without_a_value_are_named() {
        let chosen = Chosen::from([
            ("a".to_owned(), Choice::One(String::new())),
            ("b".to_owned(), Choice::Text("x".to_owned())),
        ]);
        assert_eq!(without_value("$a $b $a $c", &chosen), ["a"]);
    }
}
