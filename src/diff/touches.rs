//! What a change touches: everything that is built on what changed, through recording rules too.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::dashboard::{Dashboard, ExpressionRef, Place, TextKind};
use obsctl_model::{Origin, Promql, Rule, RuleGroup, RuleQuery};
use obsctl_promql::Expr;
use obsctl_promql::ast::{MatchOp, Selector};

use super::both::Thing;
use super::change::Touch;
use super::dashboards::{is_runbook, name};
use super::sides::{Rest, State};
use super::{Change, Kind, Subject, slos};
use crate::project::expression::series_name;
use crate::read::{self, RuleTest};

/// What was found so far: changes, and what is to be looked up for each.
#[derive(Debug, Default)]
pub(super) struct Found {
    changes: Vec<Change>,
    wanted: Vec<(usize, Wanted)>,
}

/// What changed, as others name it.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// A series.
    Series {
        /// Its name.
        name: String,
        /// Labels that all its series have.
        labels: BTreeMap<String, String>,
        /// Who is affected.
        interest: Interest,
    },
    /// An alert: tests expect it.
    Alert(String),
    /// A dashboard, by its uid: others link to it.
    Dashboard(String),
    /// A word of LogQL and TraceQL: a field, an event, an attribute.
    Word(String),
}

/// Whose queries are affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// All of them.
    Any,
    /// Those that name the label.
    Label(String),
    /// Those that ask for one of these values of the label.
    Values(String, Vec<String>),
}

impl Interest {
    /// The label that it is about, if it is about one.
    fn label(&self) -> Option<&str> {
        match self {
            Self::Any => None,
            Self::Label(label) | Self::Values(label, _) => Some(label),
        }
    }
}

impl Wanted {
    /// The word by which others name it.
    fn word(&self) -> &str {
        match self {
            Self::Series { name, .. } => name,
            Self::Alert(word) | Self::Dashboard(word) | Self::Word(word) => word,
        }
    }
}

impl Found {
    /// Adds a change and whom to look for, unless nothing changed.
    pub(super) fn add(&mut self, change: Change, wanted: Vec<Wanted>) {
        if !change.details.is_empty() {
            let at = self.changes.len();
            self.wanted.extend(wanted.into_iter().map(|one| (at, one)));
            self.changes.push(change);
        }
    }
}

/// Looks up who is built on what changed, in the newer state: what went along with the change is not touched by it.
pub(super) fn resolve(found: Found, after: &State, rest: &mut Rest) -> Vec<Change> {
    let Found {
        mut changes,
        wanted,
    } = found;
    if wanted.is_empty() {
        return changes;
    }
    let names = names(&wanted, &after.found, rest);
    let sides = [&after.found, &rest.found];
    let index = Index::new(sides, &names);
    let mut touches: BTreeMap<usize, BTreeMap<Subject, Touch>> = BTreeMap::new();
    for (change, wanted) in &wanted {
        let own = touches.entry(*change).or_default();
        for touch in index.touched(wanted) {
            // A definition is named once, by its shortest way.
            let known = own.get(&touch.subject);
            if known.is_none_or(|known| known.through.len() > touch.through.len()) {
                own.insert(touch.subject.clone(), touch);
            }
        }
    }
    for (change, touches) in touches {
        let change = &mut changes[change];
        let others = touches.into_values();
        let others = others.filter(|one| one.subject != change.subject);
        change.touches.extend(others);
    }
    test(&mut changes, after, rest);
    changes
}

/// The names of what changed, and of all that is recorded of it. What may use one of them was read when this returns.
fn names(wanted: &[(usize, Wanted)], own: &read::Found, rest: &mut Rest) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let words = wanted.iter().map(|(_, wanted)| wanted.word().to_owned());
    let mut open: BTreeSet<String> = words.collect();
    while !open.is_empty() {
        rest.read(&open);
        let groups = own.groups.iter().chain(&rest.found.groups);
        let mut more = BTreeSet::new();
        for rule in groups.flat_map(|group| &group.rules) {
            if let Rule::Record(rule) = rule
                && words_of(rule.query.as_str()).any(|word| open.contains(word))
            {
                more.insert(rule.record.to_string());
            }
        }
        names.append(&mut open);
        open = more.difference(&names).cloned().collect();
    }
    names
}

