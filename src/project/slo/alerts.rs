//! Alerts of one SLO: a page for a fast burn, a ticket for a slow one, and one for when nothing is measured.

use std::collections::BTreeMap;

use obsctl_model::{Alert, Duration, Rule, Severity, Slo, SloAlerts, Uid, days};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, MatchOp};

use super::lower::{EVERY, Lowering, ratio};
use super::tree;
use super::windows::{BurnWindow, Urgency};

impl Urgency {
    /// The severity of its alert.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Page => Severity::Critical,
            Self::Ticket => Severity::Warning,
        }
    }

    /// Whether its alert is among these.
    #[must_use]
    pub const fn is_of(self, alerts: SloAlerts) -> bool {
        match self {
            Self::Page => alerts.pages(),
            Self::Ticket => alerts.opens_tickets(),
        }
    }
}

/// How long a group that is no longer measured is missed.
const MISSED: Duration = days(1);

/// The name of the alert of that urgency: `ApiAvailabilityFastBurn`.
#[must_use]
pub fn name(slo: &Slo, urgency: Urgency) -> String {
    named(
        slo,
        match urgency {
            Urgency::Page => "FastBurn",
            Urgency::Ticket => "SlowBurn",
        },
    )
}

/// The name of the alert for when nothing is measured: `ApiAvailabilityNoData`.
#[must_use]
pub fn absent_name(slo: &Slo) -> String {
    named(slo, "NoData")
}

fn named(slo: &Slo, end: &str) -> String {
    let words = slo.name.as_str().split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.chain([end.to_owned()]).collect()
}

/// The conditions of an alert that some error ratio meets; none where it is not wanted.
#[must_use]
pub fn conditions(slo: &Slo, urgency: Urgency) -> Vec<BurnWindow> {
    wanted(slo)
        .filter(|window| window.urgency == urgency && window.can_fire(slo.objective))
        .collect()
}

/// The conditions that no error ratio meets: the alerts are made without them.
#[must_use]
pub fn out_of_reach(slo: &Slo) -> Vec<BurnWindow> {
    wanted(slo)
        .filter(|window| !window.can_fire(slo.objective))
        .collect()
}

/// The conditions of the alerts that it is to have.
fn wanted(slo: &Slo) -> impl Iterator<Item = BurnWindow> {
    let alerts = slo.alerts;
    BurnWindow::of(slo.window.nominal())
        .into_iter()
        .filter(move |window| window.urgency.is_of(alerts))
}

