//! What differs between two queries, by their trees: the way they are written does not matter.
//!
//! Each language is lowered to one form of tree ([`tree`]); what differs between two of these is found once, here.

mod edit;
mod logql;
mod promql;
mod traceql;
mod tree;

use std::borrow::Cow;
use std::mem::discriminant;
use std::ops::Range;

use obsctl_model::dashboard::ExpressionRef;
use obsctl_promql::ast::DurationExpr;
use serde_json::Value;

use super::pairing::{Pairing, displaced};
use tree::Node;

pub use edit::{Edit, Piece};

/// More differences than these are another query.
const MANY: usize = 5;

/// The differences; `None` where both ask the same. Empty where it is another query altogether, or one of them cannot
/// be read.
pub(super) fn compare(before: ExpressionRef<'_>, after: ExpressionRef<'_>) -> Option<Vec<Edit>> {
    let (from, to) = (text(before), text(after));
    if from == to && discriminant(&before) == discriminant(&after) {
        return None;
    }
    let (Some(old), Some(new)) = (tree(before), tree(after)) else {
        return Some(vec![]);
    };
    let mut comparison = Comparison {
        before: &from,
        after: &to,
        edits: vec![],
    };
    comparison.node(&old, &new);
    let edits = comparison.edits;
    let whole = |edit: &Edit| edit.piece == Piece::Part && edit.before == old.span.0;
    match edits.len() {
        0 => None,
        many if many > MANY || edits.iter().any(whole) => Some(vec![]),
        _ => Some(edits),
    }
}

/// What a query says, as it is written.
pub(super) fn text(query: ExpressionRef<'_>) -> Cow<'_, str> {
    match query {
        ExpressionRef::Promql(query) => query.as_str().into(),
        ExpressionRef::Logql(query) => query.as_str().into(),
        ExpressionRef::Traceql(query) => query.as_str().into(),
        ExpressionRef::ServiceMap(selector) => selector.into(),
        ExpressionRef::Other(query) => Value::Object(query.json.clone()).to_string().into(),
    }
}

/// The bytes that say how far back a query of metrics or logs looks, where they are durations, in order.
pub(super) fn windows(query: ExpressionRef<'_>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = match query {
        ExpressionRef::Promql(query) => {
            let ranges = query.expr().descendants().filter_map(|expr| match expr {
                obsctl_promql::Expr::Range(range) => Some(&range.range),
                obsctl_promql::Expr::Subquery(subquery) => Some(&subquery.range),
                _ => None,
            });
            let literals = ranges.filter_map(|range| match range {
                DurationExpr::Literal(literal) => Some(literal.span.range()),
                _ => None,
            });
            literals.collect()
        }
        ExpressionRef::Logql(query) => {
            let queries = query.expr().log_queries().into_iter();
            let literals = queries.filter_map(|used| match &used.range?.range {
                obsctl_logql::ast::Duration::Literal(literal) => Some(literal.span.range()),
                _ => None,
            });
            literals.collect()
        }
        _ => vec![],
    };
    found.sort_by_key(|range| range.start);
    found
}

/// The tree of a query that can be read.
fn tree(query: ExpressionRef<'_>) -> Option<Node> {
    match query {
        ExpressionRef::Promql(query) if query.errors().is_empty() => {
            Some(promql::node(query.expr(), Piece::Number))
        }
        ExpressionRef::Logql(query) if query.errors().is_empty() => {
            Some(logql::node(query.expr(), Piece::Number))
        }
        ExpressionRef::Traceql(query) if query.errors().is_empty() => {
            Some(traceql::tree(query.expr()))
        }
        _ => None,
    }
}

struct Comparison<'a> {
    before: &'a str,
    after: &'a str,
    edits: Vec<Edit>,
}

/// A part of a text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a part says: where it has parts of its own, as it is written.
fn said(node: &Node, text: &str) -> String {
    match node.is_leaf() {
        true => node.own.clone(),
        false => line(text.get(node.span.0.clone()).unwrap_or_default()),
    }
}

