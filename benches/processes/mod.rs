//! Measuring whole processes.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a command of ours and promtool, each with how many rounds it gets, and prints time and memory of their fastest rounds.
pub fn compare(
    ours: (&mut Command, usize),
    promtool: (&mut Command, usize),
) -> Result<(), Box<dyn Error>> {
    let mut times = vec![];
    for (name, (command, rounds)) in [("obsctl", ours), ("promtool", promtool)] {
        let (time, memory) = best(command, rounds)?;
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        println!("{name} {}: {time:.2?}, {memory} MiB", words.join(" "));
        times.push(time.as_secs_f64());
    }
    println!("ratio: {:.1}", times[1] / times[0]);
    Ok(())
}

/// Wall time and peak memory (MiB) of the fastest of so many rounds; the command must succeed.
fn best(command: &mut Command, rounds: usize) -> Result<(Duration, u64), Box<dyn Error>> {
    let mut best = (Duration::MAX, 0);
    for _ in 0..rounds {
        let start = Instant::now();
        let mut child = command.stdout(Stdio::null()).spawn()?;
        let mut memory = 0;
        let status = loop {
            memory = memory.max(peak_memory(child.id()));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let time = start.elapsed();
        if !status.success() {
            return Err(format!("{command:?} failed: {status}").into());
        }
        if time < best.0 {
            best = (time, memory);
        }
    }
    Ok(best)
}

/// The highest resident size so far in MiB, as Linux counts it; 0 where it does not say.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
