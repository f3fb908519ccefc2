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
    fn within<C: LoggedContext, E: obsctl_model::InContext<C>>(_: E, _: C) {}
    within(
        SyncCompleted {
            rows_processed: 150.into(),
        },
        Request {},
    );
}

mod other {
    use obsctl_model::prelude::*;

    log_contexts! {
        /// Lines of a request.
        pub Request("Request") {}
    }
}

use other::Request;
