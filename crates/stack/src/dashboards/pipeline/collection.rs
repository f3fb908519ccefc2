//! Scraping, and the collector.

use obsctl_model::prelude::*;

use crate::metrics::exporters::alloy;

pub fn targets() -> impl Panels {
    (
        state_timeline("Targets up")
            .description("Which targets could be scraped, and when not. Red: the process is gone, or its address wrong.")
            .query(promql(r#"min by (job) (up{job=~"$job"})"#))
            .legend("{{job}}")
            .show(1, "up", Color::Green)
            .show(0, "down", Color::Red),
        timeseries("Scrape duration")
            .description("How long a scrape takes, by job. Near the scrape interval scrapes fail, and graphs get holes.")
            .query(promql(r#"max by (job) (scrape_duration_seconds{job=~"$job"})"#))
            .legend("{{job}}")
            .width(6),
        timeseries("Samples per scrape")
            .description("Series each job exposes. A step up after a release is a new label with too many values.")
            .query(promql(
                r#"sum by (job) (scrape_samples_post_metric_relabeling{job=~"$job"})"#,
            ))
            .legend("{{job}}")
            .stacked()
            .width(6),
    )
}

pub fn collector() -> impl Panels {
    (
        timeseries("Log lines sent")
            .description("Lines handed to Loki per second. Nothing at all: no container logs, or no way to them.")
            .query(alloy::EntriesSent::rate(interval()).sum())
            .legend("sent")
            .query(
                alloy::EntriesDropped::rate(interval()).sum_by(alloy::EntriesDropped::reason),
            )
            .legend("dropped: {{reason}}")
            .field(by_query("B").color(Color::Red))
            .width(8),
        timeseries("Spans")
            .description("Spans taken in, handed on, refused and failed per second. Taken in but not handed on: Tempo is full or away.")
            .query(alloy::SpansAccepted::rate(interval()).sum())
            .legend("taken in")
            .query(alloy::SpansSent::rate(interval()).sum())
            .legend("handed on")
            .query(alloy::SpansRefused::rate(interval()).sum())
            .legend("refused")
            .query(alloy::SpansFailed::rate(interval()).sum())
            .legend("failed")
            .field(by_name("refused").color(Color::Orange))
            .field(by_name("failed").color(Color::Red))
            .width(8),
        timeseries("Components")
            .description("Parts of the collector's pipeline by health. Any that is not healthy is named in its UI and log.")
            .query(alloy::Components::select().sum_by(alloy::Components::health_type))
            .legend("{{health_type}}")
            .stacked()
            .steps()
            .field(by_name("healthy").color(Color::Green))
            .field(by_name("unhealthy").color(Color::Red))
            .width(8),
    )
}
