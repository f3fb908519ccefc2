//! Tests of the crate through its public face.

mod conformance;
mod corpus;
mod depth;
mod generate;
mod parse;
mod print;
mod properties;