/// Adds the tests that expect an alert that is touched, where its query may say something else: who is told of it, and
/// where it leads, no test says.
fn test(changes: &mut [Change], after: &State, rest: &mut Rest) {
    let alert = |one: &Subject| (one.kind == Kind::Alert).then(|| one.name.clone());
    let tested = |change: &&mut Change| change.subject.kind <= Kind::RecordingRule;
    let mut changes: Vec<_> = changes.iter_mut().filter(tested).collect();
    let touched = changes.iter().flat_map(|change| &change.touches);
    let alerts: BTreeSet<_> = touched.filter_map(|one| alert(&one.subject)).collect();
    rest.read(&alerts);
    let mut tests: BTreeMap<&str, Vec<&RuleTest>> = BTreeMap::new();
    for one in after.found.tests.iter().chain(&rest.found.tests) {
        for alert in &one.alerts {
            tests.entry(alert).or_default().push(one);
        }
    }
    if tests.is_empty() {
        return;
    }
    for change in &mut changes {
        let mut known: BTreeSet<_> = change
            .touches
            .iter()
            .map(|one| one.subject.clone())
            .collect();
        let alerts: Vec<_> = change
            .touches
            .iter()
            .filter_map(|one| alert(&one.subject))
            .collect();
        for one in alerts
            .iter()
            .filter_map(|alert| tests.get(alert.as_str()))
            .flatten()
        {
            let touch = of_test(one);
            if known.insert(touch.subject.clone()) {
                change.touches.push(touch);
            }
        }
    }
}

/// A query of the newer state.
#[derive(Debug)]
struct Use<'a> {
    query: Asked<'a>,
    subject: Subject,
    origin: Origin,
    /// What names labels beside the query: legends, templates, the label a variable asks for.
    texts: Vec<&'a str>,
    /// The series it is stored as, with its labels.
    records: Option<(&'a str, BTreeMap<String, String>)>,
}

#[derive(Debug)]
enum Asked<'a> {
    Promql(&'a Promql),
    Other(&'a str),
}

impl Asked<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Promql(query) => query.as_str(),
            Self::Other(text) => text,
        }
    }
}

/// Where each name that matters is used.
#[derive(Debug)]
struct Index<'a> {
    sides: [&'a read::Found; 2],
    uses: Vec<Use<'a>>,
    by_word: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(sides: [&'a read::Found; 2], names: &'a BTreeSet<String>) -> Self {
        let uses: Vec<_> = sides.into_iter().flat_map(uses).collect();
        let names = names.iter().map(|name| (name.as_str(), vec![]));
        let mut by_word: BTreeMap<&str, Vec<usize>> = names.collect();
        for (at, one) in uses.iter().enumerate() {
            for word in words_of(one.query.text()) {
                if let Some(users) = by_word.get_mut(word)
                    && users.last() != Some(&at)
                {
                    users.push(at);
                }
            }
        }
        Self {
            sides,
            uses,
            by_word,
        }
    }

    fn touched(&self, wanted: &Wanted) -> Vec<Touch> {
        match wanted {
            Wanted::Series {
                name,
                labels,
                interest,
            } => self.users(name, labels, interest),
            Wanted::Alert(alert) => {
                let expecting = |one: &&RuleTest| one.alerts.contains(alert);
                self.tests(expecting)
            }
            Wanted::Dashboard(uid) => linking(self.sides, uid),
            Wanted::Word(word) => {
                let users = self.by_word.get(word.as_str()).into_iter().flatten();
                let users = users.map(|at| &self.uses[*at]);
                let other = users.filter(|one| matches!(one.query, Asked::Other(_)));
                other.map(|one| touch(one, &[])).collect()
            }
        }
    }

    /// Everything that uses a series, and what is recorded of it, and so on.
    fn users(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
        interest: &Interest,
    ) -> Vec<Touch> {
        let mut found = vec![];
        let mut seen = BTreeSet::new();
        let mut open = vec![(name.to_owned(), labels.clone(), Vec::<String>::new())];
        // Breadth first: the shortest way to each is found first.
        let mut next = 0;
        while let Some((name, labels, through)) = open.get(next).cloned() {
            next += 1;
            for at in self.by_word.get(name.as_str()).into_iter().flatten() {
                let one = &self.uses[*at];
                let Asked::Promql(query) = one.query else {
                    continue;
                };
                if !selects(query.expr(), &name, &labels) {
                    continue;
                }
                if affected(one, query.expr(), interest) {
                    found.push(touch(one, &through));
                }
                if let Some((record, labels)) = &one.records
                    && interest
                        .label()
                        .is_none_or(|label| keeps(query.expr(), label))
                    && seen.insert(*at)
                {
                    let mut through = through.clone();
                    through.push((*record).to_owned());
                    open.push(((*record).to_owned(), labels.clone(), through));
                }
            }
        }
        if *interest == Interest::Any {
            let naming = |one: &&RuleTest| {
                let mut all = one.series.iter().flat_map(|text| words_of(text));
                all.any(|word| word == name)
            };
            found.extend(self.tests(naming));
        }
        found
    }

    fn tests(&self, which: impl Fn(&&RuleTest) -> bool) -> Vec<Touch> {
        let tests = self.sides.iter().flat_map(|side| &side.tests);
        tests.filter(which).map(of_test).collect()
    }
}

fn of_test(one: &RuleTest) -> Touch {
    Touch {
        subject: Subject::new(Kind::Test, &one.name),
        through: vec![],
        place: place(one.origin),
    }
}

pub(super) fn place(origin: Origin) -> Option<(String, u32)> {
    let (file, line, _) = origin.location()?;
    Some((file.to_owned(), line))
}

fn touch(one: &Use<'_>, through: &[String]) -> Touch {
    Touch {
        subject: one.subject.clone(),
        through: through.to_vec(),
        place: place(one.origin),
    }
}

/// The words of a query: names of series, labels, fields.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
    text.split(move |c| !inside(c))
        .filter(|word| !word.is_empty())
}

