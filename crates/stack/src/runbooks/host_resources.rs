//! The host runs out of room.

use obsctl_model::prelude::*;

use crate::metrics::exporters::node::{
    CpuMode, CpuSeconds, FilesystemAvailable, FilesystemSize, MemoryAvailable, MemoryTotal,
};
use crate::metrics::exporters::process::ProcessMemory;
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("host-resources");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Host Resources",
        "Less than 10% of a file system or of the memory is left",
    )
    .symptom("Processes are killed, or cannot write")
    .symptom("Loki, Tempo or Prometheus stop taking data in")
    .step(
        "See how full the file systems are, and when they will be",
        FilesystemAvailable::select() / FilesystemSize::select(),
    )
    .then(
        FilesystemAvailable::select()
            .predict_linear(hours(6), hours(24))
            .lt(0.0),
    )
    .then(Action::shell("docker system df -v"))
    .step(
        "See what takes the memory",
        MemoryAvailable::select() / MemoryTotal::select(),
    )
    .then(ProcessMemory::select().sort_desc())
    .then(Action::shell("docker stats --no-stream"))
    .step(
        "See whether the processors are busy",
        1.0 - CpuSeconds::with(CpuSeconds::mode.is(CpuMode::Idle))
            .rate(mins(5))
            .avg_by(TargetLabel::INSTANCE),
    )
    .resolve("a volume of the stack is full", "shorten its retention.")
    .resolve(
        "old images or containers fill the disk",
        "`docker system prune`.",
    )
    .resolve("one process grows", "restart it, then look for the leak.")
    .resolve("all of it is needed", "give the host more.")
    .escalate("Whoever runs the host")
    .dashboard(uids::PIPELINE)
}
