//! The list of targets: a `mod` line and a line in [`ALL`] for each, both sorted.

use super::Target;

/// All targets, by name.
pub static ALL: &[&Target] = &[];
