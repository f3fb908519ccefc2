//! What the operating system says of the process, read at every scrape.

/// What can be read; nothing where there is no `/proc`.
#[cfg(not(target_os = "linux"))]
pub(super) fn read() -> Vec<super::exposition::Exposed> {
    vec![]
}

#[cfg(target_os = "linux")]
pub(super) use linux::read;

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;

    use obsctl_model::library::process::{
        ProcessCpu, ProcessMaxFiles, ProcessMemory, ProcessOpenFiles, ProcessStart,
        ProcessVirtualMemory,
    };
    use obsctl_model::{Metric, MetricDef, MetricKind};
    use procfs::process::{LimitValue, Process};

    use crate::metrics::exposition::{Exposed, Sample, State};

    /// What can be read: a value that cannot is left out.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the exposition's numbers are floating point; exact up to 2^53"
    )]
    pub(in crate::metrics) fn read() -> Vec<Exposed> {
        let Ok(process) = Process::myself() else {
            return vec![];
        };
        let stat = process.stat().ok();
        let seconds = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
        let boot = procfs::boot_time_secs().ok();
        let max_files = process.limits().ok().map(|limits| limits.max_open_files);
        let values = [
            (
                ProcessCpu::definition(),
                (stat.as_ref()).map(|stat| seconds(stat.utime + stat.stime)),
            ),
            (
                ProcessMemory::definition(),
                (stat.as_ref()).map(|stat| (stat.rss * procfs::page_size()) as f64),
            ),
            (
                ProcessStart::definition(),
                (stat.as_ref().zip(boot)).map(|(stat, boot)| boot as f64 + seconds(stat.starttime)),
            ),
            (
                ProcessVirtualMemory::definition(),
                stat.as_ref().map(|stat| stat.vsize as f64),
            ),
            (
                ProcessOpenFiles::definition(),
                process.fd_count().ok().map(|count| count as f64),
            ),
            (
                ProcessMaxFiles::definition(),
                max_files.map(|limit| match limit.soft_limit {
                    LimitValue::Unlimited => f64::INFINITY,
                    LimitValue::Value(files) => files as f64,
                }),
            ),
        ];
        (values.into_iter())
            .filter_map(|(definition, value)| Some(exposed(definition, value?)))
            .collect()
    }

    fn exposed(definition: MetricDef, value: f64) -> Exposed {
        let state = match definition.kind {
            MetricKind::Counter => State::Counter(value, None),
            _ => State::Gauge(value),
        };
        Exposed {
            definition: Arc::new(definition),
            samples: vec![Sample {
                values: vec![],
                state,
            }],
        }
    }
}
