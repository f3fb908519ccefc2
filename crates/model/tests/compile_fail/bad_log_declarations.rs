use obsctl_model::prelude::*;

log_fields! {
    /// Rows read.
    pub number rows_processed, like "150";
    /// Rows written.
    pub integer rows_written, like "150";
}

log_events! {
    service "worker";

    /// A sync ended well.
    pub fine SyncCompleted("SYNC") { rows_writen, rows_written: maybe }
}

fn main() {}
