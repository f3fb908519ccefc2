//! Dashboards: what they are, their variables and annotations. What Grafana writes whenever it saves (`id`, `version`,
//! `iteration`, what is chosen in variables, the order of panels in the file) is not even read.

use obsctl_model::Origin;
use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{
    Annotation, Dashboard, DashboardLink, DashboardLinkTarget, ExpressionRef, Variable, derived_uid,
};

use super::both::{Both, Thing, flag, word, written};
use super::change::{Detail, What};
use super::pairing::Pairing;
use super::touches::{Found, Wanted};
use super::{Class, Kind, Subject, panels, query};

pub(super) fn compare(before: &[Dashboard], after: &[Dashboard], found: &mut Found) {
    let pairing = Pairing::of(before, after)
        .by(|one| Some(&one.uid))
        .by_only(|one| Some(&one.title).filter(|title| !title.is_empty()))
        .by_only(queries);
    let mut rows = vec![];
    let both = found.things(pairing, |both| rows.push(differ(both)));
    for ((before, after), rows) in both.into_iter().zip(rows) {
        // Equal dashboards have equal rows, and nothing else to look at.
        let Some(rows) = rows else { continue };
        variables(before, after, found);
        annotations(before, after, found);
        panels::compare(before, after, &rows, found);
    }
}

impl Thing for Dashboard {
    fn subject(&self) -> Subject {
        let name = name(self);
        match is_runbook(self) {
            true => Subject::new(Kind::Runbook, name.trim_start_matches("Runbook: ")),
            false => Subject::new(Kind::Dashboard, name),
        }
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }

    fn renamed(&self) -> Class {
        Class::Cosmetic
    }

    fn wanted(&self) -> Vec<Wanted> {
        vec![Wanted::Dashboard(self.uid.to_string())]
    }

    fn holds(&self) -> Option<String> {
        Some(match self.panels().count() {
            1 => "1 panel".to_owned(),
            many => format!("{many} panels"),
        })
    }
}

/// Whether a dashboard is the page of a runbook, as `obsctl generate` makes them.
pub(super) fn is_runbook(dashboard: &Dashboard) -> bool {
    dashboard.tags.iter().any(|tag| tag == "runbook")
}

/// The name people know a dashboard by.
pub(super) fn name(dashboard: &Dashboard) -> &str {
    match dashboard.title.as_str() {
        "" => dashboard.uid.as_str(),
        title => title,
    }
}

/// What it asks: a dashboard that was saved under another name and uid asks the same.
fn queries(dashboard: &Dashboard) -> Option<Vec<&str>> {
    let queries = dashboard.panels().flat_map(|panel| &panel.queries);
    let texts: Vec<_> = queries.map(|query| query.expression.as_str()).collect();
    (texts.len() > 1).then_some(texts)
}

/// What differs of the dashboard itself; gives which row is which.
fn differ(both: &mut Both<'_, Dashboard>) -> Option<panels::Rows> {
    let (before, after) = (both.before, both.after);
    if before == after {
        return None;
    }
    // Links lead to its uid, whatever its title is.
    both.wanted.clear();
    if before.uid != after.uid && !(is_made_up(before) || is_made_up(after)) {
        both.set(Class::Breaking, "uid", |one| Some(one.uid.to_string()));
        both.wanted = before.wanted();
    }
    let looks = Class::Cosmetic;
    both.set(looks, "folder", |one| Some(one.folder.title.clone()));
    both.set(looks, "description", |one| one.description.clone());
    both.set(looks, "refresh", |one| written(one.refresh));
    both.set(looks, "time", |one| {
        Some(format!("{} to {}", one.time.from, one.time.to))
    });
    both.members(looks, looks, "tag", |one| one.tags.clone());
    both.members(looks, looks, "link", |one| {
        one.links.iter().map(link).collect()
    });
    Some(panels::Rows::pair(before, after, &mut both.details))
}

/// Whether the uid was made from the file's name, because the dashboard has none.
fn is_made_up(dashboard: &Dashboard) -> bool {
    let Some((path, ..)) = dashboard.origin.location() else {
        return false;
    };
    dashboard.uid == derived_uid(&format!("{path} {}", dashboard.title))
}

fn link(link: &DashboardLink) -> String {
    let to = match &link.to {
        DashboardLinkTarget::Tagged(tags) => format!("dashboards tagged {}", tags.join(", ")),
        _ => link.href(),
    };
    format!("{}: {to}", link.title)
}

