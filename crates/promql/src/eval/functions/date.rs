//! Functions of the calendar, in UTC.

/// The function of that name, of whole seconds since 1970.
pub(super) fn find(name: &str) -> Option<fn(i128) -> f64> {
    Some(match name {
        "minute" => |time| small(time.rem_euclid(3600) / 60),
        "hour" => |time| small(time.rem_euclid(86_400) / 3600),
        "day_of_week" => |time| small((time.div_euclid(86_400) + 4).rem_euclid(7)),
        "day_of_month" => |time| small(Date::at(time).day),
        "day_of_year" => |time| small(Date::at(time).day_of_year()),
        "days_in_month" => |time| small(Date::at(time).days_in_month()),
        "month" => |time| small(Date::at(time).month),
        "year" => |time| small(Date::at(time).year),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "parts of a date are small")]
fn small(value: i128) -> f64 {
    value as f64
}

/// A number as whole seconds. What does not fit into 64 bits becomes the smallest number that does. Times before
/// the year -292277022400 are counted on from the end of those 64 bits. Both as in Prometheus on amd64.
pub(super) fn whole_seconds(value: f64) -> i128 {
    /// Seconds from the beginning of that year to 1970.
    const BEGINNING: i128 = 9_223_371_966_579_724_800;
    #[expect(clippy::cast_possible_truncation, reason = "compared before")]
    let seconds = if value.abs() < 9.223_372_036_854_775e18 {
        value as i64
    } else {
        i64::MIN
    };
    let seconds = i128::from(seconds);
    if seconds < -BEGINNING {
        seconds + (1 << 64)
    } else {
        seconds
    }
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy)]
struct Date {
    year: i128,
    /// From 1.
    month: i128,
    /// From 1.
    day: i128,
}

impl Date {
    /// The day of a time in seconds since 1970.
    ///
    /// Counted in eras of 400 years that begin in March, so that leap days are at the end of a year
    /// (<https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
    fn at(time: i128) -> Self {
        let days = time.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year_of_era + era * 400 + i128::from(month <= 2),
            month,
            day,
        }
    }

    fn is_leap_year(self) -> bool {
        let divisible = |by| self.year.rem_euclid(by) == 0;
        divisible(4) && (!divisible(100) || divisible(400))
    }

    fn days_in_month(self) -> i128 {
        match self.month {
            2 if self.is_leap_year() => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn day_of_year(self) -> i128 {
        let before = (1..self.month).map(|month| Self { month, ..self }.days_in_month());
        before.sum::<i128>() + self.day
    }
}

/// `2023-11-14T22:13:20Z`, from milliseconds.
pub(in crate::eval) fn rfc3339(millis: i64) -> String {
    let time = i128::from(millis.div_euclid(1000));
    let Date { year, month, day } = Date::at(time);
    let second = time.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right_around_leap_days() {
        let cases = [
            (0, "1970-01-01T00:00:00Z", 4.0, 1.0, 31.0),
            (-1, "1969-12-31T23:59:59Z", 3.0, 365.0, 31.0),
            (951_782_400, "2000-02-29T00:00:00Z", 2.0, 60.0, 29.0),
            (1_709_164_799, "2024-02-28T23:59:59Z", 3.0, 59.0, 29.0),
            (4_107_542_400, "2100-03-01T00:00:00Z", 1.0, 60.0, 31.0),
            (-2_203_891_200, "1900-03-01T00:00:00Z", 4.0, 60.0, 31.0),
        ];
        for (time, text, day_of_week, day_of_year, days) in cases {
            assert_eq!(rfc3339(time * 1000), text);
            let time = i128::from(time);
            assert_eq!(find("day_of_week").unwrap()(time), day_of_week, "{text}");
            assert_eq!(find("day_of_year").unwrap()(time), day_of_year, "{text}");
            assert_eq!(find("days_in_month").unwrap()(time), days, "{text}");
        }
    }

    #[test]
    fn any_number_is_some_time() {
        for value in [f64::NAN, f64::INFINITY, -1e300] {
            let part = |name| find(name).unwrap()(whole_seconds(value));
            assert_eq!((part("year"), part("minute")), (292_277_026_596.0, 30.0));
        }
        assert_eq!(find("year").unwrap()(whole_seconds(1e18)), 31_688_740_476.0);
    }
}
