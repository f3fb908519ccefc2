//! Which routes are silent at a time.

use super::Routing;

impl Routing {
    /// The names of the time intervals for which a route is silent then: those that it is muted in, or where it is
    /// active at other times only, all of these. Routes do not inherit them. Milliseconds since the epoch.
    pub(super) fn silenced_by(&self, stop: usize, time: i64) -> Vec<&str> {
        let Some(stop) = self.tree.stops().get(stop) else {
            return vec![];
        };
        let inside = |name: &&String| {
            let intervals = self.times.get(*name);
            intervals.is_some_and(|intervals| intervals.iter().any(|one| one.has(time)))
        };
        let active = &stop.route.active;
        if !active.is_empty() && !active.iter().any(|name| inside(&name)) {
            return active.iter().map(String::as_str).collect();
        }
        let muted = stop.route.muted.iter().filter(inside);
        muted.map(String::as_str).collect()
    }
}
