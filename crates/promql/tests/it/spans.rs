//! Places: under each expression, what stands where.

use std::collections::BTreeSet;

use obsctl_promql::ast::{DurationExpr, Name, Selector};
use obsctl_promql::{Expr, Span, parse};

/// An expression, then for some of its nodes a line with carets under it and its kind.
const MARKED: &str = r#"
sum by (job) (rate(up{a="b", c!~'d'}[5m] offset 1h)) > bool 5
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ binary
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ aggregate
^^^ operator
    ^^^^^^^^ grouping
        ^^^ label
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ call
              ^^^^ function
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ range
                   ^^^^^^^^^^^^^^^^^ selector
                   ^^ name
                      ^^^^^ matcher
                      ^ label
                        ^^^ value
                             ^^^^^^ matcher
                                     ^^ duration
                                                ^^ duration
                                                     ^ operator
                                                            ^ number

a * on (x, "y.z") group_left ($l) {"m.n"}
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ matching
    ^^^^^^^^^^^^^ on
        ^ label
           ^^^^^ label
                  ^^^^^^^^^^^^^^^ group
                              ^^ label
                              ^^ variable
                                  ^^^^^^^ selector
                                   ^^^^^ name

 ( -up @ end() )[1h:${step}] offset -(5m + 1h)
 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ subquery
 ^^^^^^^^^^^^^^^ paren
   ^^^^^^^^^^^ unary
    ^^^^^^^^^^ selector
    ^^ name
                 ^^ duration
                    ^^^^^^^ duration
                    ^^^^^^^ variable
                                    ^^^^^^^^^^ duration
                                     ^^^^^^^^^ duration
                                      ^^^^^^^ duration
                                      ^^ duration
                                           ^^ duration

topk(3, up{a="é", b=~"ü"}) # comment
^^^^^^^^^^^^^^^^^^^^^^^^^^ aggregate
     ^ number
        ^^^^^^^^^^^^^^^^^ selector
             ^^^ value
                  ^^^^^^ matcher

${a}_total{b=~"a|$w"} + $metric[$__range]
^^^^^^^^^^ name
^^^^ variable
              ^^^^^^ value
                 ^^ variable
                        ^^^^^^^^^^^^^^^^^ range
                        ^^^^^^^ selector
                        ^^^^^^^ name
                                ^^^^^^^^ duration

topk(-3, "é", ) + - 1
     ^^ number
         ^^^ string
                  ^^^ number

a + fill_left (-1) b
    ^^^^^^^^^^^^^^ matching
               ^^ number
"#;

#[derive(Default)]
struct Places(BTreeSet<(usize, usize, &'static str)>);

impl Places {
    fn add(&mut self, span: Span, kind: &'static str) {
        self.0.insert((span.range().start, span.range().end, kind));
    }

    fn labels(&mut self, labels: &[Name]) {
        labels
            .iter()
            .for_each(|label| self.add(label.span, "label"));
    }

    fn selector(&mut self, selector: &Selector) {
        self.add(selector.span, "selector");
        selector
            .name
            .iter()
            .for_each(|name| self.add(name.span, "name"));
        selector
            .modifiers
            .offset
            .iter()
            .for_each(|offset| self.duration(offset));
        for matcher in &selector.matchers {
            self.add(matcher.span, "matcher");
            self.add(matcher.name.span, "label");
            self.add(matcher.value.span, "value");
        }
    }

    fn duration(&mut self, duration: &DurationExpr) {
        self.add(duration.span(), "duration");
        match duration {
            DurationExpr::Negative(inner, _) | DurationExpr::Paren(inner, _) => {
                self.duration(inner);
            }
            DurationExpr::Binary(_, lhs, rhs, _) => {
                self.duration(lhs);
                self.duration(rhs);
            }
            _ => {}
        }
    }

    fn node(&mut self, expr: &Expr) {
        let kind = match expr {
            Expr::Number(_) => "number",
            Expr::String(_) => "string",
            Expr::Selector(selector) => {
                self.selector(selector);
                "selector"
            }
            Expr::Range(range) => {
                self.selector(&range.selector);
                self.duration(&range.range);
                "range"
            }
            Expr::Subquery(subquery) => {
                self.duration(&subquery.range);
                subquery.step.iter().for_each(|step| self.duration(step));
                subquery
                    .modifiers
                    .offset
                    .iter()
                    .for_each(|offset| self.duration(offset));
                "subquery"
            }
            Expr::Call(call) => {
                self.add(call.func.span, "function");
                "call"
            }
            Expr::Aggregate(aggregate) => {
                self.add(aggregate.op_span, "operator");
                if let Some(grouping) = &aggregate.grouping {
                    self.add(grouping.span, "grouping");
                    self.labels(&grouping.labels);
                }
                "aggregate"
            }
            Expr::Binary(binary) => {
                self.add(binary.op_span, "operator");
                if let Some(matching) = &binary.matching {
                    self.add(matching.span, "matching");
                    if let Some(labels) = &matching.labels {
                        self.add(labels.span, "on");
                        self.labels(&labels.labels);
                    }
                    if let Some(group) = &matching.group {
                        self.add(group.span, "group");
                        self.labels(&group.include);
                    }
                    let fills = matching.fill_left.iter().chain(&matching.fill_right);
                    fills.for_each(|number| self.add(number.span, "number"));
                }
                "binary"
            }
            Expr::Unary(_) => "unary",
            Expr::Paren(_) => "paren",
            Expr::Variable(_) => "variable",
            Expr::Error(_) => "error",
        };
        self.add(expr.span(), kind);
    }
}

#[test]
fn every_part_of_a_tree_knows_its_place() {
    for block in MARKED.split("\n\n") {
        let mut lines = block.trim_matches('\n').lines();
        let text = lines.next().expect("an expression");
        let expr = parse(text).expr;
        let mut places = Places::default();
        expr.walk(|expr| places.node(expr));
        expr.variables()
            .iter()
            .for_each(|variable| places.add(variable.span, "variable"));
        for line in lines {
            let kind = line.trim_matches([' ', '^']);
            let columns: Vec<_> = line.match_indices('^').map(|(column, _)| column).collect();
            let offset = |column| {
                text.char_indices()
                    .nth(column)
                    .map_or(text.len(), |(at, _)| at)
            };
            let start = offset(columns[0]);
            let end = offset(columns[0] + columns.len());
            let found = places.0.iter().any(|place| *place == (start, end, kind));
            assert!(found, "{text}\n{line}\nnot among {:#?}", places.0);
        }
    }
}
