//! A month of each reference SLO, minute by minute: its alerts fire and stop when its figures say so, no other does, and
//! what is left of the budget is the arithmetic's.
//!
//! Expectations come from [`SloFigures`](obsctl::project::slo::SloFigures), which knows windows and thresholds only; the rules
//! are the committed ones. Times are right give or take one evaluation.

mod calendar;
mod lines;
mod month;

use std::ops::RangeInclusive;

use obsctl::generate::rule_tests::series::Phase;
use obsctl::model::{Duration, mins};
use obsctl::project::Project;
use obsctl::project::slo::{self, BurnFigures, Urgency};

use month::{DAY, HOUR, MONTH, Month, Subject, end, minutes, of_instance, restart};

/// Events per minute: many enough that small parts of them are whole numbers.
const BUSY: f64 = 1_000_000.0;

/// What rates are stored over. They show errors half of that late, and events that long after the last one.
const RATE: Duration = mins(5);

/// Minutes from one restart of a counter to the next: several a day. Half a minute of events is lost each time.
const RESTARTS: u64 = 7 * HOUR;

/// Every reference SLO.
const ALL: [&str; 8] = [
    "api-availability",
    "api-latency",
    "connection-tests",
    "database-reads",
    "mcp-tools",
    "reconciliations",
    "sync-freshness",
    "worker-jobs",
];

/// Those that count events. Of log lines they see what Loki records; what that is, [`lines`] shows.
const OF_EVENTS: [&str; 7] = [
    "api-availability",
    "api-latency",
    "connection-tests",
    "database-reads",
    "mcp-tools",
    "reconciliations",
    "worker-jobs",
];

/// Those whose series are of counters and gauges, which end at once. Log lines end in [`lines`].
const OF_SERIES: [&str; 7] = [
    "api-availability",
    "api-latency",
    "database-reads",
    "mcp-tools",
    "reconciliations",
    "sync-freshness",
    "worker-jobs",
];

/// Those that count events by counters.
const BY_COUNTERS: [&str; 6] = [
    "api-availability",
    "api-latency",
    "database-reads",
    "mcp-tools",
    "reconciliations",
    "worker-jobs",
];

/// An alert that has to fire: in which minute, and which is the first in which it no longer does.
#[derive(Debug)]
struct Firing {
    alert: String,
    fires: RangeInclusive<f64>,
    stops: RangeInclusive<f64>,
    parts: usize,
}

/// Runs a scenario for every SLO that it is possible for: those.
fn each(slos: &[&str], scenario: impl Fn(&Subject<'_>) -> Option<()>) {
    let project = Project::link(obsctl_stack::stack());
    let subjects = project
        .stack()
        .slos
        .iter()
        .map(|slo| Subject::new(&project, slo));
    let ran: Vec<_> = subjects
        .filter_map(|subject| scenario(&subject).map(|()| subject.name().to_owned()))
        .collect();
    assert_eq!(ran, slos);
}

fn phase(minutes: u64, bad: f64) -> Phase {
    Phase {
        minutes,
        events: BUSY,
        bad,
    }
}

/// Give or take one evaluation.
fn near(minute: f64) -> RangeInclusive<f64> {
    minute - 1.0..=minute + 1.0
}

/// An error ratio between two others that made-up series can show.
fn between(subject: &Subject<'_>, above: f64, below: f64) -> f64 {
    let middle = (above * below).sqrt();
    if subject.counts_events() {
        return format!("{middle:.2e}").parse().unwrap();
    }
    // So many of so few series.
    let mut shares =
        (1..30).flat_map(|of| (1..of).map(move |part| f64::from(part) / f64::from(of)));
    let apart = (below - above) / 10.0;
    let found = shares.find(|share| (above + apart..below - apart).contains(share));
    found.unwrap()
}

/// The error ratio that exceeds that condition's threshold, and those of less urgent ones only.
fn exceeding(subject: &Subject<'_>, condition: usize) -> f64 {
    let burns = &subject.figures.burns;
    let next = condition
        .checked_sub(1)
        .map_or(1.0, |at| burns[at].threshold);
    between(subject, burns[condition].threshold, next)
}

/// How long everything fails in a short outage: long enough to page.
fn outage(subject: &Subject<'_>) -> u64 {
    let pages = subject.figures.burns[0].detection(1.0).unwrap();
    (minutes(pages) * 1.2).ceil().max(10.0) as u64
}

/// The conditions that errors of that length meet, with when they do.
fn met<'a>(
    subject: &'a Subject<'_>,
    urgency: Urgency,
    ratio: f64,
    lasting: u64,
) -> Vec<(&'a BurnFigures, f64)> {
    let burns = subject.figures.burns.iter();
    let of_it = burns.filter(|burn| burn.window.urgency == urgency);
    let met = of_it.filter_map(|burn| {
        let needed = minutes(burn.detection(ratio)?);
        let fires = minutes(burn.fires_after(ratio)?);
        let in_time = fires <= lasting as f64;
        // A scenario in which it is not sure says nothing.
        assert!(in_time || needed > lasting as f64, "{fires} of {lasting}");
        in_time.then_some((burn, fires))
    });
    met.collect()
}

