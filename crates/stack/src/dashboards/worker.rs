//! Workers, queues and jobs: utilization, saturation, errors.

use obsctl_model::prelude::*;
use obsctl_model::query::{Any, Vector};

use super::parts;
use crate::labels::JobStatus;
use crate::metrics::exporters::process::{ProcessCpu, ProcessMemory};
use crate::metrics::worker::{
    WorkerActiveTasks, WorkerJobDuration, WorkerJobRetries, WorkerJobs, WorkerQueueDepth,
    WorkerRowsProcessed,
};
use crate::{limits, services, teams, uids};

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::WORKER,
        "Worker",
        uids::folders::SERVICES,
        teams::INTEGRATIONS,
        services::WORKER,
    )
    .description("Do the workers keep up? Queues, throughput, failures and retries by job type, and what each worker does.")
    .tags(["use", "worker"])
    .link(parts::to_overview())
    .link(DashboardLink::to_uid("External APIs", uids::EXTERNAL_APIS).tooltip("What jobs wait for"))
    .link(parts::to_logs())
    .link(parts::to_traces())
    .variable(parts::job_types())
    .variable(parts::queues())
    .variable(workers())
    .variable(concurrency())
    .row("Right now", headline())
    .row("Queues", queues())
    .row("Throughput and failures", throughput())
    .row("Duration", duration())
    .row("Job types", job_types())
    .row("Workers", utilization())
    .row("Alerts and failures", related())
}

fn workers() -> Variable {
    variable::query("worker", label_values(WorkerActiveTasks::worker_id))
        .label("Worker")
        .description("Worker processes")
        .multi()
        .include_all()
}

fn concurrency() -> Variable {
    variable::custom("concurrency", ["1", "2", "4", "8", "16", "32"])
        .label("Slots per worker")
        .description("How many tasks one worker runs at once (`--concurrency`): what utilization is measured against")
        .default("4")
}

fn jobs() -> Vector<WorkerJobs> {
    WorkerJobs::with(WorkerJobs::job_type.chosen("job_type")).rate(interval())
}

fn failures() -> Vector<WorkerJobs> {
    WorkerJobs::with(WorkerJobs::job_type.chosen("job_type"))
        .with(WorkerJobs::status.is(JobStatus::Failed))
        .rate(interval())
}

fn retries() -> Vector<WorkerJobRetries> {
    WorkerJobRetries::with(WorkerJobRetries::job_type.chosen("job_type")).rate(interval())
}

fn backlog() -> Vector<WorkerQueueDepth> {
    WorkerQueueDepth::with(WorkerQueueDepth::queue_name.chosen("queue"))
        .max_by(WorkerQueueDepth::queue_name)
}

/// A job type is routed to the queue it is named after; those of all syncs are one queue.
fn jobs_by_queue() -> Vector<Any> {
    WorkerJobs::rate(interval())
        .label_replace("queue_name", "$1", "job_type", "(?:.*_)?(.+)")
        .sum_by(WorkerQueueDepth::queue_name)
}

