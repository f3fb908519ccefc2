//! What all checks read, computed once.

use obsctl_model::{LogQl, TraceQl};
use obsctl_promql::ast::Call;
use obsctl_promql::{Expr, SelectorUse, Span};

use super::Patterns;
use crate::parallel;
use crate::project::expression::series_name;
use crate::project::labels::{Flow, Flows};
use crate::project::{Expression, Placed, Project, QueryRef, Series};

/// A project, its expressions, and the labels of each.
#[derive(Debug)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// Every PromQL expression.
    pub queries: Vec<Query<'a>>,
    /// Every LogQL query.
    pub logs: Vec<Placed<'a, &'a LogQl>>,
    /// Every TraceQL query.
    pub traces: Vec<Placed<'a, &'a TraceQl>>,
    /// The labels of any further expression or series.
    pub flows: Flows<'a>,
    /// The regular expressions met so far.
    pub patterns: Patterns,
}

/// An expression and what is known of its result.
#[derive(Debug)]
pub struct Query<'a> {
    /// The expression and its place.
    pub at: Expression<'a>,
    /// The labels of its result.
    pub flow: Flow<'a>,
    /// The calls in it.
    pub calls: Vec<&'a Call>,
    /// The selectors in it.
    pub selectors: Vec<SelectorUse<'a>>,
    /// Those that name their series.
    pub named: Vec<Named<'a>>,
}

/// A selector that names its series.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// Where the name stands.
    pub span: Span,
    /// What the catalog knows of it.
    pub series: Option<&'a Series>,
    /// The selector.
    pub used: SelectorUse<'a>,
}

impl<'a> Named<'a> {
    fn new(project: &'a Project, used: SelectorUse<'a>) -> Option<Self> {
        let (name, span) = series_name(used.selector)?;
        Some(Self {
            name,
            span,
            series: project.catalog().get(name),
            used,
        })
    }
}

impl<'a> Query<'a> {
    fn new(project: &'a Project, flows: &Flows<'a>, at: Expression<'a>) -> Self {
        let expr = at.query.expr();
        let mut calls = vec![];
        let mut selectors = vec![];
        expr.walk(|expr| {
            if let Expr::Call(call) = expr {
                calls.push(call);
            } else {
                selectors.extend(expr.as_selector());
            }
        });
        let named = selectors.iter();
        Self {
            flow: flows.of(expr),
            calls,
            named: named
                .filter_map(|used| Named::new(project, *used))
                .collect(),
            selectors,
            at,
        }
    }
}

/// Expressions that a thread takes at once.
const CHUNK: usize = 256;

impl<'a> Input<'a> {
    /// Goes through all expressions of a project.
    #[must_use]
    pub fn new(project: &'a Project) -> Self {
        let flows = Flows::new(project);
        let expressions = project.expressions();
        let chunks: Vec<_> = expressions.chunks(CHUNK).collect();
        let queries = parallel::map(&chunks, |chunk| {
            let of = |at: &Expression<'a>| Query::new(project, &flows, at.clone());
            chunk.iter().map(of).collect::<Vec<_>>()
        });
        let (mut logs, mut traces) = (vec![], vec![]);
        for placed in project.queries() {
            match placed.query {
                QueryRef::Logql(query) => logs.push(placed.with(query)),
                // Tempo takes a trace's id where it takes a query.
                QueryRef::Traceql(query) if !is_trace_id(query.as_str()) => {
                    traces.push(placed.with(query));
                }
                _ => {}
            }
        }
        Self {
            project,
            logs,
            traces,
            queries: queries.into_iter().flatten().collect(),
            flows,
            patterns: Patterns::default(),
        }
    }
}

/// Whether a text is the id of a trace, or a variable that stands for one.
fn is_trace_id(text: &str) -> bool {
    let text = text.trim();
    obsctl_promql::variable::exact(text).is_some()
        || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
