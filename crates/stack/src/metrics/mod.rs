//! The metric catalog, one file per family.

use obsctl_model::MetricFamily;

pub mod api;
pub mod business;
pub mod exporters;
pub mod external;
pub mod mcp;
pub mod worker;

/// Every family, those of exporters included.
#[must_use]
pub fn families() -> Vec<MetricFamily> {
    let mut families = vec![
        api::family(),
        worker::family(),
        mcp::family(),
        external::family(),
        business::family(),
    ];
    families.extend(exporters::families());
    families
}
