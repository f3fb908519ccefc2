//! The command line: the only place that touches files, prints and exits.
