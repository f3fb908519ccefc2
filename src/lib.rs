//! obsctl.
