//! Results over time as a chart of lines, drawn with the dots of Braille letters.

use std::fmt::Write;

use obsctl_promql::eval::{Data, SeriesPoints};

use super::{number, shown, table};

/// Columns and rows of letters; each has 2 by 4 dots.
const COLUMNS: usize = 72;
const ROWS: usize = 16;
/// More lines than this are not told apart.
const MOST: usize = 8;
/// The colours of lines, as terminals number them.
const COLORS: [u8; MOST] = [32, 33, 34, 35, 36, 31, 92, 94];

/// A chart of the first series, with their names below; nothing where there is no number to draw. `start` and `end` are
/// the times at its sides, in milliseconds since 1970.
#[must_use]
pub fn chart(data: &Data, start: i64, end: i64) -> Option<String> {
    let Data::Matrix(series) = data else {
        return None;
    };
    let drawn: Vec<_> = series
        .iter()
        .take(MOST)
        .map(|one| (one, numbers(one)))
        .collect();
    let all = drawn.iter().flat_map(|(_, points)| points);
    let (low, high) = all.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(low, high), (_, value)| (low.min(*value), high.max(*value)),
    );
    if low > high {
        return None;
    }
    // A line that never moves is drawn in the middle.
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 1.0, high + 1.0)
    };
    let mut canvas = Canvas::default();
    for (index, (_, points)) in drawn.iter().enumerate() {
        let place = |(time, value): &(i64, f64)| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "shares of the width need no more"
            )]
            let across = (time - start) as f64 / (end - start).max(1) as f64;
            (across, (value - low) / (high - low))
        };
        let places: Vec<_> = points.iter().map(place).collect();
        if let [one] = places.as_slice() {
            canvas.line(*one, *one, index);
        }
        for pair in places.windows(2) {
            canvas.line(pair[0], pair[1], index);
        }
    }
    let mut text = canvas.with_scale(low, high);
    let (left, right) = (table::clock(0), table::clock(end - start));
    let _ = writeln!(
        text,
        "{:>12} {left}{right:>width$}",
        "",
        width = COLUMNS - left.len() + 1
    );
    for (index, (one, points)) in drawn.iter().enumerate() {
        let last = points
            .last()
            .map_or_else(String::new, |(_, value)| number(*value));
        let _ = writeln!(
            text,
            "\x1b[{}m──\x1b[0m {}  {last}",
            COLORS[index],
            shown(&one.labels)
        );
    }
    if series.len() > drawn.len() {
        let _ = writeln!(text, "and {} more", series.len() - drawn.len());
    }
    Some(text)
}

/// The points that can be drawn: of native histograms, their counts.
fn numbers(series: &SeriesPoints) -> Vec<(i64, f64)> {
    let points = series.points.iter();
    let numbers = points.filter_map(|(time, value)| Some((*time, value.float()?)));
    numbers.filter(|(_, value)| value.is_finite()).collect()
}

/// Letters of dots, each in the colour of the line that was drawn last.
struct Canvas {
    letters: Vec<[(u8, usize); COLUMNS]>,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            letters: vec![[(0, 0); COLUMNS]; ROWS],
        }
    }
}

