//! Tests of the crate through its public face.

mod corpus;
mod depth;
mod errors;
mod eval;
mod generate;
mod labels;
mod precedence;
mod print;
mod properties;
mod spans;
mod types;
mod visit;
