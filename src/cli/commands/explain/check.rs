//! What a check finds.

use super::{Definitions, Kind};
use crate::check;

pub(super) static KIND: Kind = Kind {
    word: "check",
    names: |_| {
        check::rules::ALL
            .iter()
            .map(|check| check.name.to_owned())
            .collect()
    },
    explain,
};

fn explain(_: &Definitions<'_>, name: &str) -> Option<String> {
    check::Check::find(name).map(check::page)
}
