//! `--speed`, as several commands take it.

use clap::builder::TypedValueParser;

use crate::project::Speed;

/// Reads a whole number that is a speed.
pub(super) fn parser() -> impl TypedValueParser<Value = Speed> {
    let fastest = i64::from(Speed::FASTEST.times());
    clap::value_parser!(u8)
        .range(1..=fastest)
        .map(|times| Speed::new(times).expect("the parser lets only these numbers through"))
}