/// The alerts that errors set off that begin after `begin` minutes without, and last so many. When one stops is said of
/// the conditions that were met.
fn burns(
    subject: &Subject<'_>,
    ratio: f64,
    begin: u64,
    lasting: u64,
    stops: impl Fn(&BurnFigures) -> RangeInclusive<f64>,
) -> Vec<Firing> {
    let firing = |urgency| {
        let met = met(subject, urgency, ratio, lasting);
        let fires = met.iter().map(|(_, fires)| *fires).reduce(f64::min)?;
        let last = (begin + lasting) as f64;
        let stops = if begin + lasting < MONTH {
            let of_each = met.iter().map(|(burn, _)| stops(burn));
            let latest =
                of_each.reduce(|a, b| a.start().max(*b.start())..=a.end().max(*b.end()))?;
            last + latest.start()..=last + latest.end()
        } else {
            to_the_end()
        };
        Some(Firing {
            alert: slo::alert_name(subject.lowering.slo, urgency),
            fires: near(begin as f64 + fires),
            stops,
            parts: 1,
        })
    };
    let urgencies = [Urgency::Page, Urgency::Ticket];
    urgencies.into_iter().filter_map(firing).collect()
}

/// What fires at the last evaluation of the month.
fn to_the_end() -> RangeInclusive<f64> {
    let after = MONTH as f64 + 1.0;
    after..=after
}

/// When a condition stops after errors of a ratio.
fn resets(ratio: f64) -> impl Fn(&BurnFigures) -> RangeInclusive<f64> {
    move |burn| near(minutes(burn.stops_after(ratio)))
}

/// These alerts fired, and no others.
fn assert_fired(subject: &Subject<'_>, month: &Month, mut expected: Vec<Firing>) {
    expected.sort_by(|a, b| {
        a.alert
            .cmp(&b.alert)
            .then(a.fires.start().total_cmp(b.fires.start()))
    });
    let fired = month.fired.iter();
    let fired: Vec<_> = fired
        .flat_map(|(alert, stretches)| stretches.iter().map(move |stretch| (alert, stretch)))
        .collect();
    let same = fired.len() == expected.len()
        && fired.iter().zip(&expected).all(|((alert, stretch), it)| {
            **alert == it.alert
                && it.fires.contains(&(stretch.minutes.start as f64))
                && it.stops.contains(&(stretch.minutes.end as f64))
                && stretch.parts == it.parts
        });
    assert!(same, "{}: {fired:#?} is not {expected:#?}", subject.name());
}

/// So many bad minutes of that ratio among so many are spent of the budget, give or take one.
fn assert_spent(subject: &Subject<'_>, month: &Month, ratio: f64, bad: f64, of: u64) {
    let spent = subject.spent(ratio, bad, of);
    let got = 1.0 - month.remaining[0];
    // The first rates of a month show too little: a ten-thousandth of it.
    let allowed = subject.spent(ratio, 1.0, of) + spent / 10_000.0;
    assert!(
        (got - spent).abs() <= allowed,
        "{}: {got} of the budget is spent, not {spent}",
        subject.name()
    );
}

/// Minutes until stored rates show what is.
fn late(subject: &Subject<'_>) -> f64 {
    if subject.counts_events() {
        minutes(RATE) / 2.0
    } else {
        0.0
    }
}

/// Steady errors, for each condition of the alerts just those that exceed it.
fn steady_burn(condition: usize) {
    each(&ALL, |subject| {
        let ratio = exceeding(subject, condition);
        // The windows are full of events without errors.
        let begin = 4 * DAY;
        let lasting = MONTH - begin;
        let series = subject.series(&[phase(begin, 0.0), phase(lasting, ratio)])?;
        let month = subject.month(series);
        let expected = burns(subject, ratio, begin, lasting, resets(ratio));
        let pages = expected[0].alert.ends_with("FastBurn");
        assert_eq!(
            (expected.len(), pages),
            if condition < 2 { (2, true) } else { (1, false) }
        );
        assert_fired(subject, &month, expected);
        let bad = lasting as f64 - late(subject);
        assert_spent(subject, &month, ratio, bad, MONTH);
        Some(())
    });
}

#[test]
fn a_steady_burn_above_the_first_condition() {
    steady_burn(0);
}

#[test]
fn a_steady_burn_above_the_second_condition() {
    steady_burn(1);
}

#[test]
fn a_steady_burn_above_the_third_condition() {
    steady_burn(2);
}

#[test]
fn a_steady_burn_above_the_last_condition() {
    steady_burn(3);
}

#[test]
fn a_short_outage() {
    each(&ALL, |subject| {
        let (begin, lasting) = (15 * DAY, outage(subject));
        let after = MONTH - begin - lasting;
        let phases = [phase(begin, 0.0), phase(lasting, 1.0), phase(after, 0.0)];
        let month = subject.month(subject.series(&phases)?);
        let expected = burns(subject, 1.0, begin, lasting, resets(1.0));
        assert!(expected[0].alert.ends_with("FastBurn"));
        assert_fired(subject, &month, expected);
        assert_spent(subject, &month, 1.0, lasting as f64, MONTH);
        Some(())
    });
}

