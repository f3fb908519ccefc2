//! Panels of one dashboard: which is which, where they stand, what they ask and how they show it.

use std::collections::BTreeMap;

use obsctl_model::Origin;
use obsctl_model::dashboard::{Dashboard, Link, LinkTarget, Panel, Query, Threshold};

use super::change::{Detail, What, note_members, note_set};
use super::dashboards::{name, query};
use super::pairing::{Pairing, displaced};
use super::settings;
use super::touches::Found;
use super::{Change, Class, Kind, Subject};

/// A panel and the row it is in: 0 is above the first row.
#[derive(Clone, Copy, Debug)]
struct Placed<'a> {
    panel: &'a Panel,
    row: usize,
    /// The same row in the newer dashboard, if it still is there.
    home: Option<usize>,
}

fn placed(dashboard: &Dashboard, home: impl Fn(usize) -> Option<usize>) -> Vec<Placed<'_>> {
    let home = &home;
    let in_row = |row: usize| {
        move |panel| Placed {
            panel,
            row,
            home: home(row),
        }
    };
    let top = dashboard.top.iter().map(in_row(0));
    let rows = dashboard.rows.iter().zip(1..);
    let below = rows.flat_map(|(row, at)| row.panels.iter().map(in_row(at)));
    top.chain(below).collect()
}

/// Which row of the older dashboard is which of the newer, counted from 1.
#[derive(Debug)]
pub(super) struct Rows(BTreeMap<usize, usize>);

impl Rows {
    /// Pairs them, and says how they differ.
    pub(super) fn pair(before: &Dashboard, after: &Dashboard, details: &mut Vec<Detail>) -> Self {
        let inside = |row: &'_ obsctl_model::dashboard::Row| -> Vec<String> {
            row.panels.iter().map(|panel| panel.title.clone()).collect()
        };
        let paired = Pairing::of(&before.rows, &after.rows)
            .by(|row| Some(&row.title))
            .by_only(|row| Some(inside(row)).filter(|panels| !panels.is_empty()))
            .done();
        let (gone, new): (Vec<_>, Vec<_>) = (paired.gone, paired.new);
        let title = |dashboard: &Dashboard, all: &[usize]| -> Vec<String> {
            let titles = all.iter().map(|row| dashboard.rows[*row].title.clone());
            titles.collect()
        };
        let (gone, new) = (title(before, &gone), title(after, &new));
        note_members(details, Class::Cosmetic, "row", &gone, &new);
        for (old, new) in &paired.both {
            let (old, new) = (&before.rows[*old], &after.rows[*new]);
            let (from, to) = (Some(old.title.clone()), Some(new.title.clone()));
            note_set(details, Class::Cosmetic, "row", from, to);
            let what = format!("row `{}`", new.title);
            let state = |row: &obsctl_model::dashboard::Row| {
                Some(if row.collapsed { "closed" } else { "open" }.to_owned())
            };
            note_set(details, Class::Cosmetic, &what, state(old), state(new));
            let what = format!("{what} is repeated for");
            note_set(
                details,
                Class::Behaviour,
                &what,
                old.repeat.clone(),
                new.repeat.clone(),
            );
        }
        let rows = paired.both.iter().map(|(old, new)| (old + 1, new + 1));
        Self(rows.chain([(0, 0)]).collect())
    }
}

