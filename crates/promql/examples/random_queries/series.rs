//! Random series: counters with resets, gauges, classic and native histograms, with gaps and ends.

use std::fmt::Write;

use crate::dice::Dice;

const POINTS: usize = 24;

/// The statement of a script that loads them, ordered by their labels: what engines leave open depends on
/// the order of series.
pub fn load(dice: &mut Dice) -> String {
    let mut series = Vec::new();
    for job in ["a", "b"] {
        for instance in 0..=dice.roll(3) {
            for (name, points) in [
                ("c_total", counter as fn(&mut Dice) -> String),
                ("g", gauge),
                ("nh", exponential),
                ("ncb", custom),
                ("mix", mixed),
            ] {
                if !dice.one_in(5) {
                    let labels = format!(r#"{name}{{instance="{instance}", job="{job}"}}"#);
                    series.push((format!("{name}{instance}{job}"), labels, points(dice)));
                }
            }
        }
        for (place, (le, points)) in classic(dice).into_iter().enumerate() {
            let labels = format!(r#"hb_bucket{{job="{job}", le="{le}"}}"#);
            series.push((format!("hb_bucket{job}{place}"), labels, points));
        }
    }
    // As labels are ordered: name, instance, job, and the texts of `le`.
    series.sort_by(|a, b| order(&a.1).cmp(&order(&b.1)).then(a.0.cmp(&b.0)));
    let mut text = format!("load {}\n", dice.pick(&["15s", "30s", "30s", "1m"]));
    for (_, labels, points) in series {
        let _ = writeln!(text, "  {labels} {points}");
    }
    text
}

/// Labels sort by name first, which stands before the braces in the notation.
fn order(labels: &str) -> (&str, &str) {
    labels.split_once('{').unwrap_or((labels, ""))
}

/// Leaves samples out and ends series, sometimes.
fn sampled(dice: &mut Dice, mut value: impl FnMut(&mut Dice) -> String) -> String {
    let gaps = dice.pick(&[0, 0, 8, 3]);
    let ends = dice.one_in(4);
    let mut points = Vec::new();
    for _ in 0..POINTS {
        let point = value(dice);
        points.push(if gaps > 0 && dice.one_in(gaps) {
            "_".to_owned()
        } else if ends && dice.one_in(10) {
            "stale".to_owned()
        } else {
            point
        });
    }
    points.join(" ")
}

fn counter(dice: &mut Dice) -> String {
    let resets = dice.pick(&[0, 0, 9, 4]);
    let whole = dice.one_in(2);
    let mut total = dice.roll(50) as f64;
    sampled(dice, |dice| {
        if resets > 0 && dice.one_in(resets) {
            total = 0.0;
        }
        let growth = dice.roll(100) as f64;
        total += if whole { growth } else { growth * 0.137 };
        total.to_string()
    })
}

fn gauge(dice: &mut Dice) -> String {
    let kind = dice.roll(4);
    sampled(dice, |dice| match kind {
        0 => dice
            .pick(&["NaN", "Inf", "-Inf", "0", "-0", "1", "-1", "0.1", "3"])
            .to_owned(),
        1 => (dice.roll(2000) as f64 / 7.0 - 140.0).to_string(),
        2 => dice
            .pick(&[
                "1e300", "-1e300", "1e-300", "5e-324", "1e17", "1", "-3", "1e100", "0.3",
            ])
            .to_owned(),
        _ => (dice.roll(21) as i64 - 10).to_string(),
    })
}

fn mixed(dice: &mut Dice) -> String {
    sampled(dice, |dice| {
        if dice.one_in(2) {
            dice.roll(30).to_string()
        } else {
            buckets(dice, "")
        }
    })
}

fn exponential(dice: &mut Dice) -> String {
    let layout = format!("schema:{} ", dice.pick(&[-1, 0, 0, 1, 3]));
    growing(dice, &layout)
}

fn custom(dice: &mut Dice) -> String {
    let bounds = dice.pick(&["1 2 5", "0.5 2 5 10", "1 2 5", "-1 0 2"]);
    growing(dice, &format!("schema:-53 custom_values:[{bounds}] "))
}

/// Histograms whose buckets grow and are reset now and then.
fn growing(dice: &mut Dice, layout: &str) -> String {
    let resets = dice.pick(&[0, 0, 8]);
    let exponential = !layout.contains("custom");
    let mut counts = [0_usize; 3];
    let mut negative = 0;
    let mut sum = 0.0;
    sampled(dice, |dice| {
        if resets > 0 && dice.one_in(resets) {
            (counts, negative, sum) = ([0; 3], 0, 0.0);
        }
        for count in &mut counts {
            *count += dice.roll(5);
        }
        sum += dice.roll(40) as f64 * 0.3;
        let [a, b, c] = counts;
        if exponential {
            negative += dice.roll(2);
            let all = a + b + c + negative;
            format!(
                "{{{{{layout}sum:{sum} count:{all} z_bucket:{a} z_bucket_w:0.001 buckets:[{b} {c}] n_buckets:[{negative}]}}}}"
            )
        } else {
            format!(
                "{{{{{layout}sum:{sum} count:{} buckets:[{a} {b} {c}]}}}}",
                a + b + c
            )
        }
    })
}

fn buckets(dice: &mut Dice, layout: &str) -> String {
    let (a, b) = (dice.roll(9), dice.roll(9));
    let sum = dice.roll(50) as f64 * 0.7;
    format!(
        "{{{{{layout}sum:{sum} count:{} buckets:[{a} {b}]}}}}",
        a + b
    )
}

/// The series of a classic histogram by their bounds, in the order of these texts.
fn classic(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let mut totals = [0_usize; 4];
    let mut points = [const { Vec::new() }; 4];
    for _ in 0..POINTS {
        let mut below = 0;
        for (total, points) in totals.iter_mut().zip(&mut points) {
            below += dice.roll(4);
            *total += below;
            points.push(total.to_string());
        }
    }
    // "+Inf" sorts before digits.
    let order = [("+Inf", 3), ("0.1", 0), ("0.5", 1), ("2", 2)];
    let series = order.map(|(le, place)| (le, points[place].join(" ")));
    series.into()
}
