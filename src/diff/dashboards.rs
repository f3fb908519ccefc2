//! Dashboards: what they are, their variables and annotations. What Grafana writes whenever it saves (`id`, `version`,
//! `iteration`, what is chosen in variables, the order of panels in the file) is not even read.

use obsctl_model::Origin;
use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{
    Annotation, Dashboard, DashboardLink, DashboardLinkTarget, Expression, Variable, derived_uid,
};

use super::change::{Detail, What, note_members, note_set};
use super::pairing::Pairing;
use super::panels;
use super::settings::same_words;
use super::touches::{Found, Wanted};
use super::{Change, Class, Kind, Subject, expression};
use crate::project::Project;

pub(super) fn compare(before: &Project, after: &Project, found: &mut Found) {
    let (before, after) = (before.dashboards(), after.dashboards());
    let paired = Pairing::of(before, after)
        .by(|one| Some(&one.uid))
        .by_only(|one| Some(&one.title).filter(|title| !title.is_empty()))
        .by_only(queries)
        .done();
    for (old, new) in paired.both {
        pair(&before[old], &after[new], found);
    }
    for index in paired.gone {
        let one = &before[index];
        let details = vec![Detail::new(Class::Behaviour, What::Removed)];
        found.add(Change::new(
            subject(one),
            details,
            one.origin,
            Origin::none(),
        ));
        found.want(Wanted::Dashboard(one.uid.to_string()));
    }
    for index in paired.new {
        let one = &after[index];
        let with = match one.panels().count() {
            1 => "1 panel".to_owned(),
            many => format!("{many} panels"),
        };
        let details = vec![Detail::new(Class::Additive, What::Added(Some(with)))];
        found.add(Change::new(
            subject(one),
            details,
            Origin::none(),
            one.origin,
        ));
    }
}

/// The name people know a dashboard by.
pub(super) fn name(dashboard: &Dashboard) -> &str {
    match dashboard.title.as_str() {
        "" => dashboard.uid.as_str(),
        title => title,
    }
}

fn subject(dashboard: &Dashboard) -> Subject {
    Subject::new(Kind::Dashboard, name(dashboard))
}

/// What it asks: a dashboard that was saved under another name and uid asks the same.
fn queries(dashboard: &Dashboard) -> Option<Vec<&str>> {
    let queries = dashboard.panels().flat_map(|panel| &panel.queries);
    let texts: Vec<_> = queries.map(|query| query.expression.as_str()).collect();
    (texts.len() > 1).then_some(texts)
}

