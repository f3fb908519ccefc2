//! The list of checks: a `mod` line and a line in [`ALL`] for each, both sorted.

use super::Check;

/// All checks, by name.
pub static ALL: &[&Check] = &[];
