//! The Gregorian calendar, also before it was introduced.

use super::SECOND;

const DAY: i128 = 86_400 * SECOND as i128;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A point in time in its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date {
    pub year: i128,
    /// From 0 for January.
    pub month: usize,
    /// From 1.
    pub day: i128,
    /// From 1 for the first of January.
    pub year_day: i128,
    /// From 0 for Sunday.
    pub weekday: usize,
    pub hour: i128,
    pub minute: i128,
    pub second: i128,
    pub nanosecond: i128,
}

impl Date {
    /// The parts of a point in time, in nanoseconds since 1970.
    pub fn at(nanoseconds: i128) -> Self {
        let days = nanoseconds.div_euclid(DAY);
        let inside = nanoseconds.rem_euclid(DAY);
        let since = days + days_before(1970);
        // At most one year too early.
        let mut year = (since * 400).div_euclid(146_097) + 1;
        while days_before(year + 1) <= since {
            year += 1;
        }
        while days_before(year) > since {
            year -= 1;
        }
        let year_day = since - days_before(year);
        let mut day = year_day;
        let mut month = 0;
        for length in months(year) {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        let seconds = inside / i128::from(SECOND);
        Self {
            year,
            month,
            day: day + 1,
            year_day: year_day + 1,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            nanosecond: inside % i128::from(SECOND),
        }
    }
}

/// The nanoseconds since 1970 at the beginning of a day; `None` where the month has no such day. Months count
/// from 0, days from 1.
pub(super) fn midnight(year: i128, month: usize, day: i128) -> Option<i128> {
    let months = months(year);
    let is_day = (1..=*months.get(month)?).contains(&day);
    let in_year = months[..month].iter().sum::<i128>() + day - 1;
    is_day.then(|| (days_before(year) + in_year - days_before(1970)) * DAY)
}

/// The same for a day of the year, from 1.
pub(super) fn midnight_of_year_day(year: i128, day: i128) -> Option<i128> {
    let is_day = (1..=months(year).iter().sum()).contains(&day);
    is_day.then(|| (days_before(year) + day - 1 - days_before(1970)) * DAY)
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days before a year, from the beginning of year 1.
fn days_before(year: i128) -> i128 {
    let last = year - 1;
    last * 365 + last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
}

/// The days of each month.
fn months(year: i128) -> [i128; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}
