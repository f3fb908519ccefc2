//! The reference stack: a multi-tenant API with background workers, MCP tools and external providers.

use obsctl_model::{Slug, Stack};

/// Everything, in one value.
#[must_use]
pub fn stack() -> Stack {
    Stack::new(Slug::from_static("reference"))
}
