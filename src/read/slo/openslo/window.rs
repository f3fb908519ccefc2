//! Periods of SLOs and lengths of time in OpenSLO.

use obsctl_model::{Duration, SloWindow};

use crate::read::Reader;
use crate::read::fields::Fields;
use crate::read::node::Node;

/// How long the period is; none where there are no words for it.
pub(super) fn window<'n>(
    reader: &mut Reader<'_>,
    spec: &Node<'_>,
    nodes: &'n [Node<'n>],
) -> Option<SloWindow> {
    let node = match nodes {
        [] => {
            let what = "`timeWindow` is not said: 30 days are taken for it";
            reader.left_out(spec.at, what);
            return Some(obsctl_model::days(30).into());
        }
        [node] => node,
        [_, second, ..] => {
            reader.trouble(second.at, "`timeWindow` has one element");
            return None;
        }
    };
    let mut fields = Fields::of(reader, node, "an element of `timeWindow`")?;
    let duration = fields.required("duration");
    let rolling = fields.flag("isRolling");
    let calendar = fields.get("calendar");
    let reader = fields.end();
    if let Some(node) = calendar {
        let mut fields = Fields::of(reader, node, "`calendar`")?;
        let (start, zone) = (fields.required("startTime"), fields.required("timeZone"));
        let reader = fields.end();
        if rolling {
            reader.trouble(node.at, "a window that is rolling follows no `calendar`");
            return None;
        }
        let period = period_of(duration?, start?, zone?);
        if period.is_none() {
            let what = "its period is no month or quarter of the calendar in UTC";
            reader.wordless(node.at, what);
        }
        return period;
    }
    if !rolling {
        reader.trouble(
            node.at,
            "a window is rolling (`isRolling: true`) or follows a `calendar`",
        );
        return None;
    }
    let at = node.get("duration").map_or(node.at, |one| one.at);
    shorthand(reader, at, duration?).map(SloWindow::from)
}

/// The period of the calendar that begins at a time, where it is one of those there are words for.
fn period_of(duration: &str, start: &str, zone: &str) -> Option<SloWindow> {
    let in_utc = ["UTC", "Etc/UTC", "GMT"].contains(&zone);
    let (date, midnight) = start.split_once(' ')?;
    let (_, month_and_day) = date.split_once('-')?;
    let month = month_and_day
        .strip_suffix("-01")
        .filter(|_| in_utc && midnight == "00:00:00")?;
    match duration {
        "1M" => Some(SloWindow::Month),
        "1Q" if ["01", "04", "07", "10"].contains(&month) => Some(SloWindow::Quarter),
        _ => None,
    }
}

/// A length of time as OpenSLO writes it.
pub(super) fn shorthand(reader: &mut Reader<'_>, at: usize, text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &text[digits.len()..];
    let minutes = match unit {
        "m" => Some(1),
        "h" => Some(60),
        "d" => Some(24 * 60),
        "w" => Some(7 * 24 * 60),
        "M" | "Q" | "Y" => {
            reader.wordless(
                at,
                format!("`{text}` is longer at one time than at another: say it in days"),
            );
            return None;
        }
        _ => None,
    };
    let number: Option<u64> = digits.parse().ok().filter(|number| *number > 0);
    let length = minutes
        .zip(number)
        .and_then(|(unit, number)| number.checked_mul(unit));
    let millis = length.and_then(|minutes| minutes.checked_mul(60_000));
    if millis.is_none() {
        let message =
            format!("`{text}` is no length of time: write a number and one of `m h d w M Q Y`");
        reader.trouble(at, message);
    }
    millis.map(obsctl_model::millis)
}
