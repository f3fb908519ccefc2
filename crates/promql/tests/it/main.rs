//! Tests of the crate through its public face.

mod agreement;
mod compare;
mod conformance;
mod corpus;
mod depth;
mod errors;
mod eval;
mod generate;
mod parse;
mod print;
mod properties;
mod regex;
mod scripts;
mod spans;
mod steps;
mod types;
mod visit;
