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
        timeseries("Log lines")
            .description("Lines written per second, those that sampling left out, and those that were sent to a collector as well.")
            .query(
                telemetry::LogLines::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}: written")
            .query(
                telemetry::LogLinesSampledOut::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((TargetLabel::JOB, telemetry::LogLinesSampledOut::event)),
            )
            .legend("{{job}}: {{event}} left out")
            .query(
                telemetry::LogRecordsExported::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}: sent")
            .width(8),
        timeseries("Log lines lost")
            .description("Lines a service could not write or send per second: its output or the collector was too slow or failed, or it ended first. Should be 0.")
            .query(
                telemetry::LogLinesDropped::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((TargetLabel::JOB, telemetry::LogLinesDropped::reason)),
            )
            .legend("{{job}}: {{reason}}")
            .query(
                telemetry::LogRecordsDropped::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((TargetLabel::JOB, telemetry::LogRecordsDropped::reason)),
            )
            .legend("{{job}}: not sent, {{reason}}")
            .width(8),
        timeseries("Events not as declared")
            .description("Events per second that lack a field, have one too many, or are unknown to the log catalog. Each is in the log once, as `telemetry_event_invalid`.")
            .query(
                telemetry::LogEventsInvalid::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by((TargetLabel::JOB, telemetry::LogEventsInvalid::event)),
            )
            .legend("{{job}}: {{event}}")
            .width(8),
    )
}