impl Canvas {
    /// Draws a line between places from 0 (left, bottom) to 1 (right, top).
    fn line(&mut self, from: (f64, f64), to: (f64, f64), color: usize) {
        let dots = |(across, up): (f64, f64)| (across * WIDTH, (1.0 - up) * HEIGHT);
        let (from, to) = (dots(from), dots(to));
        let steps = (to.0 - from.0)
            .abs()
            .max((to.1 - from.1).abs())
            .ceil()
            .max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "places are within the canvas"
        )]
        for step in 0..=steps as usize {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred steps")]
            let share = step as f64 / steps;
            let at = |from: f64, to: f64| (from + (to - from) * share).round().max(0.0) as usize;
            self.dot(at(from.0, to.0), at(from.1, to.1), color);
        }
    }

    fn dot(&mut self, across: usize, down: usize, color: usize) {
        // Bits of a Braille letter, by column and row.
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let row = self.letters.get_mut(down / 4);
        if let Some(letter) = row.and_then(|row| row.get_mut(across / 2)) {
            letter.0 |= BITS[across % 2][down % 4];
            letter.1 = color;
        }
    }

    /// The lines of text, with the values at the top, in the middle and at the bottom.
    fn with_scale(&self, low: f64, high: f64) -> String {
        let mut text = String::new();
        for (row, letters) in self.letters.iter().enumerate() {
            let scale = match row {
                0 => rounded(high),
                row if row == ROWS / 2 => rounded(f64::midpoint(low, high)),
                row if row == ROWS - 1 => rounded(low),
                _ => String::new(),
            };
            let _ = write!(text, "{scale:>12} │");
            let mut current = None;
            for (bits, color) in letters {
                if *bits > 0 && current != Some(color) {
                    let _ = write!(text, "\x1b[{}m", COLORS[*color]);
                    current = Some(color);
                }
                text.push(char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' '));
            }
            text.push_str(if current.is_some() { "\x1b[0m\n" } else { "\n" });
        }
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
const WIDTH: f64 = (COLUMNS * 2 - 1) as f64;
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
const HEIGHT: f64 = (ROWS * 4 - 1) as f64;

/// A value in at most twelve letters.
fn rounded(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e9).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let digits = if value.abs() < 1.0 { 5 } else { 3 };
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use obsctl_promql::eval::{Engine, Options, script};

    fn drawn(load: &str, query: &str, minutes: i64) -> Option<String> {
        let storage = script::load(load).unwrap();
        let expr = obsctl_promql::parse(query).expr;
        let end = minutes * 60_000;
        let output = Engine::new(Options::default()).range(&storage, &expr, 0, end, 60_000);
        chart(&output.unwrap().data, 0, end)
    }

    #[test]
    fn lines_are_drawn_with_their_names() {
        let load = "load 1m\n  a{x=\"up\"} 0+1x20\n  a{x=\"down\"} 20-1x20\n";
        insta::assert_snapshot!(drawn(load, "a", 20).unwrap(), @r#"
                  20 │[32m⠉⠒⠤⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⠤⠒⠉[0m
                     │⠀⠀⠀⠀[32m⠉⠑⠢⢄⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⡠⠔⠊⠉⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠒⠤⣀⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⣀⠤⠒⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠑⠢⢄⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⡠⠔⠊⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠒⠤⣀⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⣀⠤⠒⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠑⠢⠤⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⠤⠔⠊⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠒⠤⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⡠⠤⠒⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠑⠢⠤⣀[33m⣀⠤⠔⠊⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                  10 │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⡠⠔⠒⠉⠉[32m⠒⠢⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⠤⠒⠊⠁⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠑⠒⠤⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⡠⠔⠒⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠒⠢⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⠤⠒⠉⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠉⠒⠤⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⢀⡠⠔⠊⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠑⠢⢄⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀⠀⠀⠀⠀⠀[33m⣀⠤⠒⠉⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠈⠉⠒⠤⣀⠀⠀⠀⠀⠀⠀⠀⠀⠀[0m
                     │⠀⠀⠀⠀[33m⣀⡠⠔⠊⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠑⠢⢄⣀⠀⠀⠀⠀[0m
                   0 │[33m⣀⠤⠒⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀[32m⠉⠒⠤⣀[0m
                     0s                                                                    20m
        [32m──[0m a{x="down"}  0
        [33m──[0m a{x="up"}  20
        "#);
    }

    #[test]
    fn flat_lines_stand_in_the_middle_and_single_points_are_seen() {
        let flat = drawn("load 1m\n  a 7x20\n", "a", 20).unwrap();
        let dots = |row: &str| row.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c));
        let rows: Vec<_> = flat.lines().take(ROWS).map(dots).collect();
        assert_eq!(rows.iter().filter(|dots| **dots).count(), 1, "{flat}");
        let point = drawn("load 1m\n  a _ _ 3\n", "a and vector(time()) == 120", 4).unwrap();
        assert!(point.lines().take(ROWS).any(dots), "{point}");
    }

    #[test]
    fn without_numbers_nothing_is_drawn() {
        assert_eq!(drawn("load 1m\n  a NaNx3\n", "a", 3), None);
        assert_eq!(drawn("load 1m\n  a 1\n", "b", 3), None);
    }
}
