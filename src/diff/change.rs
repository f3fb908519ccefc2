//! A change as data: renderers decide how it looks.

use std::fmt;

use obsctl_model::Origin;

use super::Edit;

/// How much a change matters, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What was built on it no longer works.
    Breaking,
    /// It works, and says something else: other alerts fire, other numbers are shown.
    Behaviour,
    /// Something new that nothing depends on yet.
    Additive,
    /// People see it, engines do not.
    Cosmetic,
}

impl Class {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [
        Self::Breaking,
        Self::Behaviour,
        Self::Additive,
        Self::Cosmetic,
    ];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Behaviour => "behaviour",
            Self::Additive => "additive",
            Self::Cosmetic => "cosmetic",
        }
    }
}

/// What kind of thing a definition is, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the things' own names")]
pub enum Kind {
    Metric,
    LogEvent,
    LogField,
    StreamLabel,
    Span,
    Alert,
    Slo,
    RecordingRule,
    RuleGroup,
    Route,
    Receiver,
    Inhibition,
    MuteTime,
    Runbook,
    Dashboard,
    Panel,
    Variable,
    Annotation,
    Test,
}

impl Kind {
    /// Its word, in the singular.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::LogEvent => "log event",
            Self::LogField => "log field",
            Self::StreamLabel => "stream label",
            Self::Span => "span",
            Self::Alert => "alert",
            Self::Slo => "SLO",
            Self::RecordingRule => "recording rule",
            Self::RuleGroup => "rule group",
            Self::Route => "route",
            Self::Receiver => "receiver",
            Self::Inhibition => "inhibition",
            Self::MuteTime => "mute time",
            Self::Runbook => "runbook",
            Self::Dashboard => "dashboard",
            Self::Panel => "panel",
            Self::Variable => "variable",
            Self::Annotation => "annotation",
            Self::Test => "test",
        }
    }
}

/// A definition by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// What it is part of: a rule's group, a panel's dashboard.
    pub of: Option<String>,
    /// Its name.
    pub name: String,
}

impl Subject {
    pub(super) fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            of: None,
            name: name.into(),
        }
    }

    pub(super) fn of(kind: Kind, name: impl Into<String>, of: impl Into<String>) -> Self {
        Self {
            of: Some(of.into()),
            ..Self::new(kind, name)
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind.word(), self.name)?;
        let whole = match self.kind {
            Kind::Alert | Kind::RecordingRule => "group",
            Kind::Slo => "service",
            _ => "dashboard",
        };
        match &self.of {
            Some(of) => write!(f, " of {whole} `{of}`"),
            None => Ok(()),
        }
    }
}

/// What changed about one definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The definition, by its newer name.
    pub subject: Subject,
    /// The worst of its details.
    pub class: Class,
    /// What changed.
    pub details: Vec<Detail>,
    /// Where it was.
    pub before: Origin,
    /// Where it is.
    pub after: Origin,
    /// What is built on it and affected.
    pub touches: Vec<Touch>,
    /// What was generated from it and changed with it.
    pub follows: Vec<Subject>,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// How much it matters.
    pub class: Class,
    /// What it is.
    pub what: What,
}

/// What can change.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It is new; with what it holds.
    Added(Option<String>),
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed {
        /// The older name.
        from: String,
    },
    /// It stands elsewhere.
    Moved {
        /// Where it was.
        from: String,
        /// Where it is.
        to: String,
    },
    /// A property has another value.
    Set {
        /// The property, in words.
        what: String,
        /// Its value before; nothing where it had none.
        from: Option<String>,
        /// Its value now; nothing where it has none.
        to: Option<String>,
    },
    /// A list has other members.
    Members {
        /// The list, in words: what one member is called.
        what: String,
        /// Those that are gone.
        gone: Vec<String>,
        /// Those that are new.
        new: Vec<String>,
    },
    /// Many settings have other values: their paths.
    Settings(Vec<String>),
    /// A query asks something else.
    Query {
        /// Which one, where there are several.
        of: Option<String>,
        /// The text before.
        before: String,
        /// The text now.
        after: String,
        /// The differences between the two trees; none where they could not be read.
        edits: Vec<Edit>,
    },
}

