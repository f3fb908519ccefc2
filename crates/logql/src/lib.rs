//! LogQL: a total parser with byte spans, a printer, Loki's type checking, and evaluation.
//!
//! [`parse`] never fails and never panics: it gives a tree (with [`ast::Expr::Error`] where it could not
//! read) and the syntax errors it met. Trees are walked ([`Expr::walk`], [`Expr::log_queries`]), rewritten
//! ([`Expr::map`], [`Expr::map_durations`]), checked ([`typecheck`]), and printed on one line
//! ([`ToString`]) or several ([`Expr::pretty`]). [`Expr::label_uses`] tells where each label is used and
//! where it may come from; [`ast::LogQuery`] says what its pipeline does before it parses lines. [`eval`]
//! evaluates queries over lines in memory. This crate knows nothing of obsctl.
//!
//! ```
//! use obsctl_logql::{Expr, LabelOrigin, ValueType, parse, typecheck};
//!
//! let parsed = parse(r#"sum(rate({job="$job"}|="error"|json|took>250ms[$__auto]))by(path)"#);
//! assert!(parsed.errors.is_empty());
//! assert_eq!(
//!     parsed.expr.to_string(),
//!     r#"sum by (path) (rate({job="$job"} |= "error" | json | took > 250ms [$__auto]))"#,
//! );
//! assert_eq!(typecheck(&parsed.expr), (ValueType::Vector, Vec::new()));
//! let took = parsed.expr.label_uses().into_iter().find(|it| it.name.text == "took").unwrap();
//! assert!(matches!(took.origin(), LabelOrigin::Parsed(_)));
//!
//! let parsed = parse(r#"{job="api"} |= error"#);
//! assert_eq!(parsed.errors[0].message, "`error` is not between quotes");
//! assert!(matches!(parsed.expr, Expr::Log(_)));
//! ```
//!
//! # Differences from Loki
//!
//! The language is that of Loki 3.x. `variants(…) of (…)` is of Loki 3.5 to 3.7 only, where it has to be
//! switched on; `| distinct` is read, but [`typecheck`] refuses it, because no release has it.
//! Refused although Loki takes it:
//!
//! - a range of 0, a quantile outside of 0 to 1, and an aggregation of a number, which Loki refuses or
//!   leaves without a meaning when it evaluates;
//! - hexadecimal numbers with an exponent;
//! - a string whose escapes make bytes that are not UTF-8;
//! - more than [`MAX_DEPTH`] levels of nesting, or a tree higher than [`MAX_HEIGHT`].
//!
//! Taken although Loki refuses it: a query of more than 128 KiB, a template whose functions do not exist,
//! and classes of Unicode in regular expressions that do not exist.

pub mod ast;
mod capture;
pub mod eval;
mod labels;
mod lexer;
mod ops;
mod parser;
mod pipeline;
mod pretty;
mod print;
mod quantity;
mod types;
mod variables;
mod visit;

pub use ast::Expr;
pub use labels::{LabelOrigin, LabelPlace, LabelUse};
pub use obsctl_promql::variable;
pub use obsctl_syntax::{Span, TypeError};
pub use parser::{MAX_DEPTH, MAX_HEIGHT, Parsed, SyntaxError, parse};
pub use types::{ValueType, typecheck};
pub use visit::{Descendants, LogQueryUse};
