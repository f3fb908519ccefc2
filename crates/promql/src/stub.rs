//! Temporary stand-ins until the parser lands.
use crate::Expr;
impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
/// What parsing gives.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree.
    pub expr: Expr,
    /// The errors.
    pub errors: Vec<SyntaxError>,
}
/// A syntax error.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// Where.
    pub span: crate::Span,
    /// What.
    pub message: String,
}
/// Parses.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    Parsed {
        expr: Expr::Error(crate::ast::ErrorNode {
            text: text.into(),
            span: crate::Span::default(),
        }),
        errors: vec![],
    }
}
