//! What an SLO promises, what its budget is, and what sets its alerts off.

use super::{Definitions, Kind};
use crate::project::slo;

pub(super) static KIND: Kind = Kind {
    word: "slo",
    names: |project| {
        let slos = &project.stack().slos;
        slos.iter().map(|slo| slo.name.to_string()).collect()
    },
    explain: |definitions: &Definitions<'_>, name| slo::explain(definitions.project, name),
};
