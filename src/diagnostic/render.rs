//! How findings look: one file per format.
