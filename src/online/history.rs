//! How often alerts would have fired.

use obsctl_model::{Alert, Duration, secs};

use super::{Check, Judged, Metrics, Points, Span, THREADS, about, is_sound, seconds};
use crate::diagnostic::Severity;
use crate::parallel;
use crate::project::{Expression, Project, Site};

/// Its page.
pub static CHECK: Check = Check {
    name: "alert-history",
    severity: Severity::Note,
    docs: "\
An alert would have fired very often within the look-back, as it is written now.

## Why it matters

What fires all the time is not read any more. The query is asked over the look-back (`--look-back`), and `for` and
`keep_firing_for` are applied to the answer: the alert need not be loaded yet.

## How to fix it

Raise the threshold, let the condition hold longer, or route it to where nobody is woken.
",
};

/// The most points that Prometheus gives of one series, and a little less.
const POINTS: u64 = 10_000;

/// When an alert fired.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fired {
    /// How often it began to.
    pub times: usize,
    /// For how long in all, of any of its series; seconds.
    pub seconds: f64,
}

/// Asks for the past of every alert. What fires more often than `most` is a finding.
#[must_use]
pub fn judge(
    project: &Project,
    engine: &dyn Metrics,
    most: usize,
    doing: &dyn Fn(String),
) -> Judged {
    let expressions = project.expressions();
    let alerts: Vec<(&Expression<'_>, &Alert)> = expressions
        .iter()
        .filter_map(|at| match &at.site {
            Site::Alert { alert, .. } if is_sound(at.query) => Some((at, *alert)),
            _ => None,
        })
        .collect();
    doing(format!("the past of {} alerts", alerts.len()));
    let length = seconds(engine.look_back());
    let answers = parallel::map_in(THREADS, &alerts, |(at, alert)| {
        let step = step(length, seconds(alert.lasting));
        let span = Span {
            length: secs(length),
            step: secs(step),
        };
        let series = engine.range(at.query.as_str(), span)?;
        Ok::<_, String>(fired(&series, alert, step))
    });
    let mut judged = Judged::default();
    let (mut asked, mut firing) = (0, 0);
    for ((at, alert), answer) in alerts.iter().zip(answers) {
        let Some(fired) = judged.answered(answer) else {
            continue;
        };
        asked += 1;
        firing += usize::from(fired.times > 0);
        if fired.times <= most {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of weeks")]
        let share = 100.0 * fired.seconds / length.max(1) as f64;
        let message = format!(
            "alert `{}` would have fired {} times within {}",
            alert.name,
            fired.times,
            about(length)
        );
        let note = format!("fires {share:.1} percent of the time");
        let found = at.finding(at.query.expr().span(), message, note);
        judged.findings.push(CHECK.finding(
            Severity::Note,
            found.help("let it hold longer, or raise the threshold"),
        ));
    }
    let within = about(length);
    judged.said.push(format!(
        "{firing} of {asked} alerts would have fired within {within}"
    ));
    judged
}

/// As far apart as points can be without missing what lasts as long as `for`.
fn step(length: u64, lasting: u64) -> u64 {
    let fine = if lasting == 0 {
        60
    } else {
        (lasting / 2).min(300)
    };
    fine.max(15).max(length.div_ceil(POINTS))
}

/// When an alert fires whose condition holds at these points.
fn fired(series: &[Points], alert: &Alert, step: u64) -> Fired {
    #[expect(clippy::cast_precision_loss, reason = "a step is short")]
    let step = step as f64;
    let length = |time: Duration| time.as_secs_f64();
    let keep = alert.keep_firing.map_or(0.0, length);
    let mut all = Fired::default();
    let mut times: Vec<(f64, f64)> = vec![];
    for points in series {
        let mut runs: Vec<(f64, f64)> = vec![];
        for (time, _) in points {
            match runs.last_mut() {
                Some((_, end)) if time - *end <= 1.5 * step => *end = *time,
                _ => runs.push((*time, *time)),
            }
        }
        let mut firing: Vec<(f64, f64)> = vec![];
        for (start, end) in runs {
            let begins = start + length(alert.lasting);
            let ends = end + keep;
            match firing.last_mut() {
                // It goes on where it was kept until the condition held again.
                Some((_, last)) if start <= *last => *last = ends.max(*last),
                _ if begins <= end => firing.push((begins, ends)),
                _ => {}
            }
        }
        all.times += firing.len();
        times.extend(firing.into_iter().map(|(start, end)| (start, end + step)));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut until = f64::NEG_INFINITY;
    for (start, end) in times {
        all.seconds += (end - start.max(until)).max(0.0);
        until = until.max(end);
    }
    all
}

#[cfg(test)]
mod tests {
    use obsctl_model::Severity;
    use obsctl_model::prelude::*;

    use super::*;

    fn alert(lasting: u64, keep: u64) -> Alert {
        let alert = Alert::new("A")
            .when(promql("x > 1"))
            .lasting(secs(lasting))
            .severity(Severity::Info)
            .owner("me")
            .summary("x")
            .runbook(Slug::from_static("x"));
        match keep {
            0 => alert,
            keep => alert.keep_firing(secs(keep)),
        }
    }

    fn points(times: &[u32]) -> Points {
        times.iter().map(|time| (f64::from(*time), 1.0)).collect()
    }

    #[test]
    fn for_and_keep_firing_for_are_applied() {
        let series = [points(&[0, 60, 120, 180, 600, 660])];
        let run = |lasting, keep| {
            let fired = fired(&series, &alert(lasting, keep), 60);
            (fired.times, fired.seconds)
        };
        assert_eq!(run(0, 0), (2, 240.0 + 120.0));
        assert_eq!(run(120, 0), (1, 120.0));
        assert_eq!(run(600, 0), (0, 0.0));
        assert_eq!(run(0, 420), (1, 660.0 + 420.0 + 60.0));
    }

    #[test]
    fn the_time_of_several_series_counts_once() {
        let series = [points(&[0, 60, 120]), points(&[60, 120, 180])];
        let fired = fired(&series, &alert(0, 0), 60);
        assert_eq!((fired.times, fired.seconds), (2, 240.0));
    }

    #[test]
    fn points_are_as_close_as_for_wants_and_prometheus_allows() {
        assert_eq!(step(604_800, 0), 61);
        assert_eq!(step(604_800, 600), 300);
        assert_eq!(step(3_600, 20), 15);
    }
}