pub(super) fn compare(before: &Dashboard, after: &Dashboard, rows: &Rows, found: &mut Found) {
    let old = placed(before, |row| rows.0.get(&row).copied());
    let new = placed(after, Some);
    let subject = |one: &Placed<'_>| {
        let name = match one.panel.title.as_str() {
            "" => one.panel.visualization.plugin(),
            title => title,
        };
        Subject::of(Kind::Panel, name, self::name(after))
    };
    let asked = |one: &'_ Placed<'_>| -> Option<Vec<String>> {
        let queries = one.panel.queries.iter();
        let texts: Vec<_> = queries
            .map(|query| query.expression.as_str().to_owned())
            .collect();
        (!texts.is_empty()).then_some(texts)
    };
    let kind = |one: &'_ Placed<'_>| one.panel.visualization.plugin().to_owned();
    let paired = Pairing::of(&old, &new)
        .by(|one| Some((one.home?, &one.panel.title, kind(one), asked(one))))
        .by(|one| Some((one.home?, &one.panel.title, kind(one))))
        .by(|one| Some((&one.panel.title, kind(one))))
        .by(|one| Some(&one.panel.title).filter(|title| !title.is_empty()))
        .by_only(|one| Some((asked(one)?, kind(one))))
        .by_only(asked)
        .done();
    for index in &paired.gone {
        let one = &old[*index];
        let details = vec![Detail::new(Class::Behaviour, What::Removed)];
        found.add(Change::new(
            subject(one),
            details,
            one.panel.origin,
            Origin::none(),
        ));
    }
    for index in &paired.new {
        let one = &new[*index];
        let details = vec![Detail::new(Class::Additive, What::Added(None))];
        found.add(Change::new(
            subject(one),
            details,
            Origin::none(),
            one.panel.origin,
        ));
    }
    let moved = moved(&paired.both, &old, &new);
    for (at, (from, to)) in paired.both.iter().enumerate() {
        let (a, b) = (&old[*from], &new[*to]);
        let mut details = vec![];
        if a.home != Some(b.row) {
            let row = |dashboard: &Dashboard, row: usize| match row {
                0 => "the top".to_owned(),
                row => format!("row `{}`", dashboard.rows[row - 1].title),
            };
            let (from, to) = (row(before, a.row), row(after, b.row));
            details.push(Detail::new(Class::Cosmetic, What::Moved { from, to }));
        } else if moved.contains(&at) {
            let (from, to) = (neighbour(&old, *from), neighbour(&new, *to));
            if from != to {
                details.push(Detail::new(Class::Cosmetic, What::Moved { from, to }));
            }
        }
        if a.panel != b.panel {
            panel(a.panel, b.panel, &mut details);
        }
        found.add(Change::new(
            subject(b),
            details,
            a.panel.origin,
            b.panel.origin,
        ));
    }
}

/// Which pairs stand elsewhere in their row, as few as possible.
fn moved(both: &[(usize, usize)], old: &[Placed<'_>], new: &[Placed<'_>]) -> Vec<usize> {
    let stayed = both.iter().enumerate();
    let stayed: Vec<_> = stayed
        .filter(|(_, (from, to))| old[*from].home == Some(new[*to].row))
        .map(|(at, (from, _))| (at, *from))
        .collect();
    let sequence: Vec<_> = stayed.iter().map(|(_, from)| *from).collect();
    let displaced = displaced(&sequence);
    displaced.into_iter().map(|at| stayed[at].0).collect()
}

