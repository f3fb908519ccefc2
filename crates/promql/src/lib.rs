//! PromQL: a total parser with byte spans, a printer, Prometheus' type checking, and its evaluation over
//! series in memory ([`eval`]).
//!
//! [`parse`] never fails and never panics: it gives a tree (with [`ast::Expr::Error`] where it could not
//! read) and the syntax errors it met. Trees are walked ([`Expr::walk`], [`Expr::walk_selectors`]),
//! rewritten ([`Expr::map`]), checked ([`typecheck`]), and printed on one line ([`ToString`]) or several
//! ([`Expr::pretty`]). [`histogram`] has the native histograms of the engine. This crate knows nothing of obsctl.
//!
//! ```
//! use obsctl_promql::{Expr, ValueType, parse, typecheck};
//!
//! let parsed = parse("sum(rate(http_requests_total{job=~\"$job\"}[$__rate_interval]))by(path)");
//! assert!(parsed.errors.is_empty());
//! assert_eq!(
//!     parsed.expr.to_string(),
//!     "sum by (path) (rate(http_requests_total{job=~\"$job\"}[$__rate_interval]))",
//! );
//! assert_eq!(typecheck(&parsed.expr), (ValueType::Vector, Vec::new()));
//!
//! let parsed = parse("rate(up[5m) > 1");
//! assert_eq!(parsed.errors[0].message, "`[` is never closed");
//! assert!(matches!(parsed.expr, Expr::Binary(_)));
//! ```
//!
//! # Differences from Prometheus
//!
//! The language is that of Prometheus 3.14 with all its features switched on ([`experimental`] lists their
//! uses). Refused although Prometheus takes it:
//!
//! - a string whose escapes make bytes that are not UTF-8 (no label has such a value);
//! - `{"up", __name__="down"}`, two names of which one is inside quotes (it selects nothing);
//! - `anchored` and `smoothed` ranges in functions that cannot take them (Prometheus refuses them when it
//!   evaluates);
//! - more than [`MAX_DEPTH`] levels of nesting, or a tree higher than [`MAX_HEIGHT`].
//!
//! Taken although Prometheus refuses it: a regular expression that is not well-formed, because reading a
//! query compiles none. Evaluating it does.

pub mod ast;
pub mod build;
mod constant;
pub mod duration;
mod elementary;
pub mod eval;
pub mod functions;
pub mod histogram;
mod lexer;
pub mod literal;
mod name;
mod ops;
mod parser;
mod pretty;
mod print;
pub mod regex;
mod types;
pub mod variable;
mod visit;

pub use ast::Expr;
pub use name::{is_legacy_label_name, is_legacy_metric_name};
pub use obsctl_syntax::Span;
pub use parser::{Dialect, MAX_DEPTH, MAX_HEIGHT, Parsed, SyntaxError, parse, parse_with};
pub use types::{Experimental, Feature, TypeError, ValueType, experimental, typecheck};
pub use visit::{Children, Descendants, SelectorUse};