impl Comparison<'_> {
    fn node(&mut self, before: &Node, after: &Node) {
        if before == after || self.wrapped(before, after) {
            return;
        }
        let alike = before.kind == after.kind && before.is_leaf() == after.is_leaf();
        if alike && before.is_leaf() {
            self.edit(after.piece.0, before, after);
        } else if alike && before.is_list {
            self.facets(before, after);
            self.members(before, after);
        } else if alike && before.children.len() == after.children.len() {
            self.facets(before, after);
            for (a, b) in before.children.iter().zip(&after.children) {
                self.node(a, b);
            }
        } else {
            self.edit(Piece::Part, before, after);
        }
    }

    /// Whether the one is a part of the other: something was put around it, or taken away.
    fn wrapped(&mut self, before: &Node, after: &Node) -> bool {
        let hole = |text: &str, whole: &Node, part: &Range<usize>| {
            let whole = &whole.span.0;
            let start = text.get(whole.start..part.start).unwrap_or_default();
            let end = text.get(part.end..whole.end).unwrap_or_default();
            line(&format!("{start}…{end}"))
        };
        // A number or a name can stand anywhere: that it does says nothing.
        let inside = |whole: &'_ Node, part: &Node| match part.is_leaf() {
            true => None,
            false => whole.find(part).map(|part| part.span.0.clone()),
        };
        let (mut from, mut to) = (String::new(), String::new());
        if let Some(part) = inside(after, before) {
            to = hole(self.after, after, &part);
        } else if let Some(part) = inside(before, after) {
            from = hole(self.before, before, &part);
        } else {
            return false;
        }
        self.push(Piece::Around, from, to, before, after);
        true
    }

    fn facets(&mut self, before: &Node, after: &Node) {
        let paired = Pairing::of(&before.facets, &after.facets)
            .by(Some)
            .by(|facet| Some((facet.piece, &facet.key)))
            .done();
        let none = String::new;
        for (old, new) in paired.both {
            let (old, new) = (&before.facets[old], &after.facets[new]);
            if old != new {
                let texts = (old.text.0.clone(), new.text.0.clone());
                self.push(new.piece, texts.0, texts.1, before, after);
            }
        }
        for index in paired.gone {
            let facet = &before.facets[index];
            self.push(facet.piece, facet.text.0.clone(), none(), before, after);
        }
        for index in paired.new {
            let facet = &after.facets[index];
            self.push(facet.piece, none(), facet.text.0.clone(), before, after);
        }
    }

    /// Members of two lists, whose order matters.
    fn members(&mut self, before: &Node, after: &Node) {
        let (old, new) = (&before.children, &after.children);
        let paired = Pairing::of(old, new)
            .by(Some)
            .by(|one| Some((one.kind, &one.key.0)).filter(|(_, key)| !key.is_empty()))
            .by(|one| Some(one.kind))
            .done();
        let sequence: Vec<_> = paired.both.iter().map(|(from, _)| *from).collect();
        for at in displaced(&sequence) {
            let (from, to) = paired.both[at];
            let text = said(&new[to], self.after);
            self.push(new[to].piece.0, text.clone(), text, &old[from], &new[to]);
        }
        for (from, to) in &paired.both {
            self.node(&old[*from], &new[*to]);
        }
        for index in paired.gone {
            let (one, text) = (&old[index], said(&old[index], self.before));
            self.push(one.piece.0, text, String::new(), one, after);
        }
        for index in paired.new {
            let (one, text) = (&new[index], said(&new[index], self.after));
            self.push(one.piece.0, String::new(), text, before, one);
        }
    }

    fn edit(&mut self, piece: Piece, before: &Node, after: &Node) {
        let (from, to) = (said(before, self.before), said(after, self.after));
        self.push(piece, from, to, before, after);
    }

    fn push(&mut self, piece: Piece, from: String, to: String, before: &Node, after: &Node) {
        self.edits.push(Edit {
            piece,
            from,
            to,
            before: before.span.0.clone(),
            after: after.span.0.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use obsctl_model::Origin;
    use obsctl_model::query::{Language, QueryText};

    use super::*;

    /// The edits of two queries in one language.
    fn edits<L: Language>(
        before: &str,
        after: &str,
        of: fn(&QueryText<L>) -> ExpressionRef<'_>,
    ) -> String {
        let query = |text: &str| QueryText::written(text, Origin::none());
        match compare(of(&query(before)), of(&query(after))) {
            None => "the same".to_owned(),
            Some(edits) => {
                let edits: Vec<_> = edits.iter().map(ToString::to_string).collect();
                edits.join("\n")
            }
        }
    }

    fn said(before: &str, after: &str) -> String {
        edits(before, after, |query| ExpressionRef::Promql(query))
    }

    fn logs(before: &str, after: &str) -> String {
        edits(before, after, |query| ExpressionRef::Logql(query))
    }

    fn traces(before: &str, after: &str) -> String {
        edits(before, after, |query| ExpressionRef::Traceql(query))
    }

    #[test]
    fn how_it_is_written_does_not_matter() {
        for (before, after) in [
            (
                "sum(rate(a[5m]))by(x,y)",
                "sum by (y, x) (\n  rate(a[5m])\n)",
            ),
            ("a{x=\"1\",y=\"2\"}", "a{y='2', x='1'}"),
            ("(a) + ((b))", "a + b"),
            ("rate(a[300s])", "rate(a[5m])"),
        ] {
            assert_eq!(said(before, after), "the same", "{before}");
        }
    }

    #[test]
    fn every_piece_is_named() {
        assert_snapshot!(said("sum(rate(a[5m])) > 2", "sum(rate(a[10m])) > 3"), @"
        window `5m` → `10m`
        threshold `2` → `3`
        ");
        assert_snapshot!(said(
            r#"sum by (path) (rate(a{code=~"5..", job="x"}[5m]))"#,
            r#"avg by (path, method) (irate(a{code=~"4.."}[5m]))"#,
        ), @r#"
        aggregation `sum` → `avg`
        grouping `by (path)` → `by (path, method)`
        function `rate` → `irate`
        matcher `code=~"5.."` → `code=~"4.."`
        matcher `job="x"` is gone
        "#);
        assert_snapshot!(said("a offset 5m / on (x) b > 1", "b / ignoring (y) b >= 1"), @"
        operator `>` → `>=`
        matching `on (x)` → `ignoring (y)`
        metric `a` → `b`
        offset `5m` is gone
        ");
        assert_snapshot!(said("histogram_quantile(0.9, a)", "histogram_quantile(0.99, a)"), @"number `0.9` → `0.99`");
    }

    #[test]
    fn what_was_put_around_and_what_became_something_else() {
        assert_snapshot!(said("rate(a[5m]) > 1", "rate(a[5m]) > 1 and on () up == 1"), @"is now inside of `… and on () up == 1`");
        assert_snapshot!(said("sum(a) / 2", "sum(a)"), @"is no longer inside of `… / 2`");
        assert_snapshot!(said("sum(a) + rate(b[5m])", "sum(a) + 7"), @"`rate(b[5m])` → `7`");
        assert_snapshot!(said("rate(a[5m]", "rate(a[6m])"), @"");
    }

    #[test]
    fn how_queries_of_logs_and_traces_are_written_does_not_matter() {
        for (before, after) in [
            (
                "sum(rate({a=\"1\",b=\"2\"}|=\"x\"[300s]))by(c,d)",
                "sum by (d, c) (\n  rate({b=`2`, a=`1`} |= `x` [5m])\n)",
            ),
            (
                "{a=\"1\"} | json | b=\"2\", c > 3",
                "{a=\"1\"} | json | b=`2` | c>3",
            ),
            (
                "(count_over_time({a=\"1\"}[1m])) > 5",
                "count_over_time({a=\"1\"}[1m]) > (5)",
            ),
        ] {
            assert_eq!(logs(before, after), "the same", "{before}");
        }
        for (before, after) in [
            (
                "{ span.a = \"1\" && duration > 2s }",
                "{(span:duration>2000ms)&&span.a=`1`}",
            ),
            ("{ } | count() > 2", "({}) | (count() > 2)"),
        ] {
            assert_eq!(traces(before, after), "the same", "{before}");
        }
    }

    #[test]
    fn every_piece_of_a_query_of_logs_is_named() {
        assert_snapshot!(logs(
            r#"sum by (job) (rate({app="api"} |= "error" | json | status >= 500 [5m])) > 1"#,
            r#"sum by (job) (rate({app="api"} |= "fail" | logfmt | status >= 400 [1m])) > 2"#,
        ), @r#"
        window `5m` → `1m`
        line filter `|= "error"` → `|= "fail"`
        parser `json` → `logfmt`
        label filter `status >= 500` → `status >= 400`
        threshold `1` → `2`
        "#);
        assert_snapshot!(logs(
            r#"sum by (job) (count_over_time({app="api", env="prod"} [5m]))"#,
            r#"sum by (job, env) (bytes_over_time({app=~"api|web"} [5m] offset 1h))"#,
        ), @r#"
        grouping `by (job)` → `by (job, env)`
        function `count_over_time` → `bytes_over_time`
        matcher `app="api"` → `app=~"api|web"`
        matcher `env="prod"` is gone
        offset `1h` is new
        "#);
        assert_snapshot!(logs(
            r#"{app="api"} | json | level="error" | line_format "{{.msg}}""#,
            r#"{app="api"} |= "x" | json | line_format "{{.text}}" | level="error" | tenant="a""#,
        ), @r#"
        stage `line_format "{{.text}}"` stands elsewhere
        stage `line_format "{{.msg}}"` → `line_format "{{.text}}"`
        line filter `|= "x"` is new
        label filter `tenant="a"` is new
        "#);
        assert_snapshot!(logs(
            r#"quantile_over_time(0.9, {a="b"} | json | unwrap took [5m]) by (x)"#,
            r#"quantile_over_time(0.99, {a="b"} | json | unwrap duration(took) [5m])"#,
        ), @"
        grouping `by (x)` is gone
        number `0.9` → `0.99`
        stage `unwrap took` → `unwrap duration(took)`
        ");
        assert_snapshot!(logs(
            r#"rate({a="b"}[5m])"#,
            r#"sum(rate({a="b"}[5m])) / 2"#,
        ), @"is now inside of `sum(…) / 2`");
        assert_snapshot!(logs(r#"{a="b"} |= "x""#, r#"rate({a="b"} |= "x" [5m])"#), @"");
    }

    #[test]
    fn every_piece_of_a_query_of_traces_is_named() {
        assert_snapshot!(traces(
            r#"{ resource.service.name = "api" && span.http.status_code >= 500 && duration > 1s }"#,
            r#"{ resource.service.name = "api" && span.http.status_code >= 400 && kind = server }"#,
        ), @"
        condition `span.http.status_code >= 500` → `span.http.status_code >= 400`
        condition `duration > 1s` is gone
        condition `kind = server` is new
        ");
        assert_snapshot!(traces(
            "{ status = error } | rate() by (name)",
            "{ status = error } | count_over_time() by (name, kind) with (exemplars=true)",
        ), @"
        hint `exemplars=true` is new
        function `rate` → `count_over_time`
        grouping `by (name)` → `by (name, kind)`
        ");
        assert_snapshot!(traces(
            "{ status = error } >> { kind = server } | count() > 2",
            "{ status = error } > { kind = client } | count() > 3 | by(name)",
        ), @"
        operator `>>` → `>`
        condition `kind = server` → `kind = client`
        threshold `2` → `3`
        stage `by(name)` is new
        ");
        assert_snapshot!(traces("{ status = error }", "{ status = error } | rate()"), @"is now inside of `… | rate()`");
        assert_snapshot!(traces(
            "{ (name = `a` || name = `b`) && kind = server }",
            "{ (name = `a` || name = `c`) && kind = server }",
        ), @r#"condition `name = "a" || name = "b"` → `name = "a" || name = "c"`"#);
    }
}