/// The place behind another panel of the row.
fn neighbour(panels: &[Placed<'_>], at: usize) -> String {
    let before = at.checked_sub(1).map(|before| &panels[before]);
    match before.filter(|before| before.row == panels[at].row) {
        Some(before) => format!("behind `{}`", before.panel.title),
        None => "the beginning of its row".to_owned(),
    }
}

fn panel(before: &Panel, after: &Panel, details: &mut Vec<Detail>) {
    if before.title != after.title {
        let from = before.title.clone();
        details.push(Detail::new(Class::Cosmetic, What::Renamed { from }));
    }
    queries(before, after, details);
    let mut set = |class, what, from, to| note_set(details, class, what, from, to);
    let (looks, means) = (Class::Cosmetic, Class::Behaviour);
    set(means, "unit", unit(before), unit(after));
    let limits = |one: &Panel| {
        let all: Vec<_> = one.thresholds.iter().map(threshold).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    set(means, "thresholds", limits(before), limits(after));
    let kind = |one: &Panel| Some(one.visualization.plugin().to_owned());
    set(looks, "type", kind(before), kind(after));
    let number = |number: Option<f64>| number.map(|number| number.to_string());
    set(looks, "min", number(before.min), number(after.min));
    set(looks, "max", number(before.max), number(after.max));
    set(
        looks,
        "description",
        before.description.clone(),
        after.description.clone(),
    );
    let size = |one: &Panel| {
        one.size
            .map(|size| format!("{}×{}", size.width, size.height))
    };
    set(looks, "size", size(before), size(after));
    let repeat = |one: &Panel| one.repeat.as_ref().map(|repeat| repeat.variable.clone());
    set(means, "repeated for", repeat(before), repeat(after));
    let flag = |is: bool| Some(if is { "yes" } else { "no" }.to_owned());
    set(
        looks,
        "transparent",
        flag(before.transparent),
        flag(after.transparent),
    );
    let time = |time: Option<obsctl_model::Duration>| time.map(|time| time.to_string());
    set(means, "shows the last", time(before.last), time(after.last));
    set(
        means,
        "shortest step",
        time(before.min_step),
        time(after.min_step),
    );
    let links = |one: &Panel| -> Vec<String> { one.all_links().map(link).collect() };
    note_members(details, looks, "link", &links(before), &links(after));
    settings::compare(before, after, details);
}

fn unit(panel: &Panel) -> Option<String> {
    let own = panel.unit.map(|unit| format!("{unit:?}").to_lowercase());
    panel.grafana_unit.clone().or(own)
}

fn threshold(one: &Threshold) -> String {
    let color = serde_json::to_value(&one.color).unwrap_or_default();
    let color = color.get("hex").unwrap_or(&color);
    match color.as_str() {
        Some(color) => format!("{} {color}", one.value),
        None => one.value.to_string(),
    }
}

fn link(link: &Link) -> String {
    let to = match &link.to {
        LinkTarget::Dashboard { uid, .. } => format!("/d/{uid}"),
        LinkTarget::Explore(explore) => explore.href(),
        LinkTarget::Url(url) => url.clone(),
    };
    format!("{}: {to}", link.title)
}

fn queries(before: &Panel, after: &Panel, details: &mut Vec<Detail>) {
    let own = |panel: &Panel| -> Vec<(String, Query)> {
        panel.ref_ids().zip(panel.queries.iter().cloned()).collect()
    };
    let (before, after) = (own(before), own(after));
    let paired = Pairing::of(&before, &after)
        // Letters follow positions: a query that was put before others shifts theirs.
        .by(|(id, query)| Some((id, query.expression.as_str())))
        .by_only(|(_, query)| Some(query.expression.as_str()).filter(|text| !text.is_empty()))
        .by(|(id, _)| Some(id))
        .by(|_| Some(()))
        .done();
    let one = before.len().max(after.len()) == 1;
    let text = |query: &Query| Some(query.expression.as_str().to_owned());
    for index in paired.gone {
        let (id, query) = &before[index];
        let what = format!("query {id}");
        details.push(Detail::set(Class::Behaviour, what, text(query), None));
    }
    for index in paired.new {
        let (id, query) = &after[index];
        let what = format!("query {id}");
        details.push(Detail::set(Class::Additive, what, None, text(query)));
    }
    for (old, new) in paired.both {
        let ((_, a), (id, b)) = (&before[old], &after[new]);
        details.extend(query(
            (!one).then(|| id.clone()),
            &a.expression,
            &b.expression,
        ));
        let of = if one {
            String::new()
        } else {
            format!(" of {id}")
        };
        let mut set = |class, what: &str, from, to| {
            note_set(details, class, &format!("{what}{of}"), from, to);
        };
        set(
            Class::Cosmetic,
            "legend",
            a.legend.clone(),
            b.legend.clone(),
        );
        let hidden = |query: &Query| Some(if query.hidden { "no" } else { "yes" }.to_owned());
        set(Class::Behaviour, "drawn", hidden(a), hidden(b));
        let word = |word: Option<String>| word.map(|word| word.to_lowercase());
        let asked = |one: &Query| word(one.evaluation.map(|one| format!("{one:?}")));
        set(Class::Behaviour, "evaluated", asked(a), asked(b));
        let format = |one: &Query| word(one.format.map(|one| format!("{one:?}")));
        set(Class::Behaviour, "format", format(a), format(b));
        let step = |one: &Query| one.min_step.map(|step| step.to_string());
        set(Class::Behaviour, "shortest step", step(a), step(b));
        let source = |one: &Query| one.datasource.as_ref().map(|one| one.uid.to_string());
        set(Class::Behaviour, "datasource", source(a), source(b));
    }
}
