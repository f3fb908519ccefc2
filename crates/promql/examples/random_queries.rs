//! Random series and queries, and what the evaluator makes of them, to be compared with another engine.
//! `cargo run -p obsctl-promql --example random_queries [SEED] [CASES]`; see `docs/conformance.md`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "writes what it made"
)]

#[path = "../tests/it/agreement/answer.rs"]
mod answer;
#[path = "random_queries/dice.rs"]
mod dice;
#[path = "random_queries/queries.rs"]
mod queries;
#[path = "random_queries/series.rs"]
mod series;

use std::error::Error;

use dice::Dice;

/// Queries over the series of one case.
const QUERIES: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let number = |place, default| -> Result<u64, std::num::ParseIntError> {
        std::env::args()
            .nth(place)
            .map_or(Ok(default), |it| it.parse())
    };
    let (seed, cases) = (number(1, 1)?, number(2, 10)?);
    for case in 0..cases {
        let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(case));
        let load = series::load(&mut dice);
        let storage = answer::load(&load)?;
        print!("{load}");
        for _ in 0..QUERIES {
            let eval = queries::eval(&mut dice);
            println!("{eval}");
            let answer = answer::of(&storage, &eval)?;
            if !answer.is_empty() {
                println!("{answer}");
            }
        }
    }
    Ok(())
}
