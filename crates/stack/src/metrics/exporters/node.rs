//! The host, as node exporter sees it.

use obsctl_model::prelude::*;

use crate::teams;

labels! {
    /// Processors.
    pub bounded Cpu, at_most 64, like "0";

    /// What a processor's time goes to.
    pub enum CpuMode {
        Idle = "idle",
        IoWait = "iowait",
        Irq = "irq",
        Nice = "nice",
        SoftIrq = "softirq",
        Steal = "steal",
        System = "system",
        User = "user",
    }

    /// Block devices, or network interfaces.
    pub bounded Device, at_most 30, like "eth0";

    /// Kinds of file systems.
    pub bounded FsType, at_most 10, like "ext4";

    /// Where a file system is mounted.
    pub bounded MountPoint, at_most 30, like "/";

    /// What the system says of a device; empty where it is well.
    pub bounded DeviceError, at_most 4, like "";
}

metrics! {
    family "Host", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("node".into());

    /// Time processors spent in each mode.
    pub counter CpuSeconds("node_cpu_seconds_total", Seconds) { cpu: Cpu, mode: CpuMode }

    /// Load average of one minute.
    pub gauge Load1("node_load1") {}

    /// Memory of the host.
    pub gauge MemoryTotal("node_memory_MemTotal_bytes", Bytes) {}

    /// Memory that could be used without swapping.
    pub gauge MemoryAvailable("node_memory_MemAvailable_bytes", Bytes) {}

    /// Size of a file system.
    pub gauge FilesystemSize("node_filesystem_size_bytes", Bytes) {
        device: Device,
        fstype: FsType,
        mountpoint: MountPoint,
        device_error: DeviceError,
    }

    /// Space on a file system that anyone may use.
    pub gauge FilesystemAvailable("node_filesystem_avail_bytes", Bytes) {
        device: Device,
        fstype: FsType,
        mountpoint: MountPoint,
        device_error: DeviceError,
    }

    /// Bytes received.
    pub counter NetworkReceived("node_network_receive_bytes_total", Bytes) { device: Device }

    /// Bytes sent.
    pub counter NetworkSent("node_network_transmit_bytes_total", Bytes) { device: Device }
}