fn pair(before: &Dashboard, after: &Dashboard, found: &mut Found) {
    if before == after {
        return;
    }
    let mut details = vec![];
    let renamed = before.uid != after.uid && !(is_made_up(before) || is_made_up(after));
    if renamed {
        let uid = |one: &Dashboard| Some(one.uid.to_string());
        details.push(Detail::set(Class::Breaking, "uid", uid(before), uid(after)));
    }
    if before.title != after.title {
        let from = before.title.clone();
        details.push(Detail::new(Class::Cosmetic, What::Renamed { from }));
    }
    let mut set = |what, from, to| note_set(&mut details, Class::Cosmetic, what, from, to);
    let folder = |one: &Dashboard| Some(one.folder.title.clone());
    set("folder", folder(before), folder(after));
    set(
        "description",
        before.description.clone(),
        after.description.clone(),
    );
    let refresh = |one: &Dashboard| one.refresh.map(|time| time.to_string());
    set("refresh", refresh(before), refresh(after));
    let time = |one: &Dashboard| Some(format!("{} to {}", one.time.from, one.time.to));
    set("time", time(before), time(after));
    note_members(
        &mut details,
        Class::Cosmetic,
        "tag",
        &before.tags,
        &after.tags,
    );
    let links = |one: &Dashboard| -> Vec<String> { one.links.iter().map(link).collect() };
    note_members(
        &mut details,
        Class::Cosmetic,
        "link",
        &links(before),
        &links(after),
    );
    let rows = panels::Rows::pair(before, after, &mut details);
    found.add(Change::new(
        subject(after),
        details,
        before.origin,
        after.origin,
    ));
    if renamed {
        found.want(Wanted::Dashboard(before.uid.to_string()));
    }
    variables(before, after, found);
    annotations(before, after, found);
    panels::compare(before, after, &rows, found);
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

/// How two expressions differ, where they do.
pub(super) fn query(of: Option<String>, before: &Expression, after: &Expression) -> Option<Detail> {
    if before == after {
        return None;
    }
    let edits = match (before, after) {
        (Expression::Promql(before), Expression::Promql(after)) => {
            expression::compare(before, after)?
        }
        (Expression::Other(_), _) | (_, Expression::Other(_)) => vec![],
        _ if before.kind() == after.kind() && same_words(before.as_str(), after.as_str()) => {
            return None;
        }
        _ => vec![],
    };
    let text = |one: &Expression| match one {
        Expression::Other(other) => serde_json::Value::Object(other.json.clone()).to_string(),
        one => one.as_str().to_owned(),
    };
    let what = What::Query {
        of,
        before: text(before),
        after: text(after),
        edits,
    };
    Some(Detail::new(Class::Behaviour, what))
}

fn variables(before: &Dashboard, after: &Dashboard, found: &mut Found) {
    let subject = |one: &Variable| Subject::of(Kind::Variable, &one.name, name(after));
    let paired = Pairing::of(&before.variables, &after.variables)
        .by(|one| Some(&one.name))
        .by_only(|one| Some(values(one)).filter(|values| !values.is_empty()))
        .done();
    for index in paired.gone {
        let one = &before.variables[index];
        // Links that set it, set nothing now.
        let details = vec![Detail::new(Class::Behaviour, What::Removed)];
        found.add(Change::new(
            subject(one),
            details,
            one.origin,
            Origin::none(),
        ));
    }
    for index in paired.new {
        let one = &after.variables[index];
        let details = vec![Detail::new(Class::Additive, What::Added(None))];
        found.add(Change::new(
            subject(one),
            details,
            Origin::none(),
            one.origin,
        ));
    }
    for (old, new) in paired.both {
        let (old, new) = (&before.variables[old], &after.variables[new]);
        if old == new {
            continue;
        }
        let mut details = vec![];
        if old.name != new.name {
            let from = old.name.clone();
            details.push(Detail::new(Class::Behaviour, What::Renamed { from }));
        }
        let mut set = |class, what, from, to| note_set(&mut details, class, what, from, to);
        let flag = |is: bool| Some(if is { "yes" } else { "no" }.to_owned());
        let (looks, means) = (Class::Cosmetic, Class::Behaviour);
        set(means, "values", Some(values(old)), Some(values(new)));
        set(
            means,
            "several can be chosen",
            flag(old.multi),
            flag(new.multi),
        );
        set(
            means,
            "all can be chosen",
            flag(old.include_all),
            flag(new.include_all),
        );
        set(
            means,
            "what all stands for",
            old.all_value.clone(),
            new.all_value.clone(),
        );
        set(means, "regex", old.regex.clone(), new.regex.clone());
        set(looks, "label", old.label.clone(), new.label.clone());
        set(
            looks,
            "description",
            old.description.clone(),
            new.description.clone(),
        );
        set(looks, "hidden", flag(old.hidden), flag(new.hidden));
        let sort = |one: &Variable| Some(format!("{:?}", one.sort).to_lowercase());
        set(looks, "sort", sort(old), sort(new));
        found.add(Change::new(subject(new), details, old.origin, new.origin));
    }
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

fn annotations(before: &Dashboard, after: &Dashboard, found: &mut Found) {
    let subject = |one: &Annotation| Subject::of(Kind::Annotation, &one.name, name(after));
    let paired = Pairing::of(&before.annotations, &after.annotations)
        .by(|one| Some(&one.name))
        .by_only(|one| Some(one.expression.as_str()).filter(|text| !text.is_empty()))
        .done();
    for index in paired.gone {
        let one = &before.annotations[index];
        let details = vec![Detail::new(Class::Behaviour, What::Removed)];
        found.add(Change::new(
            subject(one),
            details,
            one.origin,
            Origin::none(),
        ));
    }
    for index in paired.new {
        let one = &after.annotations[index];
        let details = vec![Detail::new(Class::Additive, What::Added(None))];
        found.add(Change::new(
            subject(one),
            details,
            Origin::none(),
            one.origin,
        ));
    }
    for (old, new) in paired.both {
        let (old, new) = (&before.annotations[old], &after.annotations[new]);
        if old == new {
            continue;
        }
        let mut details = vec![];
        if old.name != new.name {
            let from = old.name.clone();
            details.push(Detail::new(Class::Cosmetic, What::Renamed { from }));
        }
        details.extend(query(None, &old.expression, &new.expression));
        let mut set = |what, from, to| note_set(&mut details, Class::Cosmetic, what, from, to);
        set("title", old.title.clone(), new.title.clone());
        set("text", old.text.clone(), new.text.clone());
        let on = |one: &Annotation| Some(if one.off { "off" } else { "on" }.to_owned());
        set("is", on(old), on(new));
        found.add(Change::new(subject(new), details, old.origin, new.origin));
    }
}
