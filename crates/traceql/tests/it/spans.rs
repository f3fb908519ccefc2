//! Places: under each query, what stands where.

use std::collections::BTreeSet;

use obsctl_traceql::{Expr, Span, parse};

/// A query, then for some of its nodes a line with carets under it and its kind.
const MARKED: &str = r#"
{ span."é x" = "ü" && !(duration > 1s) } >> { } | rate() by (name) with (sample=0.1)
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hinted
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ pipeline
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ binary
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ spanset
  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ binary
  ^^^^^^^^^^^^^^^^ binary
  ^^^^^^^^^^ attribute
       ^^^^^ name
             ^ operator
               ^^^ literal
                   ^^ operator
                      ^^^^^^^^^^^^^^^^ unary
                       ^^^^^^^^^^^^^^^ paren
                        ^^^^^^^^ intrinsic
                                   ^^ literal
                                         ^^ operator
                                            ^^^ spanset
                                                  ^^^^^^^^^^^^^^^^ call
                                                  ^^^^ name
                                                         ^^^^^^^^^ by
                                                             ^^^^ intrinsic
                                                                   ^^^^^^^^^^^^^^^^^ clause
                                                                         ^^^^^^ name
                                                                         ^^^^^^^^^^ hint
                                                                                ^^^ literal

 { .a = - 5 && ${x:csv} } // end
 ^^^^^^^^^^^^^^^^^^^^^^^^ spanset
        ^^^ literal
               ^^^^^^^^ variable
"#;

#[derive(Default)]
struct Places(BTreeSet<(usize, usize, &'static str)>);

impl Places {
    fn add(&mut self, span: Span, kind: &'static str) {
        self.0.insert((span.range().start, span.range().end, kind));
    }

    fn node(&mut self, expr: &Expr) {
        let kind = match expr {
            Expr::Literal(_) => "literal",
            Expr::Attribute(node) => {
                self.add(node.name.span, "name");
                "attribute"
            }
            Expr::Intrinsic(_) => "intrinsic",
            Expr::Spanset(_) => "spanset",
            Expr::Binary(node) => {
                self.add(node.op_span, "operator");
                "binary"
            }
            Expr::Unary(_) => "unary",
            Expr::Paren(_) => "paren",
            Expr::Call(node) => {
                self.add(node.name.span, "name");
                node.by.iter().for_each(|by| self.add(by.span, "by"));
                "call"
            }
            Expr::Pipeline(_) => "pipeline",
            Expr::Hinted(node) => {
                self.add(node.clause, "clause");
                for hint in &node.hints {
                    self.add(hint.span, "hint");
                    self.add(hint.name.span, "name");
                    self.node(&hint.value);
                }
                "hinted"
            }
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
        let text = lines.next().expect("a query");
        let mut places = Places::default();
        parse(text).expr.walk(|expr| places.node(expr));
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
