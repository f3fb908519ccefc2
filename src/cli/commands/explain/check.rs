//! What a check finds.

use super::{Definitions, Kind};
use crate::diagnostic::UNREADABLE;
use crate::read::UNREADABLE_PAGE;
use crate::{check, online};

pub(super) static KIND: Kind = Kind {
    word: "check",
    names: |_| {
        let offline = check::rules::ALL.iter().map(|check| check.name);
        let all = offline.chain(online::ALL.iter().map(|check| check.name));
        let all = all.chain([UNREADABLE]);
        all.map(str::to_owned).collect()
    },
    explain,
};

fn explain(_: &Definitions<'_>, name: &str) -> Option<String> {
    let offline = check::Check::find(name).map(check::page);
    let online = || online::Check::find(name).map(online::Check::page);
    let unread = || (name == UNREADABLE).then(|| UNREADABLE_PAGE.to_owned());
    offline.or_else(online).or_else(unread)
}
