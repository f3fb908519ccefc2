//! Tests of the crate through its public face.

mod corpus;
mod depth;
mod errors;
mod generate;
mod precedence;
mod properties;
