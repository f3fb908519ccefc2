//! PromQL: a total parser with byte spans, a printer, and Prometheus' type checking.
//!
//! [`parse`] never fails and never panics: it gives a tree (with [`ast::Expr::Error`] where it could not
//! read) and the syntax errors it met. This crate knows nothing of obsctl.

pub mod ast;
pub mod duration;
pub mod functions;
mod lexer;
mod literal;
mod name;
mod ops;
mod parser;
mod pretty;
mod print;
mod span;
mod types;
pub mod variable;
mod visit;

pub use ast::Expr;
pub use name::{is_legacy_label_name, is_legacy_metric_name};
pub use parser::{Dialect, MAX_DEPTH, MAX_HEIGHT, Parsed, SyntaxError, parse, parse_with};
pub use span::Span;
pub use types::{Experimental, Feature, TypeError, ValueType, experimental, typecheck};
pub use visit::{Children, Descendants, SelectorUse};