impl Lowering<'_> {
    /// The alerts. One that no error ratio sets off is left out.
    pub(super) fn alert_rules(&self) -> Vec<Rule> {
        [Urgency::Page, Urgency::Ticket]
            .into_iter()
            .filter_map(|urgency| self.alert(urgency))
            .chain(self.slo.absent_for.map(|lasting| self.absent(lasting)))
            .map(Rule::Alert)
            .collect()
    }

    fn alert(&self, urgency: Urgency) -> Option<Alert> {
        let slo = self.slo;
        let condition = conditions(slo, urgency)
            .iter()
            .map(|window| self.condition(window))
            .reduce(|either, or| tree::binary(BinaryOp::Or, either, or))?;
        let subject = format!("SLO {} of {}{}", slo.name, slo.service, self.which());
        let (summary, advice) = match urgency {
            Urgency::Page => (
                format!("{subject} burns its error budget fast"),
                "At this rate the budget is gone long before its period ends: act now.",
            ),
            Urgency::Ticket => (
                format!("{subject} burns its error budget slowly but steadily"),
                "At this rate the budget does not last its period: find the cause within the day.",
            ),
        };
        let promise = if slo.description.is_empty() {
            String::new()
        } else {
            format!("{}. ", slo.description.trim_end_matches('.'))
        };
        let description = format!(
            "{promise}{{{{ $value | humanizePercentage }}}} of its {} are bad, where {}% may be. {advice}",
            self.measure.noun(),
            slo.objective.budget_times(100, 1),
        );
        let burns = Alert {
            name: name(slo, urgency),
            severity: Some(urgency.severity()),
            summary,
            description: Some(description),
            ..self.on(&condition)
        };
        let severity = urgency.word();
        Some(burns.label("sloth_severity", severity))
    }

    /// Nothing could be measured for so long: the other alerts cannot fire.
    fn absent(&self, lasting: Duration) -> Alert {
        let slo = self.slo;
        // `absent` gives what is asked for by equality: the labels that the other alerts have, too.
        let labels = self.labels().into_iter();
        let labels = labels.map(|(name, value)| tree::matcher(&name, MatchOp::Equal, value));
        let total = tree::selector(self.total_series(), labels.collect());
        let gone = if slo.by.is_empty() {
            tree::call("absent", vec![Expr::from(total)])
        } else {
            // Each group by its labels, and all of them when none was there for so long that none is remembered.
            let missed = tree::binary(
                BinaryOp::Unless,
                tree::over("last_over_time", &total, MISSED),
                Expr::from(total.clone()),
            );
            let never = tree::over("absent_over_time", &total, MISSED);
            tree::binary(BinaryOp::Or, missed, never)
        };
        Alert {
            name: absent_name(slo),
            lasting,
            severity: Some(Severity::Warning),
            summary: format!(
                "Nothing is measured of SLO {} of {}{}",
                slo.name,
                slo.service,
                self.which()
            ),
            description: Some(format!(
                "The {} that it counts were not there for {lasting}: its other alerts cannot fire, and its budget stands still. \
                 Find out whether the service is down, is no longer scraped, or has renamed its metrics.",
                self.measure.noun()
            )),
            ..self.on(&gone)
        }
    }

    /// What all its alerts have in common.
    fn on(&self, condition: &Expr) -> Alert {
        let slo = self.slo;
        let mut labels = slo.labels.clone();
        // Inhibition and routes know alerts by their service.
        if !slo.by.iter().any(|label| label.as_str() == "service") {
            labels
                .entry("service".to_owned())
                .or_insert_with(|| slo.service.clone());
        }
        Alert {
            name: String::new(),
            query: self.query(condition).into(),
            lasting: Duration::ZERO,
            keep_firing: None,
            severity: None,
            owner: slo.owner.clone(),
            summary: String::new(),
            description: None,
            runbook: slo.runbook.clone(),
            dashboard: Some(Uid::from_static(super::DETAIL)),
            labels,
            annotations: BTreeMap::new(),
            allow: slo.allow.clone(),
            origin: slo.origin,
        }
    }

    /// Both windows burn, and enough bad events were seen.
    #[must_use]
    pub fn condition(&self, window: &BurnWindow) -> Expr {
        let threshold = window.threshold(self.slo.objective);
        let burns = |over: Duration| {
            let above = tree::binary(
                BinaryOp::Greater,
                Expr::from(self.own(&ratio(over))),
                tree::number(threshold),
            );
            tree::max_without("sloth_window", above)
        };
        let both = tree::binary(BinaryOp::And, burns(window.short), burns(window.long));
        match self.slo.min_bad_events {
            None => both,
            Some(least) => {
                let enough = tree::binary(
                    BinaryOp::GreaterEqual,
                    self.bad_in(window.long),
                    tree::number(f64::from(least)),
                );
                tree::binary(BinaryOp::And, both, enough)
            }
        }
    }

    /// How many bad events or slices the window holds.
    fn bad_in(&self, window: Duration) -> Expr {
        let bad = self.own(self.bad_series());
        if self.measure.counts_events() {
            // Each stored rate stands for the events of one evaluation. Fewer, of five minutes each, would be seen only at
            // multiples of five minutes, and keep a page back for as long.
            tree::binary(
                BinaryOp::Mul,
                tree::over("sum_over_time", &bad, window),
                tree::number(EVERY.as_secs_f64()),
            )
        } else {
            tree::over("sum_over_time", &bad, window)
        }
    }

    /// Names the series of a grouped SLO in templates.
    fn which(&self) -> String {
        let labels: Vec<_> = self
            .slo
            .by
            .iter()
            .map(|label| format!("{label}={{{{ $labels.{label} }}}}"))
            .collect();
        if labels.is_empty() {
            String::new()
        } else {
            format!(" ({})", labels.join(", "))
        }
    }
}
