//! SLOs on what Tempo's metrics generator counts of spans: the service and the span it names must be in the catalog.

use obsctl_model::{Promql, Slo, Stack};
use obsctl_promql::Expr;
use obsctl_promql::ast::{MatchOp, Matcher, Selector};

use crate::diagnostic::{Diagnostic, nearest};

/// How the names of Tempo's span metrics begin.
const SPAN_METRICS: &str = "traces_spanmetrics_";

/// A span that the stack does not make: nothing would ever be counted. Says nothing where no spans are declared.
pub(super) fn problem(slo: &Slo, stack: &Stack) -> Option<Diagnostic> {
    let spans = &stack.spans.spans;
    if spans.is_empty() {
        return None;
    }
    for query in slo.indicator.queries() {
        let Expr::Selector(selector) = query.expr() else {
            continue;
        };
        if !is_span_metric(selector) {
            continue;
        }
        let service = equal(selector, "service");
        let of_service = || {
            let spans = spans.iter();
            spans.filter(|span| service.is_none_or(|it| it.value.value == span.service))
        };
        if let Some(service) = service
            && of_service().next().is_none()
        {
            let name = &service.value.value;
            let services = spans.iter().map(|span| span.service.as_str());
            let message = format!("no span of a service `{name}` is declared");
            return Some(missing(
                slo,
                query,
                service,
                message,
                nearest(name, services),
            ));
        }
        if let Some(span) = equal(selector, "span_name")
            && !of_service().any(|known| fits(&known.name, &span.value.value))
        {
            let name = &span.value.value;
            let message = match service {
                Some(service) => {
                    format!("service `{}` makes no span `{name}`", service.value.value)
                }
                None => format!("no span `{name}` is declared"),
            };
            let near = nearest(name, of_service().map(|known| known.name.as_str()));
            return Some(missing(slo, query, span, message, near));
        }
    }
    None
}

fn is_span_metric(selector: &Selector) -> bool {
    let name = selector.name.as_ref();
    name.is_some_and(|name| name.text.starts_with(SPAN_METRICS))
}

fn equal<'q>(selector: &'q Selector, label: &str) -> Option<&'q Matcher> {
    let mut matchers = selector.matchers.iter();
    matchers.find(|it| it.op == MatchOp::Equal && it.name.text == label)
}

fn missing(
    slo: &Slo,
    query: &Promql,
    matcher: &Matcher,
    message: String,
    near: Option<&str>,
) -> Diagnostic {
    Diagnostic::new(super::subject(slo), slo.origin, message)
        .in_query(query, matcher.span.range(), "not in the catalog of spans")
        .help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare the span in the stack, or select one that is".to_owned(),
        })
}

/// Whether a span can have that name: a declared one may have parts in braces that stand for any text.
fn fits(declared: &str, name: &str) -> bool {
    let Some((begin, after)) = declared.split_once('{') else {
        return declared == name;
    };
    let Some(mut rest) = name.strip_prefix(begin) else {
        return false;
    };
    let mut parts = after
        .split('{')
        .map(|part| part.split_once('}').map_or("", |(_, text)| text));
    let Some(end) = parts.next_back() else {
        return true;
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn parts_in_braces_stand_for_any_text() {
        for (declared, name, expected) in [
            ("checkout", "checkout", true),
            ("checkout", "checkouts", false),
            ("{method} {path}", "GET /orders", true),
            ("{method} {path}", "GET", false),
            ("tool {name}", "tool search", true),
            ("tool {name}", "job search", false),
            ("{job} run", "sync run", true),
            ("{job} run", "sync runs", false),
        ] {
            assert_eq!(fits(declared, name), expected, "{declared} {name}");
        }
    }
}
