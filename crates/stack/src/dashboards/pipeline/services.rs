//! What the services' own telemetry library sends, loses and folds.

use obsctl_model::prelude::*;

use crate::metrics::exporters::telemetry;

pub fn services() -> impl Panels {
    (
        timeseries("Spans sent")
            .description("Spans a collector took per second, by service. Nothing at all: no endpoint is set, or the collector is away.")
            .query(
                telemetry::SpansExported::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}")
            .width(8),
        timeseries("Spans lost")
            .description("Spans a service could not send per second: its queue was full, the collector failed, or it ended first. Should be 0.")
            .query(
                telemetry::SpansDropped::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((TargetLabel::JOB, telemetry::SpansDropped::reason)),
            )
            .legend("{{job}}: {{reason}}")
            .width(8),
        timeseries("Label values folded")
            .description("Recordings per second whose label value was outside its declared domain and became `other`. Declare the value, or raise the budget.")
            .query(
                telemetry::LabelValuesFolded::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((
                        TargetLabel::JOB,
                        telemetry::LabelValuesFolded::metric,
                        telemetry::LabelValuesFolded::label,
                    ))
                    .gt(0.0)
                    .topk(10),
            )
            .legend("{{job}}: {{label}} of {{metric}}")
            .width(8),
    )
}