/// How two queries differ, where they do.
pub(super) fn asks(
    of: Option<String>,
    before: ExpressionRef<'_>,
    after: ExpressionRef<'_>,
) -> Option<Detail> {
    let what = What::Query {
        of,
        edits: query::compare(before, after)?,
        before: query::text(before).into_owned(),
        after: query::text(after).into_owned(),
    };
    Some(Detail::new(Class::Behaviour, what))
}

/// A thing of a dashboard.
#[derive(Debug)]
struct In<'a, T> {
    dashboard: &'a Dashboard,
    one: &'a T,
}

fn all<'a, T>(dashboard: &'a Dashboard, things: &'a [T]) -> Vec<In<'a, T>> {
    let things = things.iter();
    things.map(|one| In { dashboard, one }).collect()
}

impl Thing for In<'_, Variable> {
    fn subject(&self) -> Subject {
        Subject::of(Kind::Variable, &self.one.name, name(self.dashboard))
    }

    fn origin(&self) -> Origin {
        self.one.origin
    }

    fn gone(&self) -> Class {
        // Links that set it, set nothing now.
        Class::Behaviour
    }
}

fn variables(before: &Dashboard, after: &Dashboard, found: &mut Found) {
    let (before, after) = (all(before, &before.variables), all(after, &after.variables));
    let pairing = Pairing::of(&before, &after)
        .by(|own| Some(&own.one.name))
        .by_only(|own| Some(values(own.one)).filter(|values| !values.is_empty()));
    found.things(pairing, |both| {
        if both.before.one == both.after.one {
            return;
        }
        let (looks, means) = (Class::Cosmetic, Class::Behaviour);
        both.set(means, "values", |own| Some(values(own.one)));
        both.set(means, "several can be chosen", |own| flag(own.one.multi));
        both.set(means, "all can be chosen", |own| flag(own.one.include_all));
        both.set(means, "what all stands for", |own| {
            own.one.all_value.clone()
        });
        both.set(means, "regex", |own| own.one.regex.clone());
        both.set(looks, "label", |own| own.one.label.clone());
        both.set(looks, "description", |own| own.one.description.clone());
        both.set(looks, "hidden", |own| flag(own.one.hidden));
        both.set(looks, "sort", |own| word(own.one.sort));
    });
}

/// Where the values come from, without what is chosen at the moment.
fn values(variable: &Variable) -> String {
    match &variable.values {
        Values::LabelValues { label, of } => format!("label_values({of}, {label})"),
        Values::LogLabelValues { label, of: None } => format!("label_values({label})"),
        Values::LogLabelValues {
            label,
            of: Some(of),
        } => {
            format!("label_values({}, {label})", of.as_str())
        }
        Values::TraceTagValues { tag } => tag.clone(),
        Values::Custom(values) => {
            let values = values.iter().map(|one| match &one.text {
                Some(text) => format!("{text} : {}", one.value),
                None => one.value.clone(),
            });
            values.collect::<Vec<_>>().join(", ")
        }
        Values::Interval(lengths) => {
            let lengths = lengths.iter().map(ToString::to_string);
            lengths.collect::<Vec<_>>().join(", ")
        }
        Values::Datasource(kind) => format!("datasources of {}", kind.plugin()),
        Values::Textbox => "what is typed".to_owned(),
        Values::Constant(value) => value.clone(),
        Values::QueryResult(query) => format!("query_result({query})"),
        Values::Other(json) => {
            let json = json.get("spec").unwrap_or(json);
            let query = json.get("query").or_else(|| json.get("definition"));
            query.map_or_else(String::new, ToString::to_string)
        }
    }
}

impl Thing for In<'_, Annotation> {
    fn subject(&self) -> Subject {
        Subject::of(Kind::Annotation, &self.one.name, name(self.dashboard))
    }

    fn origin(&self) -> Origin {
        self.one.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }

    fn renamed(&self) -> Class {
        Class::Cosmetic
    }
}

fn annotations(before: &Dashboard, after: &Dashboard, found: &mut Found) {
    let before = all(before, &before.annotations);
    let after = all(after, &after.annotations);
    let pairing = Pairing::of(&before, &after)
        .by(|own| Some(&own.one.name))
        .by_only(|own| Some(own.one.expression.as_str()).filter(|text| !text.is_empty()));
    found.things(pairing, |both| {
        let (old, new) = (both.before.one, both.after.one);
        let query = asks(None, (&old.expression).into(), (&new.expression).into());
        both.details.extend(query);
        let looks = Class::Cosmetic;
        both.set(looks, "title", |own| own.one.title.clone());
        both.set(looks, "text", |own| own.one.text.clone());
        both.set(looks, "is", |own| {
            Some(if own.one.off { "off" } else { "on" }.to_owned())
        });
    });
}
