//! A service's view of the scenarios: looked up often, asked of the database now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::Scenario;
use crate::store::Store;

/// How long a switch takes to be noticed, on the wall.
const LOOK: Duration = Duration::from_millis(200);

/// Which scenarios are on.
#[derive(Clone, Debug, Default)]
pub struct Switches(Arc<AtomicU32>);

impl Switches {
    /// Those of the database, kept up to date for as long as the service runs.
    #[must_use]
    pub fn watch(store: Store) -> Self {
        let switches = Self::default();
        let watched = switches.clone();
        tokio::spawn(async move {
            loop {
                // While the database does not answer, what was known stays.
                if let Ok(names) = store.scenarios().await {
                    let on = names.iter().filter_map(|name| Scenario::named(name));
                    watched.set(on);
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        switches
    }

    /// Exactly these are on.
    pub fn set(&self, on: impl IntoIterator<Item = Scenario>) {
        let bits = on
            .into_iter()
            .fold(0, |bits, scenario| bits | bit(scenario));
        self.0.store(bits, Ordering::Relaxed);
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self, scenario: Scenario) -> bool {
        self.0.load(Ordering::Relaxed) & bit(scenario) != 0
    }
}

const fn bit(scenario: Scenario) -> u32 {
    1 << scenario as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_has_a_switch_of_its_own() {
        let switches = Switches::default();
        for one in Scenario::ALL {
            switches.set([one]);
            for other in Scenario::ALL {
                assert_eq!(switches.is_on(other), one == other);
            }
        }
        switches.set([]);
        assert!(!switches.is_on(Scenario::SlowApi));
    }
}
