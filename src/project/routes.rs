//! Who is told of alerts: the stack's own routing, or configurations of Alertmanager that were read.

use obsctl_model::{Inhibition, MuteTime, Origin, Route, Routing};
use serde_json::{Map, Value, json};

/// A configuration of Alertmanager.
#[derive(Clone, Debug)]
pub struct Routes {
    /// The root of the route tree.
    pub root: Route,
    /// The inhibitions.
    pub inhibitions: Vec<Inhibition>,
    /// The receivers.
    pub receivers: Vec<Told>,
    /// The time intervals with their names, as Alertmanager writes them.
    pub times: Vec<(String, Value, Origin)>,
}

/// A receiver.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its name in routes.
    pub name: String,
    /// Whether it has a channel: one without drops what it gets.
    pub tells: bool,
    /// Where it is defined.
    pub origin: Origin,
}

impl From<&Routing> for Routes {
    fn from(routing: &Routing) -> Self {
        let receivers = routing.receivers.iter().map(|one| Told {
            name: one.name.clone(),
            tells: !one.channels.is_empty(),
            origin: one.origin,
        });
        let times = routing.mute_times.iter();
        Self {
            root: routing.root.clone(),
            inhibitions: routing.inhibitions.clone(),
            receivers: receivers.collect(),
            times: times
                .map(|one| (one.name.clone(), interval(one), routing.root.origin))
                .collect(),
        }
    }
}

fn interval(mute: &MuteTime) -> Value {
    let mut interval = Map::from_iter([("location".to_owned(), json!(mute.location))]);
    if !mute.weekdays.is_empty() {
        interval.insert("weekdays".to_owned(), json!(mute.weekdays));
    }
    if let Some((start, end)) = &mute.between {
        let times = json!([{"start_time": start, "end_time": end}]);
        interval.insert("times".to_owned(), times);
    }
    json!({"name": mute.name, "time_intervals": [interval]})
}
