//! Label values that matchers accept: made-up series have to be selected, and told apart.

use std::collections::BTreeMap;

use obsctl_model::{Domain, MetricDef};
use obsctl_promql::ast::{MatchOp, Matcher};
use obsctl_witness::samples;
use regex_automata::meta::Regex;

/// Labels and values of a series.
pub type Labels = BTreeMap<String, String>;

/// Labels of a series that all of `required` select and `avoided` does not. Only labels that matter are set:
/// those of the matchers and those in `fixed`.
pub fn choose(
    required: &[Matcher],
    avoided: Option<&[Matcher]>,
    fixed: &Labels,
    metric: Option<&MetricDef>,
) -> Option<Labels> {
    let mut labels = fixed.clone();
    for matcher in required.iter().chain(avoided.unwrap_or_default()) {
        let name = &matcher.name.text;
        if !labels.contains_key(name) {
            let value = accepted(name, required, metric).into_iter().next()?;
            labels.insert(name.clone(), value);
        }
    }
    if !selected(required, &labels) {
        return None;
    }
    let Some(avoided) = avoided else {
        return Some(labels);
    };
    if !selected(avoided, &labels) {
        return Some(labels);
    }
    for matcher in avoided {
        let name = &matcher.name.text;
        if fixed.contains_key(name) {
            continue;
        }
        let other = accepted(name, required, metric)
            .into_iter()
            .find(|value| !accepts(matcher, value));
        if let Some(value) = other {
            labels.insert(name.clone(), value);
            return Some(labels);
        }
    }
    None
}

/// Values of a label that all matchers on it accept, the likeliest first.
pub fn accepted(label: &str, matchers: &[Matcher], metric: Option<&MetricDef>) -> Vec<String> {
    let mut values = vec![];
    match metric
        .and_then(|metric| metric.label(label))
        .map(|l| &l.domain)
    {
        Some(Domain::Values(all)) => values.extend(all.iter().cloned()),
        Some(domain) => {
            values.push(domain.example().to_owned());
            if let Domain::Pattern { regex, .. } = domain {
                values.extend(samples(regex));
            } else {
                values.push(format!("{}-2", domain.example()));
            }
        }
        None => {}
    }
    for matcher in matchers.iter().filter(|m| m.name.text == label) {
        match matcher.op {
            MatchOp::Equal => values.push(matcher.value.value.clone()),
            MatchOp::Regex => values.extend(samples(&matcher.value.value)),
            MatchOp::NotEqual | MatchOp::NotRegex => {}
        }
    }
    values.push("other".to_owned());
    values.retain(|value| {
        matchers
            .iter()
            .filter(|matcher| matcher.name.text == label)
            .all(|matcher| accepts(matcher, value))
    });
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

/// Whether matchers select a series; a label it lacks is empty.
fn selected(matchers: &[Matcher], labels: &Labels) -> bool {
    matchers.iter().all(|matcher| {
        let value = labels.get(&matcher.name.text).map_or("", String::as_str);
        accepts(matcher, value)
    })
}

fn accepts(matcher: &Matcher, value: &str) -> bool {
    let expected = &matcher.value.value;
    let matches =
        || Regex::new(&format!("^(?s:{expected})$")).is_ok_and(|regex| regex.is_match(value));
    match matcher.op {
        MatchOp::Equal => value == expected,
        MatchOp::NotEqual => value != expected,
        MatchOp::Regex => matches(),
        MatchOp::NotRegex => !matches(),
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::Metric;
    use obsctl_promql::Expr;
    use obsctl_stack::metrics::api::ApiRequests;

    use super::*;

    fn matchers(selector: &str) -> Vec<Matcher> {
        match obsctl_promql::parse(selector).expr {
            Expr::Selector(selector) => selector.matchers,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn series_are_selected_and_told_apart() {
        let metric = ApiRequests::definition();
        let bad = matchers(r#"{status_code=~"5..|429", path!="/health"}"#);
        let labels = |labels: Option<Labels>| {
            labels
                .unwrap()
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            labels(choose(&bad, None, &Labels::new(), Some(&metric))),
            "path=/api/v1/connections status_code=500"
        );
        assert_eq!(
            labels(choose(&[], Some(&bad), &Labels::new(), Some(&metric))),
            "path=/api/v1/connections status_code=200"
        );
        assert_eq!(
            labels(choose(
                &matchers(r#"{method!="GET"}"#),
                Some(&matchers(r#"{method="POST"}"#)),
                &Labels::new(),
                Some(&metric)
            )),
            "method=PUT"
        );
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_made_up() {
        let all = matchers(r#"{method="GET"}"#);
        assert_eq!(choose(&all, Some(&all), &Labels::new(), None), None);
        assert_eq!(
            choose(&matchers(r#"{a="x", a="y"}"#), None, &Labels::new(), None),
            None
        );
    }
}
