//! Times written by a layout.

use super::{Piece, Pieces};
use crate::prometheus::clock::calendar::{Date, MONTHS, WEEKDAYS};

/// Go's `Format`, in UTC.
pub(in super::super) fn format(date: &Date, layout: &str) -> String {
    let mut out = String::new();
    for piece in Pieces(layout) {
        match piece {
            Piece::Field(field) => out += &written(date, field),
            Piece::Text(text) => out.push(text),
            Piece::Fraction {
                point,
                digits,
                trims,
            } => {
                let all = format!("{:09}", date.nanosecond);
                let kept = &all[..digits.min(9)];
                let kept = if trims {
                    kept.trim_end_matches('0')
                } else {
                    kept
                };
                if !kept.is_empty() {
                    out.push(point);
                    out.push_str(kept);
                }
            }
        }
    }
    out
}

fn written(date: &Date, field: &str) -> String {
    let month = MONTHS.get(date.month).copied().unwrap_or_default();
    let weekday = WEEKDAYS.get(date.weekday).copied().unwrap_or_default();
    let twelve = match date.hour % 12 {
        0 => 12,
        hour => hour,
    };
    match field {
        "January" => month.to_owned(),
        "Jan" => month[..3].to_owned(),
        "Monday" => weekday.to_owned(),
        "Mon" => weekday[..3].to_owned(),
        "MST" => "UTC".to_owned(),
        "2006" => format!("{:04}", date.year),
        "_2006" => format!("_{:04}", date.year),
        "06" => format!("{:02}", date.year.rem_euclid(100)),
        "002" => format!("{:03}", date.year_day),
        "__2" => format!("{:3}", date.year_day),
        "01" => format!("{:02}", date.month + 1),
        "1" => (date.month + 1).to_string(),
        "02" => format!("{:02}", date.day),
        "_2" => format!("{:2}", date.day),
        "2" => date.day.to_string(),
        "15" => format!("{:02}", date.hour),
        "03" => format!("{twelve:02}"),
        "3" => twelve.to_string(),
        "04" => format!("{:02}", date.minute),
        "4" => date.minute.to_string(),
        "05" => format!("{:02}", date.second),
        "5" => date.second.to_string(),
        "PM" => if date.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        "pm" => if date.hour >= 12 { "pm" } else { "am" }.to_owned(),
        "-07:00:00" => "+00:00:00".to_owned(),
        "-070000" => "+000000".to_owned(),
        "-07:00" => "+00:00".to_owned(),
        "-0700" => "+0000".to_owned(),
        "-07" => "+00".to_owned(),
        // What begins with `Z` is `Z` in UTC.
        _ => "Z".to_owned(),
    }
}
