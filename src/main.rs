//! obsctl.
fn main() {}
