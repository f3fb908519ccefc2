//! Times in which routes are silent or active.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::Value;

use super::range::Range;

/// A time interval: all of what it names has to hold, and of what it names of a kind one.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    /// From a minute of the day to before another.
    times: Option<Vec<(i32, i32)>>,
    weekdays: Option<Vec<Range>>,
    days: Option<Vec<Range>>,
    months: Option<Vec<Range>>,
    years: Option<Vec<Range>>,
    zone: TimeZone,
}

impl Interval {
    /// The intervals of a named one: `{name: …, time_intervals: […]}`.
    ///
    /// # Errors
    /// What Alertmanager would not load, and how it is written.
    pub fn all(settings: &Value) -> Result<Vec<Self>, String> {
        let list = match settings.get("time_intervals") {
            None | Some(Value::Null) => return Ok(vec![]),
            Some(list) => items(list, "time_intervals")?,
        };
        list.iter().map(Self::of).collect()
    }

    fn of(settings: &Value) -> Result<Self, String> {
        let Value::Object(entries) = settings else {
            return Err("a time interval is a map, as `{weekdays: [saturday, sunday]}`".to_owned());
        };
        let mut interval = Self {
            times: None,
            weekdays: None,
            days: None,
            months: None,
            years: None,
            zone: TimeZone::UTC,
        };
        for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            let ranges = |read: fn(&str) -> Result<Range, String>| {
                let texts = items(value, key)?.iter();
                let ranges = texts.map(|one| read(&text(one)));
                ranges.collect::<Result<Vec<_>, _>>().map(Some)
            };
            match key.as_str() {
                "times" => {
                    let times = items(value, key)?.iter().map(times);
                    interval.times = Some(times.collect::<Result<_, _>>()?);
                }
                "weekdays" => interval.weekdays = ranges(Range::weekdays)?,
                "days_of_month" => interval.days = ranges(Range::days)?,
                "months" => interval.months = ranges(Range::months)?,
                "years" => interval.years = ranges(Range::years)?,
                "location" => interval.zone = zone(&text(value))?,
                other => {
                    return Err(format!(
                        "a time interval has no key `{other}`: its keys are `times`, `weekdays`, \
                         `days_of_month`, `months`, `years` and `location`"
                    ));
                }
            }
        }
        Ok(interval)
    }

    /// Whether a time is in it; milliseconds since the epoch.
    pub fn has(&self, time: i64) -> bool {
        // Times that no calendar has are in none.
        let Ok(time) = Timestamp::from_millisecond(time) else {
            return false;
        };
        let time = self.zone.to_datetime(time);
        let minute = i32::from(time.hour()) * 60 + i32::from(time.minute());
        let weekday = i32::from(time.weekday().to_sunday_zero_offset());
        let one = |ranges: &Option<Vec<Range>>, number: i32| {
            let ranges = ranges.as_ref();
            ranges.is_none_or(|ranges| ranges.iter().any(|range| range.has(number)))
        };
        let in_times = self.times.as_ref().is_none_or(|times| {
            let mut times = times.iter();
            times.any(|(from, to)| (*from..*to).contains(&minute))
        });
        let days = self.days.as_ref();
        in_times
            && days.is_none_or(|days| days.iter().any(|range| is_day(*range, time)))
            && one(&self.months, i32::from(time.month()))
            && one(&self.weekdays, weekday)
            && one(&self.years, i32::from(time.year()))
    }
}

/// Whether the day of a time is among days of the month, which may count from its end.
fn is_day(range: Range, time: DateTime) -> bool {
    let last = i32::from(time.date().days_in_month());
    let from_start = |day: i32| if day < 0 { last + day + 1 } else { day };
    let (from, to) = (from_start(range.from), from_start(range.to));
    from <= last && Range { from, to }.has(i32::from(time.day()))
}

fn zone(name: &str) -> Result<TimeZone, String> {
    if name.is_empty() {
        return Ok(TimeZone::UTC);
    }
    TimeZoneDatabase::bundled().get(name).map_err(|_| {
        format!(
            "`{name}` is no time zone that is known here: write its IANA name, as `Europe/Berlin`"
        )
    })
}

