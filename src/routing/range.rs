//! Ranges of days, months and years, as Alertmanager writes them: `monday:friday`, `1:7`, `-3:-1`, `may`.

const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub from: i32,
    pub to: i32,
}

impl Range {
    pub fn has(self, number: i32) -> bool {
        (self.from..=self.to).contains(&number)
    }

    fn read(text: &str, one: impl Fn(&str) -> Option<i32>) -> Option<Self> {
        let text = text.to_lowercase();
        let (from, to) = text.split_once(':').unwrap_or((&text, &text));
        Some(Self {
            from: one(from)?,
            to: one(to)?,
        })
    }

    /// Days of the week; Sunday is 0.
    pub fn weekdays(text: &str) -> Result<Self, String> {
        let range = Self::read(text, |name| place(&WEEKDAYS, name));
        let ordered = range.filter(|range| range.from <= range.to);
        ordered.ok_or_else(|| {
            format!("`{text}` are no weekdays: write them as `monday:friday`, from `sunday` to `saturday`")
        })
    }

    /// Days of the month; -1 is the last.
    pub fn days(text: &str) -> Result<Self, String> {
        let range = Self::read(text, |number| number.parse().ok());
        let valid = |day: i32| day != 0 && (-31..=31).contains(&day);
        // Of the shortest month, where it counts from the end.
        let least = |day: i32| if day < 0 { 28 + day } else { day };
        let range = range.filter(|range| {
            let crosses = range.from < 0 && range.to > 0;
            valid(range.from) && valid(range.to) && !crosses && least(range.from) <= least(range.to)
        });
        range.ok_or_else(|| {
            format!(
                "`{text}` are no days of a month: write them as `1:7`, or from the end as `-3:-1`"
            )
        })
    }

    /// Months, by name or number.
    pub fn months(text: &str) -> Result<Self, String> {
        let month = |name: &str| {
            let named = place(&MONTHS, name).map(|at| at + 1);
            named.or_else(|| name.parse().ok())
        };
        let range = Self::read(text, month).filter(|range| range.from <= range.to);
        range.ok_or_else(|| format!("`{text}` are no months: write them as `may:august` or `5:8`"))
    }

    /// Years.
    pub fn years(text: &str) -> Result<Self, String> {
        let range = Self::read(text, |number| number.parse().ok());
        let range = range.filter(|range| range.from <= range.to);
        range.ok_or_else(|| format!("`{text}` are no years: write them as `2026:2028`"))
    }
}

fn place(names: &[&str], name: &str) -> Option<i32> {
    let at = names.iter().position(|known| *known == name)?;
    i32::try_from(at).ok()
}
