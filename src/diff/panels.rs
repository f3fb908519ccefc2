//! Panels of one dashboard: which is which, where they stand, what they ask and how they show it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use obsctl_model::Origin;
use obsctl_model::dashboard::{Dashboard, Link, LinkTarget, Panel, Query, Row, Threshold};

use super::both::{Both, Thing, flag, word, written};
use super::change::{Detail, What};
use super::dashboards::{asks, name};
use super::pairing::{Pairing, displaced};
use super::settings;
use super::touches::Found;
use super::{Class, Kind, Subject};

/// A panel and the row it is in: 0 is above the first row.
#[derive(Clone, Copy, Debug)]
struct Placed<'a> {
    dashboard: &'a Dashboard,
    panel: &'a Panel,
    row: usize,
    /// The same row in the newer dashboard, if it still is there.
    home: Option<usize>,
}

fn placed(dashboard: &Dashboard, home: impl Fn(usize) -> Option<usize>) -> Vec<Placed<'_>> {
    let home = &home;
    let in_row = |row: usize| {
        move |panel| Placed {
            dashboard,
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
        let inside = |row: &'_ Row| -> Vec<String> {
            row.panels.iter().map(|panel| panel.title.clone()).collect()
        };
        let paired = Pairing::of(&before.rows, &after.rows)
            .by(|row| Some(&row.title))
            .by_only(|row| Some(inside(row)).filter(|panels| !panels.is_empty()))
            .done();
        let looks = Class::Cosmetic;
        let title = |dashboard: &Dashboard, all: &[usize]| -> Vec<String> {
            let titles = all.iter().map(|row| dashboard.rows[*row].title.clone());
            titles.collect()
        };
        let (gone, new) = (title(before, &paired.gone), title(after, &paired.new));
        let mut rows = Both::of(&gone, &new);
        rows.members(looks, looks, "row", Clone::clone);
        details.append(&mut rows.details);
        for (old, new) in &paired.both {
            let mut row = Both::of(&before.rows[*old], &after.rows[*new]);
            let what = format!("row `{}`", row.after.title);
            row.set(looks, "row", |row| Some(row.title.clone()));
            row.set(looks, &what, |row| {
                Some(if row.collapsed { "closed" } else { "open" }.to_owned())
            });
            row.set(
                Class::Behaviour,
                &format!("{what} is repeated for"),
                |row| row.repeat.clone(),
            );
            details.append(&mut row.details);
        }
        let rows = paired.both.iter().map(|(old, new)| (old + 1, new + 1));
        Self(rows.chain([(0, 0)]).collect())
    }
}

impl Thing for Placed<'_> {
    fn subject(&self) -> Subject {
        let name = match self.panel.title.as_str() {
            "" => self.panel.visualization.plugin(),
            title => title,
        };
        Subject::of(Kind::Panel, name, self::name(self.dashboard))
    }

    fn origin(&self) -> Origin {
        self.panel.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }

    fn renamed(&self) -> Class {
        Class::Cosmetic
    }
}

pub(super) fn compare(before: &Dashboard, after: &Dashboard, rows: &Rows, found: &mut Found) {
    let old = placed(before, |row| rows.0.get(&row).copied());
    let new = placed(after, Some);
    let asked = |one: &'_ Placed<'_>| -> Option<Vec<String>> {
        let queries = one.panel.queries.iter();
        let texts: Vec<_> = queries
            .map(|query| query.expression.as_str().to_owned())
            .collect();
        (!texts.is_empty()).then_some(texts)
    };
    let kind = |one: &'_ Placed<'_>| one.panel.visualization.plugin().to_owned();
    let mut paired = Pairing::of(&old, &new)
        .by(|one| Some((one.home?, &one.panel.title, kind(one), asked(one))))
        .by(|one| Some((one.home?, &one.panel.title, kind(one))))
        .by(|one| Some((&one.panel.title, kind(one))))
        .by(|one| Some(&one.panel.title).filter(|title| !title.is_empty()))
        .by_only(|one| Some((asked(one)?, kind(one))))
        .by_only(asked);
    let moved = moved(paired.pairs(), &old, &new);
    let mut at = 0;
    found.things(paired, |both| {
        if let Some(moved) = moved.get(&at) {
            both.details
                .push(Detail::new(Class::Cosmetic, moved.clone()));
        }
        at += 1;
        if both.before.panel != both.after.panel {
            panel(both);
        }
    });
}

