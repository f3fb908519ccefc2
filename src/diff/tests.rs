//! Tests over whole sides.