fn times(value: &Value) -> Result<(i32, i32), String> {
    let of = |key: &str| value.get(key).map(text).and_then(|text| minute(&text));
    let range = of("start_time").zip(of("end_time"));
    range.filter(|(from, to)| from < to).ok_or_else(|| {
        format!("`{value}` is no range of times: write it as `{{start_time: '09:00', end_time: '17:00'}}`, the end after the start, at most `24:00`")
    })
}

/// The minute of the day of `09:30`.
fn minute(text: &str) -> Option<i32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let valid = hour < 24 && minute < 60 || (hour, minute) == (24, 0);
    valid.then_some(hour * 60 + minute)
}

fn items<'v>(value: &'v Value, key: &str) -> Result<&'v [Value], String> {
    let list = value.as_array().map(Vec::as_slice);
    list.ok_or_else(|| format!("`{key}` is a list"))
}

/// A scalar as text: YAML reads `1` as a number.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn has(interval: &Value, time: &str) -> bool {
        let named = json!({ "name": "n", "time_intervals": [interval] });
        let time: Timestamp = time.parse().unwrap();
        let intervals = Interval::all(&named).unwrap();
        intervals.iter().any(|one| one.has(time.as_millisecond()))
    }

    #[test]
    fn all_kinds_have_to_hold() {
        let work = json!({
            "weekdays": ["monday:friday"],
            "times": [{ "start_time": "09:00", "end_time": "17:00" }],
            "location": "Europe/Berlin",
        });
        for (interval, time, inside) in [
            // A Friday; in Berlin it is an hour or two later.
            (&work, "2026-01-30T08:00:00Z", true),
            (&work, "2026-01-30T07:59:59Z", false),
            (&work, "2026-07-31T07:00:00Z", true),
            (&work, "2026-01-30T16:00:00Z", false),
            (&work, "2026-01-31T10:00:00Z", false),
            (
                &json!({ "days_of_month": ["-1"] }),
                "2028-02-29T00:00:00Z",
                true,
            ),
            (
                &json!({ "days_of_month": ["-1"] }),
                "2028-02-28T23:59:59Z",
                false,
            ),
            (
                &json!({ "days_of_month": ["30:31"] }),
                "2026-02-28T00:00:00Z",
                false,
            ),
            (
                &json!({ "days_of_month": ["28:31"] }),
                "2026-02-28T00:00:00Z",
                true,
            ),
            (
                &json!({ "days_of_month": [1], "months": ["may", "12"] }),
                "2026-12-01T00:00:00Z",
                true,
            ),
            (
                &json!({ "months": ["June:August"] }),
                "2026-05-31T23:59:59Z",
                false,
            ),
            (
                &json!({ "years": ["2026:2027"] }),
                "2028-01-01T00:00:00Z",
                false,
            ),
            (&json!({ "years": [2026] }), "2026-12-31T23:59:59Z", true),
            (
                &json!({ "times": [{ "start_time": "23:00", "end_time": "24:00" }] }),
                "2026-01-01T23:59:00Z",
                true,
            ),
            (&json!({ "times": [] }), "2026-01-01T23:59:00Z", false),
            (&json!({}), "2026-01-01T00:00:00Z", true),
        ] {
            assert_eq!(has(interval, time), inside, "{interval} {time}");
        }
    }

    #[test]
    fn what_alertmanager_would_not_load_is_refused() {
        for interval in [
            json!({ "weekdays": ["friday:monday"] }),
            json!({ "weekdays": ["fryday"] }),
            json!({ "days_of_month": ["0"] }),
            json!({ "days_of_month": ["-3:2"] }),
            json!({ "days_of_month": ["30:-1"] }),
            json!({ "months": ["december:may"] }),
            json!({ "years": ["soon"] }),
            json!({ "times": [{ "start_time": "17:00", "end_time": "09:00" }] }),
            json!({ "times": [{ "start_time": "9:00", "end_time": "10:00" }] }),
            json!({ "location": "Europe/Berlim" }),
            json!({ "weekday": ["monday"] }),
            json!("monday"),
        ] {
            let named = json!({ "name": "n", "time_intervals": [interval] });
            assert!(Interval::all(&named).is_err(), "{interval}");
        }
    }
}
