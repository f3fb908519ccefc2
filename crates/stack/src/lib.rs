//! The reference stack.