/// Whether an expression selects the series of that name and these labels.
fn selects(expr: &Expr, name: &str, labels: &BTreeMap<String, String>) -> bool {
    let mut found = false;
    expr.walk_selectors(|one, _| {
        let is = |selector: &Selector| {
            series_name(selector).is_some_and(|(own, _)| own == name)
                && selector.matchers.iter().all(|matcher| {
                    let said = labels.get(&matcher.name.text);
                    matcher.op != MatchOp::Equal
                        || said.is_none_or(|said| *said == matcher.value.value)
                })
        };
        found |= is(one.selector);
    });
    found
}

fn affected(one: &Use<'_>, expr: &Expr, interest: &Interest) -> bool {
    match interest {
        Interest::Any => true,
        Interest::Label(label) => {
            let names = |expr: &Expr| match expr {
                Expr::Selector(node) => matched(node, label),
                Expr::Range(node) => matched(&node.selector, label),
                Expr::Aggregate(node) => node.grouping.as_ref().is_some_and(|grouping| {
                    !grouping.without && grouping.labels.iter().any(|one| one.text == *label)
                }),
                Expr::Binary(node) => node.matching.as_ref().is_some_and(|matching| {
                    let on = matching.labels.iter().filter(|labels| labels.on);
                    let include = matching.group.iter().flat_map(|group| &group.include);
                    on.flat_map(|labels| &labels.labels)
                        .chain(include)
                        .any(|one| one.text == *label)
                }),
                Expr::Call(node) => node
                    .args
                    .iter()
                    .any(|arg| matches!(arg, Expr::String(text) if text.value == *label)),
                _ => false,
            };
            let templates = || one.texts.iter().any(|text| names_label(text, label));
            expr.descendants().any(names) || (keeps(expr, label) && templates())
        }
        Interest::Values(label, values) => {
            let mut found = false;
            expr.walk_selectors(|selected, _| {
                let matchers = selected.selector.matchers.iter();
                let mut own = matchers.filter(|matcher| matcher.name.text == *label);
                found |= own.any(|matcher| {
                    let text = &matcher.value.value;
                    let parts =
                        || text.split(|c: char| !c.is_alphanumeric() && !"_-./".contains(c));
                    values
                        .iter()
                        .any(|value| value == text || parts().any(|part| part == value))
                });
            });
            found
        }
    }
}

/// Whether results can have the label because the series had it: an aggregation may drop it on the way.
fn keeps(expr: &Expr, label: &str) -> bool {
    match expr {
        Expr::Selector(_) | Expr::Range(_) => true,
        Expr::Aggregate(node) => match &node.grouping {
            None => false,
            Some(grouping) => {
                let named = grouping.labels.iter().any(|one| one.text == label);
                named != grouping.without && keeps(&node.expr, label)
            }
        },
        Expr::Call(node) => node.args.iter().any(|arg| keeps(arg, label)),
        Expr::Binary(node) => keeps(&node.lhs, label) || keeps(&node.rhs, label),
        Expr::Subquery(node) => keeps(&node.expr, label),
        Expr::Unary(node) => keeps(&node.expr, label),
        Expr::Paren(node) => keeps(&node.expr, label),
        _ => false,
    }
}

