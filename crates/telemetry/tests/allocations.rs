//! An event that is filtered out allocates nothing.

use std::alloc::System;

use obsctl_model::prelude::*;
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::Context;
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::LogLines;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tracing::level_filters::LevelFilter;

log_fields! {
    /// How many rows it has.
    pub integer rows, like "25";
}

log_events! {
    service "api";

    /// A page was read.
    pub debug PageRead("page_read") { rows }
}

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_filtered_out_event_allocates_nothing() {
    let sink = Sink::Writer(Box::new(std::io::sink()));
    let registry = Registry::new();
    let telemetry = Telemetry::new("api").sink(sink).registry(registry.clone());
    let (subscriber, guard) = telemetry.subscriber().expect("it starts");
    tracing::subscriber::with_default(subscriber, || {
        // The macros stop at the level, and at the target; nothing is asked further.
        assert_eq!(LevelFilter::current(), LevelFilter::INFO);
        assert!(!tracing::enabled!(target: "sqlx", tracing::Level::INFO));
        let _scope = Context::new().with("tenant_id", "t-1").enter();
        let event =
            |rows: u64| tracing::debug!(rows, path = %format_args!("/x/{rows}"), "page_read");
        event(0);
        // The test's harness may allocate at the same time, but not in every round.
        let allocated = |act: &dyn Fn()| {
            let region = Region::new(ALLOCATOR);
            act();
            region.change().allocations
        };
        let least = |act: &dyn Fn()| (0..10).map(|_| allocated(act)).min();
        assert_eq!(least(&|| (0..1000).for_each(event)), Some(0));
        let declared = |rows: u64| PageRead { rows: rows.into() }.emit();
        assert_eq!(least(&|| (0..1000).for_each(declared)), Some(0));
        assert!(
            allocated(&|| tracing::info!("page_read")) > 0,
            "they are counted"
        );
    });
    assert!(guard.flush());
    assert_eq!(registry.counter(&LogLines {}).get(), 1.0);
}
