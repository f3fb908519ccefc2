//! The machine underneath, and what each process takes of it.

use obsctl_model::prelude::*;

use crate::alerts::host::NOT_DISKS;
use crate::limits;
use crate::metrics::exporters::{node, process};

pub fn host() -> impl Panels {
    let available =
        node::FilesystemAvailable::with(node::FilesystemAvailable::fstype.not_matches(NOT_DISKS));
    let size = node::FilesystemSize::with(node::FilesystemSize::fstype.not_matches(NOT_DISKS));
    let idle = node::CpuSeconds::with(node::CpuSeconds::mode.is(node::CpuMode::Idle));
    (
        timeseries("CPU busy")
            .description("The part of all processors that works. Above 90 % for long, everything waits for everything.")
            .query(1.0 - idle.rate(interval()).avg())
            .legend("busy")
            .unit(Unit::Ratio)
            .threshold(0.9, Color::Red)
            .min(0.0)
            .max(1.0)
            .width(6),
        timeseries("Memory used")
            .description("The part of memory that cannot be given to others. Above 90 % the kernel soon ends a process.")
            .query(
                1.0 - node::MemoryAvailable::select().max() / node::MemoryTotal::select().max(),
            )
            .legend("used")
            .unit(Unit::Ratio)
            .threshold(1.0 - limits::MEMORY_FREE, Color::Red)
            .min(0.0)
            .max(1.0)
            .width(6),
        timeseries("Disk used")
            .description("The part of each file system that is taken. Engines stop writing when it is full: act before the line.")
            .query(
                1.0 - available.max_by(node::FilesystemAvailable::mountpoint)
                    / size.max_by(node::FilesystemSize::mountpoint),
            )
            .legend("{{mountpoint}}")
            .unit(Unit::Ratio)
            .threshold(1.0 - limits::DISK_FREE, Color::Red)
            .min(0.0)
            .max(1.0)
            .width(6),
        timeseries("Load")
            .description("Processes that run or wait, over one minute. Far above the number of processors, work waits.")
            .query(node::Load1::select().max())
            .legend("load")
            .width(6),
        timeseries("Network")
            .description("Bytes received and sent per second by device. A flat top is a full line.")
            .query(node::NetworkReceived::rate(interval()).sum_by(node::NetworkReceived::device))
            .legend("{{device}} in")
            .query(-node::NetworkSent::rate(interval()).sum_by(node::NetworkSent::device))
            .legend("{{device}} out")
            .width(8),
        timeseries("CPU by process")
            .description("Processor time of each process, 100 % is one core. The one that grows with traffic is the next to be scaled.")
            .query(
                process::ProcessCpu::with(TargetLabel::JOB.chosen("job"))
                    .rate(interval())
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}")
            .stacked()
            .width(8),
        timeseries("Memory by process")
            .description("Memory each process holds. A line that only climbs is a leak, and ends at the container's limit.")
            .query(
                process::ProcessMemory::with(TargetLabel::JOB.chosen("job"))
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}")
            .stacked()
            .width(8),
        timeseries("Open files by process")
            .description("The part of the files and connections a process may open that it has. At 100 % it can neither connect nor be connected to.")
            .query(
                process::ProcessOpenFiles::with(TargetLabel::JOB.chosen("job"))
                    .sum_by(TargetLabel::JOB)
                    / process::ProcessMaxFiles::with(TargetLabel::JOB.chosen("job"))
                        .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}")
            .threshold(0.8, Color::Red)
            .min(0.0)
            .width(12),
        timeseries("Memory reserved by process")
            .description("Address space of each process, used or not. It says little by itself; growth without end beside steady memory is a leak of mappings.")
            .query(
                process::ProcessVirtualMemory::with(TargetLabel::JOB.chosen("job"))
                    .sum_by(TargetLabel::JOB),
            )
            .legend("{{job}}")
            .width(12),
    )
}
