//! Durations of LogQL that say how far a query looks back, divided where they stand: durations that lines are compared
//! with are thresholds, and stay.

use obsctl_model::{LogQl, millis};

use super::{Owner, Pace};

impl Pace {
    pub(super) fn logql(&mut self, owner: &Owner, query: &mut LogQl) {
        let text = query.as_str();
        let mut faster = String::with_capacity(text.len());
        let mut copied = 0;
        let mut durations = query.expr().durations();
        durations.sort_by_key(|duration| duration.span().range().start);
        for duration in durations {
            // Grafana's variables are no durations, and fast already.
            let Some(nanos) = duration.constant_nanos() else {
                continue;
            };
            let place = duration.span().range();
            let whole = millis(nanos.unsigned_abs() / 1_000_000);
            let Some(divided) = self.speed.duration(whole) else {
                self.too_short(owner, query.origin(), "a duration", &text[place]);
                continue;
            };
            faster.push_str(&text[copied..place.start]);
            if nanos < 0 {
                faster.push('-');
            }
            faster.push_str(&divided.to_string());
            copied = place.end;
        }
        faster.push_str(&text[copied..]);
        *query = LogQl::written(faster, query.origin());
    }
}
