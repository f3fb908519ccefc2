//! Ctrl-C, and the signal that asks for an end, while something has to be undone first.

use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::Obstacle;
use crate::live::Stop;

/// From now on the first of them ends the tool at once only where nothing has to be undone; the second always does.
pub(super) fn catch() -> Result<Stop, Obstacle> {
    let stop = Stop::default();
    // In this order: the second finds what the first has set.
    let catch = |signal| {
        flag::register_conditional_default(signal, Arc::clone(&stop.free))?;
        flag::register_conditional_default(signal, Arc::clone(&stop.wanted))?;
        flag::register(signal, Arc::clone(&stop.wanted))
    };
    catch(SIGINT)
        .and_then(|_| catch(SIGTERM))
        .map_err(|error| {
            let help = "start and end the scenario by hand: `obsctl scenario NAME`";
            Obstacle::new("failed to prepare for Ctrl-C", help).because(error)
        })?;
    Ok(stop)
}
