//! What the parsers of query languages and templates share: where a node was read from, what is wrong there, which
//! name was meant, where a string ends, and how a tree is printed on several lines. No language is known here.

mod error;
mod name;
mod page;
mod span;
mod string;

pub use error::{Parsed, SyntaxError, TypeError};
pub use name::nearest;
pub use page::Page;
pub use span::Span;
pub use string::string_end;
