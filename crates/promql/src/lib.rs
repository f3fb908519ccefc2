//! PromQL: a total parser with byte spans, a printer, and Prometheus' type checking.
//!
//! [`parse`] never fails and never panics: it gives a tree (with [`ast::Expr::Error`] where it could not
//! read) and the syntax errors it met. This crate knows nothing of obsctl.

pub mod ast;
mod span;

pub use ast::Expr;
pub use span::Span;
mod stub;
pub use stub::{Parsed, SyntaxError, parse};
