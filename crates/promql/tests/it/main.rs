//! Tests of the crate through its public face.

mod conformance;
mod corpus;
mod generate;
mod parse;
mod print;
