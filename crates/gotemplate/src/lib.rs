//! Go's text templates as Prometheus uses them: a total parser with byte spans, a printer, and evaluation.
//!
//! [`parse`] never fails and never panics: it gives a tree and the errors it met, of which Go reports only the
//! first. [`render`] evaluates a tree in process, with values ([`Value`]) and functions ([`Functions`]) that the
//! caller gives: Alertmanager's data and functions fit in as well. [`prometheus`] has those of Prometheus'
//! alerts. Queries are the caller's: this crate knows no PromQL and nothing of obsctl.
//!
//! ```
//! use obsctl_gotemplate::prometheus::{Alert, Template};
//!
//! let alert = Alert {
//!     labels: [("path".to_owned(), "/cart".to_owned())].into(),
//!     value: 0.0384.into(),
//!     ..Alert::named("HighErrorRate")
//! };
//! let template = Template::parse("{{ $labels.path }}: {{ $value | humanizePercentage }}");
//! assert_eq!(template.render(&alert, &|_| Ok(vec![])).unwrap(), "/cart: 3.84%");
//!
//! let template = Template::parse("{{ $value | humanise }}");
//! assert_eq!(template.errors[0].message, "there is no function `humanise`");
//! ```
//!
//! # Differences from Go
//!
//! Templates, values and messages are those of Prometheus 3.14, built with Go 1.26. What is different:
//!
//! - texts are UTF-8: bytes that are none (`"\xff"`, half a character that `slice` left) become U+FFFD;
//! - blocks and parentheses nest at most [`MAX_DEPTH`] deep, templates and blocks together about twice that, and
//!   a template that takes a million steps or makes 16 MiB of text is an error ([`Kind::TooMuch`]);
//! - numbers with an imaginary part are read, not evaluated;
//! - `sortByLabel` sorts a copy; Prometheus' sorts what it is given as well;
//! - an address (`%p`, a sample inside a printed list) is always the same one;
//! - regular expressions are those of another engine: messages on broken ones have other words;
//! - letters and digits in names are those of the Unicode version of this crate's compiler.

pub mod ast;
mod dialect;
mod escape;
mod eval;
pub mod format;
mod function;
mod lexer;
mod literal;
mod parser;
mod print;
pub mod prometheus;
mod value;

pub use dialect::{BUILTINS, Dialect};
pub use eval::{Context, Kind, RenderError, render};
pub use function::{Body, Function, Functions, Method, Outcome, Type};
pub use obsctl_syntax::Span;
pub use parser::{MAX_DEPTH, Parsed, SyntaxError, parse};
pub use print::print;
pub use value::{Field, List, Map, Object, Struct, Value};
