//! What all checks read, computed once.

use super::Patterns;
use crate::project::labels::{Flow, Flows};
use crate::project::{Expression, Project};

/// A project, its expressions, and the labels of each.
#[derive(Debug)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// Every PromQL expression.
    pub queries: Vec<Query<'a>>,
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
}

impl<'a> Input<'a> {
    /// Goes through all expressions of a project.
    #[must_use]
    pub fn new(project: &'a Project) -> Self {
        let flows = Flows::new(project);
        let queries = project
            .expressions()
            .into_iter()
            .map(|at| Query {
                flow: flows.of(at.query.expr()),
                at,
            })
            .collect();
        Self {
            project,
            queries,
            flows,
            patterns: Patterns::default(),
        }
    }
}