/// A definition that is affected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The definition.
    pub subject: Subject,
    /// The recording rules between it and what changed, the nearest to what changed first.
    pub through: Vec<String>,
    /// Where it stands.
    pub place: Option<(String, u32)>,
}

impl Detail {
    pub(super) const fn new(class: Class, what: What) -> Self {
        Self { class, what }
    }

    /// A property that has another value.
    pub(super) fn set(
        class: Class,
        what: impl Into<String>,
        from: Option<String>,
        to: Option<String>,
    ) -> Self {
        let what = what.into();
        Self::new(class, What::Set { what, from, to })
    }
}

impl What {
    /// In words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Added(None) => "is new".to_owned(),
            Self::Added(Some(with)) => format!("is new, with {with}"),
            Self::Removed => "is gone".to_owned(),
            Self::Renamed { from } => format!("was named `{from}`"),
            Self::Moved { from, to } => format!("moved from {from} to {to}"),
            Self::Set { what, from, to } => match (from, to) {
                (None, Some(to)) => format!("{what} {} is new", code(to)),
                (Some(from), None) => format!("{what} {} is gone", code(from)),
                (from, to) => {
                    let side = |text: &Option<String>| code(text.as_deref().unwrap_or_default());
                    format!("{what} {} → {}", side(from), side(to))
                }
            },
            Self::Members { what, gone, new } => {
                let part = |all: &[String], how: &str| match all {
                    [] => None,
                    all => Some(format!("{} {how}", listed(all))),
                };
                let parts = [part(gone, "gone"), part(new, "new")];
                let parts: Vec<_> = parts.into_iter().flatten().collect();
                format!("{what} {}", parts.join(", "))
            }
            Self::Settings(paths) => format!("settings changed: {}", listed(paths)),
            Self::Query { of, edits, .. } => {
                let of = of
                    .as_ref()
                    .map_or("query".to_owned(), |of| format!("query {of}"));
                match edits.is_empty() {
                    true => format!("{of} is another"),
                    false => {
                        let edits: Vec<_> = edits.iter().map(ToString::to_string).collect();
                        format!("{of}: {}", edits.join("; "))
                    }
                }
            }
        }
    }
}

/// How many members of a list are named.
const LISTED: usize = 8;

fn listed(all: &[String]) -> String {
    let shown: Vec<_> = all.iter().take(LISTED).map(|one| code(one)).collect();
    let more = match all.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// A value on one line, not longer than it can be read.
pub(super) fn code(text: &str) -> String {
    const LONGEST: usize = 100;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    };
    // LogQL has backticks of its own.
    if shown.contains('`') {
        format!("`` {shown} ``")
    } else {
        format!("`{shown}`")
    }
}

impl Change {
    /// A change as bad as its worst detail.
    pub(super) fn new(
        subject: Subject,
        details: Vec<Detail>,
        before: Origin,
        after: Origin,
    ) -> Self {
        let classes = details.iter().map(|detail| detail.class);
        Self {
            subject,
            class: classes.min().unwrap_or(Class::Cosmetic),
            details,
            before,
            after,
            touches: vec![],
            follows: vec![],
        }
    }

    /// Its older name, where it has another.
    pub(super) fn was(&self) -> Option<&str> {
        self.details.iter().find_map(|detail| match &detail.what {
            What::Renamed { from } => Some(from.as_str()),
            _ => None,
        })
    }

    /// Where it stands; what is gone, where it was.
    #[must_use]
    pub fn place(&self) -> Option<(&'static str, u32)> {
        let place = self.after.location().or_else(|| self.before.location());
        place.map(|(file, line, _)| (file, line))
    }
}
