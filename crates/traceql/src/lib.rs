//! TraceQL: a total parser with byte spans, a printer, and Tempo's validation.
//!
//! [`parse`] never fails and never panics: it gives a tree (with [`ast::Expr::Error`] where it could not
//! read) and the syntax errors it met. Trees are walked ([`Expr::walk`]), asked ([`Expr::fields`],
//! [`Expr::comparisons`]), rewritten ([`Expr::map`]), checked ([`typecheck`]), and printed on one line
//! ([`ToString`]) or several ([`Expr::pretty`]). This crate knows nothing of obsctl.
//!
//! ```
//! use obsctl_traceql::{ValueType, parse, typecheck};
//!
//! let parsed = parse("{span.http.route=`/orders` && duration>$slow}|rate()by(resource.service.name)");
//! assert!(parsed.errors.is_empty());
//! assert_eq!(
//!     parsed.expr.to_string(),
//!     "{ span.http.route = \"/orders\" && duration > $slow } | rate() by (resource.service.name)",
//! );
//! assert_eq!(typecheck(&parsed.expr), (ValueType::Metrics, Vec::new()));
//!
//! let parsed = parse("{ span.http.method == \"GET\" }");
//! assert_eq!(parsed.errors[0].to_string(), "`==` is no operator, expected `=`");
//!
//! let (_, errors) = typecheck(&parse("{ duration = \"slow\" }").expr);
//! assert_eq!(errors[0].message, "`=` compares a duration with a string, which are never equal");
//! ```
//!
//! # Differences from Tempo
//!
//! The language is that of Tempo 3.0 ([`typecheck`]) or 3.1 ([`typecheck_for`]). Some of what Tempo's
//! grammar refuses is refused by the type check, so that it can be explained. Refused although Tempo
//! takes it:
//!
//! - what can only be a mistake: hints that are unknown, given twice or of no use for the query, metrics
//!   of a field that has no numbers;
//! - a string whose escapes make bytes that are not UTF-8, hexadecimal floats, an intrinsic with a space
//!   behind its colon;
//! - more than [`MAX_DEPTH`] levels of nesting, or a tree higher than [`MAX_HEIGHT`].

pub mod ast;
mod attribute;
pub mod duration;
pub mod functions;
pub mod hints;
mod lexer;
mod ops;
mod parser;
mod pretty;
mod print;
mod types;
mod views;
mod visit;

pub use ast::Expr;
pub use obsctl_promql::variable;
pub use obsctl_syntax::{Span, SyntaxError, TypeError};
pub use parser::{Dialect, MAX_DEPTH, MAX_HEIGHT, Parsed, parse, parse_with};
pub use types::{FieldType, ValueType, Version, typecheck, typecheck_for};
pub use views::{Comparison, Field, FieldUse, Usage};
pub use visit::{Children, Descendants};
