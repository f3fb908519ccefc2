//! Places: under each query, what stands where.

use std::collections::BTreeSet;

use obsctl_logql::ast::{LabelFilter, LogQuery, StageKind};
use obsctl_logql::{Expr, Span, parse};

/// A query, then for some of its nodes a line with carets under it and its kind.
const MARKED: &str = r#"
sum by (job) (rate({a="b", c!~`d`} |= "é" or ip("::1") | json x="y" [5m] offset 1h)) > bool -5
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ binary
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ aggregate
^^^ operator
    ^^^^^^^^ grouping
        ^^^ label
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ function
              ^^^^ operator
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ range
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ query
                   ^^^^^^^^^^^^^^^ selector
                    ^^^^^ matcher
                      ^^^ value
                           ^^^^^^ matcher
                                   ^^^^^^^^^^^^^^^^^^^ stage
                                   ^^ operator
                                                       ^^^^^^^^^^^^ stage
                                                                     ^^ duration
                                                                                ^^ duration
                                                                                            ^^ number

{a="b"} | json | (c > 5 and (d="é" or e=ip("::1"))) | unwrap f | $g
                  ^^^^^ condition
                             ^^^^^ condition
                                      ^^^^^^^^^^^ condition
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ stage
                                                    ^^^^^^^^^^ stage
                                                                 ^^ condition

avg_over_time(({a="b"}[5m] offset -1h | unwrap c)) by (d)
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ function
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ range
                       ^^ duration
                                  ^^^ duration
                                      ^^^^^^^^^^ stage
                                                   ^^^^^^ grouping
"#;

#[derive(Default)]
struct Places(BTreeSet<(usize, usize, &'static str)>);

impl Places {
    fn add(&mut self, span: Span, kind: &'static str) {
        self.0.insert((span.range().start, span.range().end, kind));
    }

    fn query(&mut self, query: &LogQuery) {
        self.add(query.span, "query");
        self.add(query.selector.span, "selector");
        for matcher in &query.selector.matchers {
            self.add(matcher.span, "matcher");
            self.add(matcher.value.span, "value");
        }
        for stage in &query.stages {
            self.add(stage.span, "stage");
            match &stage.kind {
                StageKind::LineFilter(filter) => self.add(filter.op_span, "operator"),
                StageKind::LabelFilter(filter) => filter.walk(|it| {
                    if !matches!(it, LabelFilter::And(..) | LabelFilter::Or(..)) {
                        self.add(it.span(), "condition");
                    }
                }),
                _ => {}
            }
        }
    }

    fn node(&mut self, expr: &Expr) {
        let kind = match expr {
            Expr::Number(_) => "number",
            Expr::Log(query) => {
                self.query(query);
                "log"
            }
            Expr::Range(range) => {
                self.query(&range.query);
                self.add(range.range.span(), "duration");
                range
                    .offset
                    .iter()
                    .for_each(|offset| self.add(offset.span(), "duration"));
                "range"
            }
            Expr::RangeAggregate(node) => {
                self.add(node.op_span, "operator");
                node.grouping
                    .iter()
                    .for_each(|grouping| self.add(grouping.span, "grouping"));
                "function"
            }
            Expr::Aggregate(node) => {
                self.add(node.op_span, "operator");
                if let Some(grouping) = &node.grouping {
                    self.add(grouping.span, "grouping");
                    grouping
                        .labels
                        .iter()
                        .for_each(|label| self.add(label.span, "label"));
                }
                "aggregate"
            }
            Expr::Binary(_) => "binary",
            _ => "other",
        };
        self.add(expr.span(), kind);
    }
}

#[test]
fn every_part_of_a_tree_knows_its_place() {
    for block in MARKED.split("\n\n") {
        let mut lines = block.trim_matches('\n').lines();
        let text = lines.next().expect("a query");
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        let mut places = Places::default();
        parsed.expr.walk(|expr| places.node(expr));
        for line in lines {
            let kind = line.trim_matches([' ', '^']);
            let columns: Vec<_> = line.match_indices('^').map(|(column, _)| column).collect();
            let offset = |column| {
                let char = text.char_indices().nth(column);
                char.map_or(text.len(), |(at, _)| at)
            };
            let start = offset(columns[0]);
            let end = offset(columns[0] + columns.len());
            let found = places.0.iter().any(|place| *place == (start, end, kind));
            assert!(found, "{text}\n{line}\nnot among {:#?}", places.0);
        }
    }
}
