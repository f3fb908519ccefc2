//! What all checks read, computed once.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use obsctl_model::{LogQl, Promql, TraceQl, Unit};
use obsctl_promql::ast::{Binary, Call};
use obsctl_promql::{Expr, SelectorUse, Span, TypeError, typecheck};

use super::suppression::{self, Accepted};
use super::{Findings, Patterns, Templates};
use crate::parallel;
use crate::policy::Policy;
use crate::project::expression::series_name;
use crate::project::labels::{Flow, Flows};
use crate::project::units::Clash;
use crate::project::{Expression, Placed, Project, QueryRef, Series};

/// A project, its expressions, and the labels of each.
#[derive(Debug)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// What the team asks for.
    pub policy: &'a Policy,
    /// Every PromQL expression.
    pub queries: Vec<Query<'a>>,
    /// For each text of theirs that could be read which of them have it; those of which less is said are last.
    pub texts: Vec<Vec<usize>>,
    /// The same of texts that could not: of those `syntax` says what is wrong, and the rest would be a guess.
    pub unread: Vec<Vec<usize>>,
    /// Every LogQL query.
    pub logs: Vec<Placed<'a, &'a LogQl>>,
    /// Every TraceQL query.
    pub traces: Vec<Placed<'a, &'a TraceQl>>,
    /// Every `allow`.
    pub(super) accepted: Vec<Accepted<'a>>,
    /// The labels of any further expression or series.
    pub flows: Flows<'a>,
    /// The regular expressions met so far.
    pub patterns: Patterns,
    /// The templates of alerts met so far.
    pub templates: Templates,
}

/// An expression and what is known of its result.
#[derive(Debug)]
pub struct Query<'a> {
    /// The expression and its place.
    pub at: Expression<'a>,
    /// What is known of its text, shared by all that have the same one.
    facts: Arc<Facts<'a>>,
}

impl Query<'_> {
    /// Whether less is said of it than of others with the same text: what a dashboard asks that was made from other
    /// definitions, and where the values of a variable come from.
    #[must_use]
    pub fn is_minor(&self) -> bool {
        self.at.derived || self.at.site.is_lookup()
    }
}

impl<'a> Deref for Query<'a> {
    type Target = Facts<'a>;

    fn deref(&self) -> &Facts<'a> {
        &self.facts
    }
}

/// What is known of an expression, wherever it stands.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The labels of its result.
    pub flow: Flow<'a>,
    /// What Prometheus would refuse of its types; nothing of a text that could not be read.
    pub types: Vec<TypeError>,
    /// Every expression in it, each before those it is made of.
    pub nodes: Vec<&'a Expr>,
    /// The calls in it.
    pub calls: Vec<&'a Call>,
    /// The operators between two operands in it.
    pub binaries: Vec<&'a Binary>,
    /// The selectors in it.
    pub selectors: Vec<SelectorUse<'a>>,
    /// Those that name their series.
    pub named: Vec<Named<'a>>,
    /// The unit of its result; none where it cannot be told.
    pub unit: Option<Unit>,
    /// Where it adds or compares what cannot be added or compared.
    pub clashes: Vec<Clash>,
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

impl<'a> Facts<'a> {
    fn new(project: &'a Project, flows: &Flows<'a>, query: &'a Promql) -> Self {
        let expr = query.expr();
        let types = if query.errors().is_empty() {
            typecheck(expr).1
        } else {
            vec![]
        };
        let nodes: Vec<_> = expr.descendants().collect();
        let (mut calls, mut binaries, mut selectors) = (vec![], vec![], vec![]);
        for expr in nodes.iter().copied() {
            match expr {
                Expr::Call(call) => calls.push(call),
                Expr::Binary(node) => binaries.push(&**node),
                _ => selectors.extend(expr.as_selector()),
            }
        }
        let named = selectors.iter();
        let (unit, clashes) = project.measure(query);
        Self {
            flow: flows.of(expr),
            types,
            unit,
            clashes,
            nodes,
            calls,
            binaries,
            named: named
                .filter_map(|used| Named::new(project, *used))
                .collect(),
            selectors,
        }
    }
}

/// An operator where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a, 'w> {
    /// The operator and its operands.
    pub node: &'a Binary,
    /// All of it.
    pub span: Span,
    /// The expressions around it, outermost first.
    pub around: &'w [&'a Expr],
}

impl<'a> Facts<'a> {
    /// Looks at each operator between two operands with what stands around it. Most expressions have none.
    pub fn operations(&self, mut see: impl FnMut(Operation<'a, '_>)) {
        let outermost = self.nodes.first().filter(|_| !self.binaries.is_empty());
        if let Some(outermost) = outermost {
            outermost.walk_with_ancestors(|expr, around| {
                if let Expr::Binary(node) = expr {
                    let span = expr.span();
                    see(Operation { node, span, around });
                }
            });
        }
    }
}