fn matched(selector: &Selector, label: &str) -> bool {
    let mut matchers = selector.matchers.iter();
    matchers.any(|matcher| matcher.name.text == *label)
}

/// Whether a legend or template names a label, or the text is the label itself.
fn names_label(text: &str, label: &str) -> bool {
    text == label
        || (text.contains("{{")
            && words_of(text).any(|word| word.rsplit('.').next() == Some(label)))
}

fn uses(side: &read::Found) -> Vec<Use<'_>> {
    let mut uses = vec![];
    for group in &side.groups {
        uses.extend(group.rules.iter().map(|rule| of_rule(group, rule)));
    }
    for dashboard in &side.dashboards {
        of_dashboard(dashboard, &mut uses);
    }
    uses
}

fn of_rule<'a>(group: &'a RuleGroup, rule: &'a Rule) -> Use<'a> {
    let query = match rule.query() {
        RuleQuery::Promql(query) => Asked::Promql(query),
        RuleQuery::Logql(query) => Asked::Other(query.as_str()),
    };
    match rule {
        Rule::Alert(alert) => Use {
            query,
            subject: Subject::of(Kind::Alert, &alert.name, &group.name),
            origin: alert.origin,
            texts: alert
                .annotations
                .values()
                .chain([&alert.summary])
                .chain(&alert.description)
                .map(String::as_str)
                .collect(),
            records: None,
        },
        Rule::Record(record) => {
            let mut labels = group.labels.clone();
            labels.extend(record.labels.iter().map(|(a, b)| (a.clone(), b.clone())));
            // An SLO is many rules, and one thing to people.
            let subject = match (labels.get("sloth_slo"), labels.get("sloth_service")) {
                (Some(slo), Some(service)) => slos::subject(slo, service),
                _ => Subject::of(Kind::RecordingRule, record.record.as_str(), &group.name),
            };
            Use {
                query,
                subject,
                origin: record.origin,
                texts: vec![],
                records: Some((record.record.as_str(), labels)),
            }
        }
    }
}

fn of_dashboard<'a>(dashboard: &'a Dashboard, uses: &mut Vec<Use<'a>>) {
    let page = is_runbook(dashboard);
    for placed in dashboard.queries() {
        let query = match placed.expression {
            ExpressionRef::Promql(query) => Asked::Promql(query),
            ExpressionRef::Logql(query) => Asked::Other(query.as_str()),
            ExpressionRef::Traceql(query) => Asked::Other(query.as_str()),
            ExpressionRef::ServiceMap(_) | ExpressionRef::Other(_) => continue,
        };
        let of = name(dashboard);
        let subject = match placed.place {
            _ if page => dashboard.subject(),
            Place::Query(panel, _) | Place::Panel(panel) => {
                Subject::of(Kind::Panel, &panel.title, of)
            }
            Place::Variable(variable) => Subject::of(Kind::Variable, &variable.name, of),
            Place::Annotation(one) => Subject::of(Kind::Annotation, &one.name, of),
            Place::Dashboard | Place::Row(_) => Subject::new(Kind::Dashboard, of),
        };
        uses.push(Use {
            query,
            subject,
            origin: placed.origin,
            texts: placed
                .legend
                .into_iter()
                .chain(placed.wanted_label)
                .collect(),
            records: None,
        });
    }
}

/// Who leads to a dashboard: links of dashboards and annotations of alerts.
fn linking(sides: [&read::Found; 2], uid: &str) -> Vec<Touch> {
    let address = format!("/d/{uid}");
    let leads = |text: &str| {
        text.match_indices(&address).any(|(at, _)| {
            let next = text[at + address.len()..].chars().next();
            next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        })
    };
    let mut found = vec![];
    for group in sides.iter().flat_map(|side| &side.groups) {
        for rule in &group.rules {
            if let Rule::Alert(alert) = rule
                && alert.annotations.values().any(|text| leads(text))
            {
                found.push(touch(&of_rule(group, rule), &[]));
            }
        }
    }
    for dashboard in sides.iter().flat_map(|side| &side.dashboards) {
        let texts = dashboard.texts();
        let mut links = texts.iter().filter(|text| text.kind == TextKind::Link);
        if links.any(|text| leads(&text.text)) {
            found.push(Touch {
                subject: dashboard.subject(),
                through: vec![],
                place: place(dashboard.origin),
            });
        }
    }
    found
}
