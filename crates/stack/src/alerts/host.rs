//! The host runs out of room.

use obsctl_model::prelude::*;

use crate::metrics::exporters::node::{
    FilesystemAvailable, FilesystemSize, MemoryAvailable, MemoryTotal,
};
use crate::{limits, runbooks, teams, uids};

/// File systems that live in memory or never change.
pub const NOT_DISKS: &str = "tmpfs|ramfs|squashfs|iso9660";

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("host")
        .alert(disk_full())
        .alert(memory_low())
}

fn disk_full() -> Alert {
    Alert::new("HostDiskNearlyFull")
        .when(
            (FilesystemAvailable::with(FilesystemAvailable::fstype.not_matches(NOT_DISKS))
                / FilesystemSize::with(FilesystemSize::fstype.not_matches(NOT_DISKS)))
            .lt(limits::DISK_FREE),
        )
        .lasting(mins(15))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $labels.mountpoint }} has {{ $value | humanizePercentage }} left")
        .runbook(runbooks::host_resources::ID)
        .description("When it is full, the engines can store nothing more.")
        .label("service", "node")
        .dashboard(uids::PIPELINE)
}

fn memory_low() -> Alert {
    Alert::new("HostMemoryLow")
        .when((MemoryAvailable::select() / MemoryTotal::select()).lt(limits::MEMORY_FREE))
        .lasting(mins(15))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory left")
        .runbook(runbooks::host_resources::ID)
        .description("When it is used up, the system ends processes.")
        .label("service", "node")
        .dashboard(uids::PIPELINE)
}