/// Where the pairs that stand elsewhere were, as few as possible of each row, by their number.
fn moved(both: &[(usize, usize)], old: &[Placed<'_>], new: &[Placed<'_>]) -> BTreeMap<usize, What> {
    let row = |one: &Placed<'_>| match one.row {
        0 => "the top".to_owned(),
        row => format!("row `{}`", one.dashboard.rows[row - 1].title),
    };
    let mut moved = BTreeMap::new();
    let mut stayed = vec![];
    for (at, (from, to)) in both.iter().enumerate() {
        if old[*from].home == Some(new[*to].row) {
            stayed.push((at, *from));
        } else {
            let (from, to) = (row(&old[*from]), row(&new[*to]));
            moved.insert(at, What::Moved { from, to });
        }
    }
    let sequence: Vec<_> = stayed.iter().map(|(_, from)| *from).collect();
    for at in displaced(&sequence) {
        let at = stayed[at].0;
        let (from, to) = (neighbour(old, both[at].0), neighbour(new, both[at].1));
        if from != to {
            moved.insert(at, What::Moved { from, to });
        }
    }
    moved
}

/// The place behind another panel of the row.
fn neighbour(panels: &[Placed<'_>], at: usize) -> String {
    let before = at.checked_sub(1).map(|before| &panels[before]);
    match before.filter(|before| before.row == panels[at].row) {
        Some(before) => format!("behind `{}`", before.panel.title),
        None => "the beginning of its row".to_owned(),
    }
}

fn panel(both: &mut Both<'_, Placed<'_>>) {
    let (before, after) = (both.before.panel, both.after.panel);
    queries(before, after, &mut both.details);
    let (looks, means) = (Class::Cosmetic, Class::Behaviour);
    both.set(means, "unit", |one| unit(one.panel));
    both.set(means, "thresholds", |one| {
        let all: Vec<_> = one.panel.thresholds.iter().map(threshold).collect();
        (!all.is_empty()).then(|| all.join(", "))
    });
    both.set(looks, "type", |one| {
        Some(one.panel.visualization.plugin().to_owned())
    });
    both.set(looks, "min", |one| written(one.panel.min));
    both.set(looks, "max", |one| written(one.panel.max));
    both.set(looks, "description", |one| one.panel.description.clone());
    both.set(looks, "size", |one| {
        let size = one.panel.size?;
        Some(format!("{}×{}", size.width, size.height))
    });
    both.set(means, "repeated for", |one| {
        Some(one.panel.repeat.as_ref()?.variable.clone())
    });
    both.set(looks, "transparent", |one| flag(one.panel.transparent));
    both.set(means, "shows the last", |one| written(one.panel.last));
    both.set(means, "shortest step", |one| written(one.panel.min_step));
    both.members(looks, looks, "link", |one| {
        one.panel.all_links().map(link).collect()
    });
    settings::compare(before, after, &mut both.details);
}

fn unit(panel: &Panel) -> Option<String> {
    let own = panel.unit.and_then(word);
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
        let ids = panel.ref_ids().map(Cow::into_owned);
        ids.zip(panel.queries.iter().cloned()).collect()
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
        let mut both = Both::of(&before[old].1, &after[new].1);
        let id = &after[new].0;
        let (from, to) = (&both.before.expression, &both.after.expression);
        let query = asks((!one).then(|| id.clone()), from.into(), to.into());
        both.details.extend(query);
        let of = if one {
            String::new()
        } else {
            format!(" of {id}")
        };
        let means = Class::Behaviour;
        let mut set = |class, what: &str, get: fn(&Query) -> Option<String>| {
            both.set(class, &format!("{what}{of}"), get);
        };
        set(Class::Cosmetic, "legend", |query| query.legend.clone());
        set(means, "drawn", |query| flag(!query.hidden));
        set(means, "evaluated", |query| query.evaluation.and_then(word));
        set(means, "format", |query| query.format.and_then(word));
        set(means, "shortest step", |query| written(query.min_step));
        set(means, "datasource", |query| {
            Some(query.datasource.as_ref()?.uid.to_string())
        });
        details.append(&mut both.details);
    }
}