/// The part of the workers' slots that is taken.
fn taken() -> Vector<Any> {
    promql(r#"avg by (worker_id) (worker_active_tasks{worker_id=~"$worker"}) / $concurrency"#)
        .into_vector()
}

fn headline() -> impl Panels {
    (
        stat("Backlog")
            .description("Tasks waiting in the chosen queues. Red is where the backlog alert fires for one queue.")
            .query(backlog().sum())
            .threshold(limits::QUEUE_BACKLOG / 2.0, Color::Orange)
            .threshold(limits::QUEUE_BACKLOG, Color::Red)
            .width(4),
        stat("Time to drain")
            .description("How long the backlog takes at today's pace. It grows without end when more comes in than is done.")
            .query(backlog().sum() / jobs().sum())
            .unit(Unit::Seconds)
            .threshold(300.0, Color::Orange)
            .threshold(1800.0, Color::Red)
            .mapping(Mapping::special(Special::NullOrNan, "idle").color(Color::Green))
            .width(4),
        stat("Throughput")
            .description("Jobs finished per second, well or not. Worry when it falls while the backlog grows.")
            .query(jobs().sum())
            .color(Color::Blue)
            .width(4),
        stat("Failure ratio")
            .description("Failed jobs over all. Red is where the alert on failing jobs fires.")
            .query(failures().sum().share_of(jobs().sum()))
            .threshold(limits::JOB_FAILURES / 2.0, Color::Orange)
            .threshold(limits::JOB_FAILURES, Color::Red)
            .decimals(1)
            .data_link(Link::explore("Failed jobs", Explore::logs(failed_jobs())))
            .width(4),
        stat("Utilization")
            .description("Taken slots over all slots of the chosen workers. Above 90 % new work waits; at 0 with a backlog the workers are stuck.")
            .query(taken().avg())
            .unit(Unit::Ratio)
            .threshold(0.7, Color::Orange)
            .threshold(0.9, Color::Red)
            .width(4),
        stat("Workers")
            .description("Worker processes that report. Fewer than were started: look for a crash or a missing scrape.")
            .query(WorkerActiveTasks::with(WorkerActiveTasks::worker_id.chosen("worker")).count())
            .no_value("0")
            .base_color(Color::Red)
            .threshold(1.0, Color::Green)
            .width(4),
    )
}

fn queues() -> impl Panels {
    (
        timeseries("Queue backlog size")
            .description("Tasks waiting, by queue. Above the line for five minutes the backlog alert fires.")
            .query(backlog())
            .legend("{{queue_name}}")
            .threshold(limits::QUEUE_BACKLOG, Color::Red)
            .soft_max(limits::QUEUE_BACKLOG)
            .width(8),
        timeseries("Queue growth")
            .description("Tasks added less tasks taken, per second. Above zero for long means: more workers, or less work.")
            .query(
                WorkerQueueDepth::with(WorkerQueueDepth::queue_name.chosen("queue"))
                    .deriv(mins(10))
                    .max_by(WorkerQueueDepth::queue_name),
            )
            .legend("{{queue_name}}")
            .width(8),
        timeseries("Task throughput by queue")
            .description("Jobs finished per second by the queue their type is routed to. Compare with growth: a queue that is not served shows nothing here.")
            .query(jobs_by_queue())
            .legend("{{queue_name}}")
            .stacked()
            .width(8),
    )
}

fn throughput() -> impl Panels {
    (
        timeseries("Job throughput")
            .description("Jobs finished per second by type, well or not. A type that stops is not scheduled or not taken.")
            .query(jobs().sum_by(WorkerJobs::job_type))
            .legend("{{job_type}}")
            .stacked()
            .data_link(logs_of_type())
            .width(8),
        timeseries("Failed task trend")
            .description("Failed jobs per second by type. One type: its provider; all types: database, broker or a release.")
            .query(failures().sum_by(WorkerJobs::job_type))
            .legend("{{job_type}}")
            .stacked()
            .data_link(Link::explore(
                "Failed jobs of this type",
                Explore::logs(logql(
                    r#"{service_name="worker"} | json | event="sync_job_failed" | job_type="${__field.labels.job_type}""#,
                )),
            ))
            .data_link(failed_traces())
            .width(8),
        timeseries("Failure ratio by job type")
            .description("Failed jobs over all, by type. Above the line the alert on failing jobs fires.")
            .query(
                failures()
                    .sum_by(WorkerJobs::job_type)
                    .share_of(jobs().sum_by(WorkerJobs::job_type)),
            )
            .legend("{{job_type}}")
            .threshold(limits::JOB_FAILURES, Color::Red)
            .min(0.0)
            .width(8),
        timeseries("Retry rate by job type")
            .description("Retries per second by type. Many retries with few failures is a provider that limits or stumbles.")
            .query(retries().sum_by(WorkerJobRetries::job_type))
            .legend("{{job_type}}")
            .stacked()
            .data_link(Link::explore(
                "Retries of this type",
                Explore::logs(logql(
                    r#"{service_name="worker"} | json | event="worker_task_retried" | job_type="${__field.labels.job_type}""#,
                )),
            )),
        timeseries("Rows processed")
            .description("Rows created and updated per second. Jobs that run without rows do nothing useful.")
            .query(
                WorkerRowsProcessed::with(WorkerRowsProcessed::job_type.chosen("job_type"))
                    .rate(interval())
                    .sum_by((WorkerRowsProcessed::job_type, WorkerRowsProcessed::operation)),
            )
            .legend("{{job_type}} {{operation}}")
            .stacked(),
    )
}

fn duration() -> impl Panels {
    let duration = || WorkerJobDuration::with(WorkerJobDuration::job_type.chosen("job_type"));
    (
        timeseries("Job duration")
            .description("Half, 95 % and 99 % of jobs are faster. Dots are traces: open one to see what a slow job waited for.")
            .percentiles(duration().rate(interval()).sum())
            .width(8),
        timeseries("p95 duration by job type")
            .description("95 % of jobs of a type are faster. A type that slows down holds slots that others wait for.")
            .query(
                duration()
                    .rate(interval())
                    .sum_by(WorkerJobDuration::job_type)
                    .quantile(0.95),
            )
            .legend("{{job_type}}")
            .data_link(logs_of_type())
            .width(8),
        heatmap("Duration distribution")
            .description("How many jobs took how long. A band near the top is jobs that run into a limit.")
            .query(duration().increase(interval()).sum().heatmap())
            .width(8),
    )
}

fn job_types() -> impl Panels {
    let done = WorkerJobs::with(WorkerJobs::job_type.chosen("job_type")).rate(range());
    let failed = WorkerJobs::with(WorkerJobs::job_type.chosen("job_type"))
        .with(WorkerJobs::status.is(JobStatus::Failed))
        .rate(range());
    let retried = WorkerJobRetries::with(WorkerJobRetries::job_type.chosen("job_type"));
    let took = WorkerJobDuration::with(WorkerJobDuration::job_type.chosen("job_type"))
        .rate(range())
        .sum_by(WorkerJobDuration::job_type);
    table("Job types")
        .description("Every job type over the time shown. Click a type for its log lines.")
        .column(
            "Jobs",
            done.clone().sum_by(WorkerJobs::job_type),
            Unit::PerSecond,
        )
        .column(
            "Failed",
            failed
                .sum_by(WorkerJobs::job_type)
                .share_of(done.sum_by(WorkerJobs::job_type)),
            Unit::Ratio,
        )
        .column(
            "Retries",
            retried.increase(range()).sum_by(WorkerJobRetries::job_type),
            Unit::None,
        )
        .column("p50", took.clone().quantile(0.5), Unit::Seconds)
        .column("p95", took.quantile(0.95), Unit::Seconds)
        .column(
            "Slots taken",
            WorkerJobDuration::observed()
                .with(WorkerJobDuration::job_type.chosen("job_type"))
                .rate(range())
                .sum_by(WorkerJobDuration::job_type),
            Unit::None,
        )
        .field(by_name("Failed").cell(Cell::ColoredText).thresholds([
            (limits::JOB_FAILURES / 2.0, Color::Orange),
            (limits::JOB_FAILURES, Color::Red),
        ]))
        .field(by_name("Retries").decimals(0))
        .field(by_name("Slots taken").decimals(2))
        .field(by_name("job_type").link(Link::explore(
            "Log lines",
            Explore::logs(logql(
                r#"{service_name="worker"} | json | job_type="${__data.fields.job_type}""#,
            )),
        )))
        .highest_first("Jobs")
        .width(24)
        .height(7)
}

fn utilization() -> impl Panels {
    (
        timeseries("Worker utilization")
            .description("Taken slots over all, by worker. All at 100 %: add workers. One at 100 % alone: a task that does not end.")
            .query(taken())
            .legend("{{worker_id}}")
            .unit(Unit::Ratio)
            .threshold(0.9, Color::Red)
            .min(0.0)
            .max(1.0)
            .width(8),
        timeseries("Active tasks")
            .description("Tasks being executed, by worker. Uneven lines are long tasks that were dealt to the same worker.")
            .query(
                WorkerActiveTasks::with(WorkerActiveTasks::worker_id.chosen("worker"))
                    .sum_by(WorkerActiveTasks::worker_id),
            )
            .legend("{{worker_id}}")
            .stacked()
            .steps()
            .width(8),
        timeseries("CPU and memory")
            .description("Processor time (left, 100 % is one core) and memory (right) of the worker processes. Memory that never falls is a leak.")
            .query(
                ProcessCpu::with(TargetLabel::JOB.is(services::WORKER))
                    .rate(interval())
                    .sum_by(TargetLabel::INSTANCE),
            )
            .legend("{{instance}} CPU")
            .query(
                ProcessMemory::with(TargetLabel::JOB.is(services::WORKER))
                    .sum_by(TargetLabel::INSTANCE),
            )
            .legend("{{instance}} memory")
            .field(by_query("B").unit(Unit::Bytes).right_axis())
            .width(8),
    )
}

fn related() -> impl Panels {
    (
        parts::alerts(teams::INTEGRATIONS),
        logs("Failed and retried jobs")
            .description("Lines of jobs that failed or are tried again. Open one for its error, and the way to its trace.")
            .query(failed_jobs())
            .limit(200)
            .width(16),
    )
}

fn failed_jobs() -> LogQl {
    logql(
        r#"{service_name="worker"} | json | event=~"sync_job_failed|worker_task_retried|decryption_failed" | job_type=~"$job_type""#,
    )
}

fn logs_of_type() -> Link {
    Link::explore(
        "Log lines of this type",
        Explore::logs(logql(
            r#"{service_name="worker"} | json | job_type="${__field.labels.job_type}""#,
        )),
    )
}

fn failed_traces() -> Link {
    Link::explore(
        "Traces of failed jobs",
        Explore::traces(traceql(
            r#"{ resource.service.name = "worker" && span.job_type = "${__field.labels.job_type}" && status = error }"#,
        )),
    )
}