#[test]
fn a_slow_leak_sets_nothing_off() {
    each(&ALL, |subject| {
        let lowest = subject.figures.burns.last()?.threshold;
        let ratio = between(subject, lowest * 0.94, lowest);
        let month = subject.month(subject.series(&[phase(MONTH, ratio)])?);
        assert_fired(subject, &month, vec![]);
        assert_spent(subject, &month, ratio, MONTH as f64, MONTH);
        Some(())
    });
}

/// Half of the month has half as many bad events as are asked for in the longest window, the other half one and a half times as
/// many. Their part is above all thresholds.
#[test]
fn few_bad_events_set_nothing_off() {
    each(&OF_EVENTS, |subject| {
        let least = f64::from(subject.lowering.slo.min_bad_events?);
        let ratio = exceeding(subject, 0);
        let longest = minutes(subject.figures.burns.last()?.window.long);
        let half = MONTH / 2;
        let phase = |bad_events: f64| Phase {
            minutes: half,
            events: bad_events / ratio,
            bad: ratio,
        };
        let (few, more) = (0.5 * least / longest, 1.5 * least / longest);
        let month = subject.month(subject.series(&[phase(few), phase(more)])?);
        // The events of the first half leave the window while those of the second come.
        let enough = (least - few * longest) / (more - few);
        let ticket = Firing {
            alert: slo::alert_name(subject.lowering.slo, Urgency::Ticket),
            fires: near(half as f64 + enough + late(subject)),
            stops: to_the_end(),
            parts: 1,
        };
        assert_fired(subject, &month, vec![ticket]);
        assert_spent(subject, &month, ratio, MONTH as f64, MONTH);
        Some(())
    });
}

/// Series that end, first without an error, then after an hour of nothing but errors. That is far from what conditions it does not meet
/// need: a long window that loses its earlier events has a higher error ratio.
#[test]
fn no_data() {
    each(&OF_SERIES, |subject| {
        if subject.counts_events() && !subject.has_counters() {
            return None;
        }
        let (begin, lasting) = (15 * DAY, HOUR);
        let after = MONTH - begin - lasting;
        let phases = [phase(begin, 0.0), phase(lasting, 1.0), phase(after, 0.0)];
        let mut series = subject.series(&phases)?;
        let gone = [5 * DAY, begin + lasting].map(|last| last + 1..last + 12 * HOUR);
        for minutes in &gone {
            end(&mut series, minutes.clone());
        }
        let month = subject.month(series);
        // A burn is seen until the short window has nothing left, and rates for as long as those are.
        let mut expected = burns(subject, 1.0, begin, lasting, |burn| {
            let short = minutes(burn.window.short);
            let stored = burn
                .stored_above
                .is_some_and(|above| burn.window.short > above);
            let rates = if stored { minutes(RATE) } else { 0.0 };
            short - 1.0..=short + rates
        });
        if let Some(absent_for) = subject.lowering.slo.absent_for {
            let rates = if subject.counts_events() {
                minutes(RATE)
            } else {
                0.0
            };
            expected.extend(gone.iter().map(|gone| Firing {
                alert: slo::absent_name(subject.lowering.slo),
                fires: near((gone.start - 1) as f64 + rates + minutes(absent_for)),
                stops: near(gone.end as f64),
                // A grouped SLO is made up of a part that fails and one that does not.
                parts: if subject.lowering.slo.by.is_empty() {
                    1
                } else {
                    2
                },
            }));
        }
        assert_fired(subject, &month, expected);
        let missing: u64 = gone.iter().map(|gone| gone.end - gone.start).sum();
        assert_spent(subject, &month, 1.0, lasting as f64, MONTH - missing);
        Some(())
    });
}

/// Counters that restart every seven hours: those of the only instance, or of one of two.
fn counter_resets(instances: usize) {
    each(&BY_COUNTERS, |subject| {
        if !subject.has_counters() {
            return None;
        }
        let ratio = exceeding(subject, 1);
        let begin = 20 * DAY;
        let lasting = MONTH - begin;
        let all = subject.series(&[phase(begin, 0.0), phase(lasting, ratio)])?;
        let mut series = of_instance(&all, "restarts");
        restart(&mut series, RESTARTS);
        if instances > 1 {
            series.extend(of_instance(&all, "stays"));
        }
        let month = subject.month(series);
        let mut expected = burns(subject, ratio, begin, lasting, resets(ratio));
        for firing in &mut expected {
            // Windows hold so much less traffic from before the errors.
            let lost = (firing.fires.end() - begin as f64) * 0.5 / RESTARTS as f64;
            firing.fires = firing.fires.start() - lost..=firing.fires.end() + lost;
        }
        assert_fired(subject, &month, expected);
        let bad = lasting as f64 - late(subject);
        assert_spent(subject, &month, ratio, bad, MONTH);
        Some(())
    });
}

#[test]
fn counters_restart() {
    counter_resets(1);
}

#[test]
fn counters_of_one_instance_restart() {
    counter_resets(2);
}