/// Expressions that a thread takes at once.
const CHUNK: usize = 256;

impl<'a> Input<'a> {
    /// Goes through all expressions of a project.
    #[must_use]
    pub fn new(project: &'a Project, policy: &'a Policy) -> Self {
        let aside = || {
            let accepted = suppression::accepted(project);
            (Flows::new(project), others(project), accepted)
        };
        let ((flows, (logs, traces), accepted), expressions) =
            parallel::both(aside, || project.expressions());
        // Definitions repeat each other: each text is looked at once.
        let (mut shared, mut places) = (BTreeMap::new(), BTreeMap::new());
        let mut texts = vec![];
        let repeated = expressions.iter().map(|at| {
            // Files share equal queries: most texts need not be read to be known.
            *shared.entry(at.query.address()).or_insert_with(|| {
                *places.entry(at.query.as_str()).or_insert_with(|| {
                    texts.push(at.query);
                    texts.len() - 1
                })
            })
        });
        let repeated: Vec<usize> = repeated.collect();
        let mut same = vec![vec![]; texts.len()];
        for (index, text) in repeated.iter().enumerate() {
            same[*text].push(index);
        }
        let chunks: Vec<_> = texts.chunks(CHUNK).collect();
        let facts = parallel::map(&chunks, |chunk| {
            let of = |query: &&'a Promql| Arc::new(Facts::new(project, &flows, query));
            chunk.iter().map(of).collect::<Vec<_>>()
        });
        let facts: Vec<_> = facts.into_iter().flatten().collect();
        let queries = expressions.into_iter().zip(repeated);
        let queries = queries.map(|(at, text)| Query {
            at,
            facts: Arc::clone(&facts[text]),
        });
        let queries: Vec<_> = queries.collect();
        for same in &mut same {
            same.sort_by_key(|index| queries[*index].is_minor());
        }
        let is_read = |same: &Vec<usize>| {
            let first = same.first().map(|index| queries[*index].at.query);
            first.is_some_and(|query| query.errors().is_empty())
        };
        let (texts, unread) = same.into_iter().partition(is_read);
        Self {
            project,
            policy,
            logs,
            traces,
            queries,
            texts,
            unread,
            accepted,
            flows,
            patterns: Patterns::default(),
            templates: Templates::default(),
        }
    }
}

impl<'a> Input<'a> {
    /// What the server that evaluates rules of metrics adds to all it sends, where anybody said: the configuration first.
    #[must_use]
    pub fn external_labels(&self) -> Option<&'a BTreeMap<String, String>> {
        let said = self.policy.check.external_labels.as_ref();
        said.or(self.project.knows().external_labels.as_ref())
    }

    /// Looks at one expression of each of these texts, and at the others only where something is found in it.
    pub fn per_text(
        &self,
        texts: &[Vec<usize>],
        findings: &mut Findings,
        mut look: impl FnMut(&Query<'a>, &mut Findings),
    ) {
        for same in texts {
            let mut queries = same.iter().map(|index| &self.queries[*index]);
            let Some(first) = queries.next() else {
                continue;
            };
            let before = findings.len();
            look(first, findings);
            let is_silent = findings.len() == before;
            // A debug build looks at the others all the same, to prove that nothing is missed.
            if is_silent && !cfg!(debug_assertions) {
                continue;
            }
            queries.for_each(|query| look(query, findings));
            debug_assert!(
                !is_silent || findings.len() == before,
                "what is found in `{}` depends on more than the text",
                first.at.query.as_str()
            );
        }
    }
}

type Others<'a> = (Vec<Placed<'a, &'a LogQl>>, Vec<Placed<'a, &'a TraceQl>>);

/// The queries in other languages.
fn others(project: &Project) -> Others<'_> {
    let (mut logs, mut traces) = (vec![], vec![]);
    let wanted = |query: QueryRef<'_>| matches!(query, QueryRef::Logql(_) | QueryRef::Traceql(_));
    for placed in project.queries_if(wanted) {
        match placed.query {
            QueryRef::Logql(query) => logs.push(placed.with(query)),
            // Tempo takes a trace's id where it takes a query.
            QueryRef::Traceql(query) if !is_trace_id(query.as_str()) => {
                traces.push(placed.with(query));
            }
            _ => {}
        }
    }
    (logs, traces)
}

/// Whether a text is the id of a trace, or a variable that stands for one.
fn is_trace_id(text: &str) -> bool {
    let text = text.trim();
    obsctl_promql::variable::exact(text).is_some()
        || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
