//! Waiting until everything is healthy.
#![expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is limited"
)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::{Docker, Health, states};
use crate::cli::{CommandError, Obstacle, Terminal};

/// How often Docker is asked.
const INTERVAL: Duration = Duration::from_millis(500);

/// So many lines of the log of each container that failed are shown.
const LOG_LINES: u32 = 15;

/// Waits, and shows how it goes; gives how long it took.
pub(in crate::cli) fn wait(
    docker: &Docker,
    expected: &BTreeMap<String, u32>,
    limit: Duration,
    terminal: &mut Terminal<'_>,
) -> Result<Duration, CommandError> {
    let began = Instant::now();
    let mut progress = Progress {
        live: terminal.live,
        ..Progress::default()
    };
    loop {
        let containers = docker.containers()?;
        let states = states(expected, &containers);
        let passed = began.elapsed();
        progress.show(&states, passed, terminal.err)?;
        let waiting: Vec<_> = states
            .iter()
            .filter(|(_, health)| **health != Health::Healthy)
            .collect();
        if waiting.is_empty() {
            return Ok(passed);
        }
        let failed = waiting.iter().any(|(_, health)| health.is_final());
        if failed || passed >= limit {
            for (name, _) in &waiting {
                show_log(docker, name, terminal.err)?;
            }
            return Err(gave_up(&waiting, failed, limit).into());
        }
        thread::sleep(INTERVAL);
    }
}

fn gave_up(waiting: &[(&&str, &Health)], failed: bool, limit: Duration) -> Obstacle {
    let names = waiting
        .iter()
        .map(|(name, health)| format!("`{name}` is {health}"));
    let names = names.collect::<Vec<_>>().join(", ");
    let what = if failed {
        format!("the stack did not become healthy: {names}")
    } else {
        format!(
            "the stack is not healthy after {} seconds: {names}",
            limit.as_secs()
        )
    };
    Obstacle::new(
        what,
        "it was left as it is: `obsctl logs` shows more, `obsctl up` tries again, `obsctl down` ends it",
    )
}

fn show_log(docker: &Docker, name: &str, err: &mut dyn Write) -> Result<(), CommandError> {
    let text = docker.last_lines(name, LOG_LINES)?;
    writeln!(err, "\x1b[1mlast lines of `{name}`\x1b[0m")?;
    if text.trim().is_empty() {
        writeln!(err, "  (none)")?;
    }
    for line in text.lines() {
        writeln!(err, "  {line}")?;
    }
    Ok(())
}

/// What was shown last.
#[derive(Debug, Default)]
struct Progress {
    live: bool,
    lines: usize,
    shown: BTreeMap<String, Health>,
}

impl Progress {
    /// A list that is overwritten where somebody watches, and a line for each change elsewhere.
    fn show(
        &mut self,
        states: &BTreeMap<&str, Health>,
        passed: Duration,
        err: &mut dyn Write,
    ) -> io::Result<()> {
        let seconds = passed.as_secs();
        if self.live && self.lines > 0 {
            write!(err, "\x1b[{}A\x1b[J", self.lines)?;
        }
        self.lines = 0;
        for (name, health) in states {
            let changed = self.shown.get(*name) != Some(health);
            if self.live || changed {
                let color = color(*health);
                writeln!(
                    err,
                    "{seconds:>4} s  {color}{health:<10}\x1b[0m  {name}",
                    health = health.to_string()
                )?;
                self.lines += 1;
            }
            if changed {
                self.shown.insert((*name).to_owned(), *health);
            }
        }
        err.flush()
    }
}

fn color(health: Health) -> &'static str {
    match health {
        Health::Healthy => "\x1b[32m",
        Health::Unhealthy | Health::Exited(_) => "\x1b[31m",
        _ => "\x1b[33m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(live: bool) -> String {
        let mut out = anstream::StripStream::new(vec![]);
        let mut progress = Progress {
            live,
            ..Progress::default()
        };
        let mut show = |a, b, seconds| {
            let states = BTreeMap::from([("a", a), ("b", b)]);
            progress
                .show(&states, Duration::from_secs(seconds), &mut out)
                .unwrap();
        };
        show(Health::Starting, Health::Missing, 0);
        show(Health::Starting, Health::Missing, 1);
        show(Health::Healthy, Health::Missing, 2);
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn nobody_is_told_twice() {
        insta::assert_snapshot!(shown(false), @"
           0 s  starting    a
           0 s  missing     b
           2 s  healthy     a
        ");
    }

    #[test]
    fn whoever_watches_sees_everything_every_time() {
        assert_eq!(shown(true).lines().count(), 6);
    }
}
