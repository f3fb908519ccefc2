//! For programs. The form is stable: fields are only added.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Change, Class, Edit, Report, Subject, Touch, What};

/// A difference.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// The version of this form: 1.
    pub version: u32,
    /// What the older side is called.
    pub before: String,
    /// What the newer side is called.
    pub after: String,
    /// How many changes there are of each class.
    pub summary: Summary,
    /// The changes, the worst first.
    pub changes: Vec<Entry>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
}

/// How many changes there are.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// What was built on it no longer works.
    pub breaking: usize,
    /// It works, and says something else.
    pub behaviour: usize,
    /// Something new.
    pub additive: usize,
    /// People see it, engines do not.
    pub cosmetic: usize,
}

/// A change of one definition.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// `breaking`, `behaviour`, `additive` or `cosmetic`: that of the worst detail.
    pub class: &'static str,
    /// What it is: `metric`, `alert`, `recording rule`, `dashboard`, `panel`…
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The group or dashboard it is part of.
    pub of: Option<String>,
    /// Where it was.
    pub before: Option<Spot>,
    /// Where it is.
    pub after: Option<Spot>,
    /// What changed.
    pub details: Vec<Fact>,
    /// What is built on it.
    pub touches: Vec<Touched>,
    /// What was generated from it and changed with it: the rules of an SLO.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<Name>,
}

/// A definition.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Name {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The group or dashboard it is part of.
    pub of: Option<String>,
}

/// A place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Spot {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// One thing that changed.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Fact {
    /// How much it matters.
    pub class: &'static str,
    /// `added`, `removed`, `renamed`, `moved`, `set`, `members`, `settings` or `query`.
    pub change: &'static str,
    /// The property, the list, or which query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The older value, name, place or query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The newer one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Members that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Members that are new, or settings with other values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new: Vec<String>,
    /// The differences between the trees of two queries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<TreeEdit>,
    /// All of it in words.
    pub text: String,
}

/// A difference between two trees.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TreeEdit {
    /// What it is about: `window`, `matcher`, `threshold`…
    pub piece: &'static str,
    /// What stood there; empty where nothing did.
    pub from: String,
    /// What stands there; empty where nothing does.
    pub to: String,
    /// The bytes of `from` in the older query: start, and end behind them.
    pub before: [usize; 2],
    /// The bytes of `to` in the newer query.
    pub after: [usize; 2],
}

/// A definition that is affected.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Touched {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The group or dashboard it is part of.
    pub of: Option<String>,
    /// The recording rules between it and what changed.
    pub through: Vec<String>,
    /// Where it is.
    pub place: Option<Spot>,
}

/// The report as one JSON document.
#[must_use]
pub fn json(report: &Report) -> String {
    let document = Document {
        version: 1,
        before: report.before.clone(),
        after: report.after.clone(),
        summary: Summary {
            breaking: report.count(Class::Breaking),
            behaviour: report.count(Class::Behaviour),
            additive: report.count(Class::Additive),
            cosmetic: report.count(Class::Cosmetic),
        },
        changes: report.changes.iter().map(entry).collect(),
        notes: report.notes.clone(),
    };
    let text = serde_json::to_string_pretty(&document).expect("texts and numbers have a JSON form");
    format!("{text}\n")
}

fn entry(change: &Change) -> Entry {
    let spot = |origin: obsctl_model::Origin| {
        let (file, line, _) = origin.location()?;
        Some(Spot {
            file: file.to_owned(),
            line,
        })
    };
    let details = change.details.iter();
    Entry {
        class: change.class.word(),
        kind: change.subject.kind.word(),
        name: change.subject.name.clone(),
        of: change.subject.of.clone(),
        before: spot(change.before),
        after: spot(change.after),
        details: details
            .map(|detail| Fact {
                class: detail.class.word(),
                text: detail.what.describe(),
                ..fact(&detail.what)
            })
            .collect(),
        touches: change.touches.iter().map(touched).collect(),
        follows: change.follows.iter().map(name).collect(),
    }
}

fn fact(what: &What) -> Fact {
    let none = Fact::default();
    match what {
        What::Added(with) => Fact {
            change: "added",
            what: with.clone(),
            ..none
        },
        What::Removed => Fact {
            change: "removed",
            ..none
        },
        What::Renamed { from } => Fact {
            change: "renamed",
            from: Some(from.clone()),
            ..none
        },
        What::Moved { from, to } => Fact {
            change: "moved",
            from: Some(from.clone()),
            to: Some(to.clone()),
            ..none
        },
        What::Set { what, from, to } => Fact {
            change: "set",
            what: Some(what.clone()),
            from: from.clone(),
            to: to.clone(),
            ..none
        },
        What::Members { what, gone, new } => Fact {
            change: "members",
            what: Some(what.clone()),
            gone: gone.clone(),
            new: new.clone(),
            ..none
        },
        What::Settings(paths) => Fact {
            change: "settings",
            new: paths.clone(),
            ..none
        },
        What::Query {
            of,
            before,
            after,
            edits,
        } => Fact {
            change: "query",
            what: of.clone(),
            from: Some(before.clone()),
            to: Some(after.clone()),
            edits: edits.iter().map(edit).collect(),
            ..none
        },
    }
}

fn edit(edit: &Edit) -> TreeEdit {
    TreeEdit {
        piece: edit.piece.word(),
        from: edit.from.clone(),
        to: edit.to.clone(),
        before: [edit.before.start, edit.before.end],
        after: [edit.after.start, edit.after.end],
    }
}

fn name(subject: &Subject) -> Name {
    Name {
        kind: subject.kind.word(),
        name: subject.name.clone(),
        of: subject.of.clone(),
    }
}

fn touched(touch: &Touch) -> Touched {
    Touched {
        kind: touch.subject.kind.word(),
        name: touch.subject.name.clone(),
        of: touch.subject.of.clone(),
        through: touch.through.clone(),
        place: touch.place.clone().map(|(file, line)| Spot { file, line }),
    }
}
