use obsctl_model::prelude::*;

labels! {
    pub enum Provider { Shopify = "shopify", Stripe = "stripe" }
}

log_fields! {
    /// The system at the other end.
    pub keyword provider: Provider, like "shopify";
    /// Rows read.
    pub integer rows_processed, like "150";
}

log_contexts! {
    /// Lines of a task.
    pub Task("Task") { provider }
}

log_events! {
    service "worker";

    /// A sync ended well.
    pub info SyncCompleted("sync_completed") in Task { rows_processed }
}

fn main() {
    let _ = SyncCompleted {
        rows_processed: "many".into(),
    };
    let _ = Task {
        provider: "shopify",
    };
}
