//! The values of a dashboard's variables, asked of their datasources.

use obsctl_model::dashboard::DatasourceKind;
use obsctl_model::dashboard::grafana::{QueryVariable, Variable, VariableQuery};

use super::queries::Questions;
use crate::live::client::Client;
use crate::live::prometheus::Answer;
use crate::live::{loki, prometheus, tempo, unasked};
use crate::verify::variables::{self, Chosen};
use crate::verify::window::Window;
use crate::verify::{Group, Outcome, Step};

/// What is chosen when the dashboard is opened, and a step for each variable that a datasource is asked for.
pub(super) fn choose(
    questions: &Questions<'_>,
    uid: &str,
    variables: &[Variable],
    window: Window,
) -> (Chosen, Vec<Step>) {
    let mut chosen = Chosen::new();
    let mut steps = vec![];
    for variable in variables {
        let mut values = vec![];
        if let Variable::Query(query) = variable
            && let Some(found) = ask(questions, query, &chosen, window)
        {
            let (offered, outcome) = match found {
                Ok(offered) if offered.is_empty() => {
                    let outcome = empty(questions, query, &chosen, window);
                    (offered, outcome)
                }
                Ok(offered) => {
                    let seen = format!("{} values", offered.len());
                    (offered, Outcome::seen(seen))
                }
                Err(outcome) => (vec![], outcome),
            };
            values = offered;
            let name = format!("{uid}/variable {}", query.name);
            steps.push(Group::Queries.step(name, outcome));
        }
        let (name, choice) = variables::choose(variable, &values);
        chosen.insert(name, choice);
    }
    (chosen, steps)
}

fn kind(query: &VariableQuery) -> DatasourceKind {
    match query {
        VariableQuery::Prometheus(_) => DatasourceKind::Prometheus,
        VariableQuery::Loki(_) => DatasourceKind::Loki,
        VariableQuery::Tempo(_) => DatasourceKind::Tempo,
    }
}

/// The series and the label of `label_values(series, label)`.
fn parts(definition: &str) -> Option<(&str, &str)> {
    let inner = definition
        .strip_prefix("label_values(")?
        .strip_suffix(')')?;
    let (of, label) = inner.rsplit_once(',')?;
    Some((of.trim(), label.trim()))
}

/// The values it offers; nothing where its datasource is not asked.
fn ask(
    questions: &Questions<'_>,
    variable: &QueryVariable,
    chosen: &Chosen,
    window: Window,
) -> Option<Result<Vec<String>, Outcome>> {
    let kind = kind(&variable.query);
    let client = match questions.run.engine(kind, &variable.datasource.uid)? {
        Ok(client) => client,
        Err(outcome) => return Some(Err(outcome)),
    };
    let values = match values(&client, variable, chosen, window, questions.run.now) {
        Some(Ok(values)) => values,
        Some(Err(trouble)) if trouble.is_refusal() => {
            let fix = "correct the query of the variable";
            return Some(Err(Outcome::failed(trouble.to_string(), fix)));
        }
        Some(Err(trouble)) => return Some(Err(unasked(&trouble))),
        None => {
            let reason = format!("its query `{}` is of an unknown form", variable.definition);
            return Some(Err(Outcome::not_run(reason)));
        }
    };
    Some(
        variables::offered(&variable.regex, values)
            .map_err(|reason| Outcome::failed(reason, "correct the pattern of the variable")),
    )
}

fn values(
    client: &Client,
    variable: &QueryVariable,
    chosen: &Chosen,
    window: Window,
    end: u64,
) -> Option<Answer<Vec<String>>> {
    let kind = kind(&variable.query);
    let put_in = |text: &str| variables::put_in(text, kind, chosen, window);
    let times = (end.saturating_sub(window.length.as_millis() / 1000), end);
    Some(match &variable.query {
        VariableQuery::Prometheus(text) => {
            let text = put_in(text);
            let (of, label) = parts(&text)?;
            prometheus::label_values(client, label, Some(of), times)
        }
        VariableQuery::Loki(query) => {
            loki::label_values(client, &query.label, &put_in(&query.stream), times)
        }
        VariableQuery::Tempo(query) => tempo::tag_values(client, &query.label),
    })
}

fn empty(
    questions: &Questions<'_>,
    variable: &QueryVariable,
    chosen: &Chosen,
    window: Window,
) -> Outcome {
    let text = match &variable.query {
        VariableQuery::Prometheus(text) => text,
        VariableQuery::Loki(query) => {
            return Outcome::empty(format!("no stream has the label `{}`", query.label));
        }
        VariableQuery::Tempo(query) => {
            return Outcome::empty(format!("no span has `{}`", query.label));
        }
    };
    let text = variables::put_in(text, DatasourceKind::Prometheus, chosen, window);
    let (of, label) = parts(&text).unwrap_or_default();
    let (_, unset) = (of, variables::without_value(&variable.definition, chosen));
    match unset.first() {
        Some(name) => Outcome::empty(format!("variable `{name}`, which it asks by, has no value")),
        None => match questions.why_empty(of, &variable.datasource.uid, window) {
            Outcome::Empty { reason } if reason.starts_with("every selector") => {
                Outcome::empty(format!("no series of `{of}` has the label `{label}`"))
            }
            other => other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn the_label_is_what_stands_last() {
        assert_eq!(parts("label_values(up, job)"), Some(("up", "job")));
        let text = r#"label_values(up{a="b", c="d"}, job)"#;
        assert_eq!(parts(text), Some((r#"up{a="b", c="d"}"#, "job")));
        assert_eq!(parts("label_values(job)"), None);
        assert_eq!(parts("metrics(.*)"), None);
    }
}
