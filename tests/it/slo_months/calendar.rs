//! From one month of the calendar into the next: the budget begins anew, and alerts go on.

use obsctl::model::SloWindow;
use obsctl::project::slo::{self, Urgency};

use super::month::{DAY, HOUR, Input};
use super::{each, exceeding, phase};

/// Months of 1970, with which the series begin.
const JANUARY: u64 = 31 * DAY;
const FEBRUARY: u64 = 28 * DAY;

#[test]
fn a_month_begins_with_its_whole_budget() {
    each(&["reconciliations"], |subject| {
        if subject.lowering.slo.window != SloWindow::Month {
            return None;
        }
        // Too many errors for the budget, too few for a page, over eleven days and two hours of the next month.
        let ratio = exceeding(subject, 3);
        let (begin, lasting) = (20 * DAY, 11 * DAY + 2 * HOUR);
        let later = JANUARY + 3 * DAY;
        let phases = [
            phase(begin, 0.0),
            phase(lasting, ratio),
            phase(later - begin - lasting, 0.0),
        ];
        let input = Input {
            series: subject.series(&phases)?,
            ..Input::default()
        };
        let month = subject.play(input, &[JANUARY - 1, JANUARY + 10, later]);
        let spent = |bad: u64, month: u64| {
            ratio * bad as f64 / month as f64 / subject.lowering.slo.objective.budget()
        };
        let expected = [
            spent(11 * DAY, JANUARY),
            spent(10, FEBRUARY),
            spent(2 * HOUR, FEBRUARY),
        ];
        assert!(expected[0] > 0.5, "{expected:?}");
        for (left, expected) in month.remaining.iter().zip(expected) {
            // Stored rates are a few minutes late.
            let allowed = spent(5, FEBRUARY);
            let got = 1.0 - left;
            assert!((got - expected).abs() < allowed, "{got}, not {expected}");
        }
        // What burns at the end of a month still burns in the next.
        let alerts: Vec<_> = month.fired.iter().collect();
        let [(alert, stretches)] = &alerts[..] else {
            panic!("{alerts:?}");
        };
        assert_eq!(
            **alert,
            slo::alert_name(subject.lowering.slo, Urgency::Ticket)
        );
        assert_eq!(stretches.len(), 1, "{stretches:?}");
        let minutes = &stretches[0].minutes;
        assert!(minutes.start < JANUARY - DAY && minutes.end > JANUARY + 2 * HOUR);
        Some(())
    });
}
