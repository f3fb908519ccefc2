//! Why a command could not do its work, and what to do about it. What is wrong in definitions is never an
//! error: it is a [`Diagnostic`](crate::diagnostic::Diagnostic).

use std::io;

use crate::diagnostic::nearest;
use crate::policy::Problem;

/// The command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error("failed to read `{path}`")]
    Read { path: String, source: io::Error },
    #[error("failed to write `{path}`")]
    Write { path: String, source: io::Error },
    #[error("`{0}` is a file where a folder is needed")]
    FileInTheWay(String),
    #[error("`{0}` is a folder where a file is needed")]
    FolderInTheWay(String),
    #[error("`{0}` is read-only")]
    ReadOnly(String),
    #[error("failed to replace `{path}` after {done} of {all} files were replaced")]
    Replace {
        path: String,
        done: usize,
        all: usize,
        source: io::Error,
    },
    #[error("failed to remove `{path}`")]
    Remove { path: String, source: io::Error },
    #[error(
        "failed to read `{path}`: line {line} names `{entry}`, which is in no generated folder"
    )]
    Manifest {
        path: &'static str,
        line: usize,
        entry: String,
    },
    #[error("no {what} is called `{name}`")]
    UnknownName {
        what: String,
        name: String,
        hint: String,
    },
    #[error("there is no file `{path}`")]
    Missing { path: String, hint: &'static str },
    #[error("`{path}`, {problem}")]
    Unusable { path: String, problem: Problem },
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    #[error("`--{flag}` is {reason}")]
    Address { flag: &'static str, reason: String },
    #[error("nothing was verified")]
    NothingVerified,
    #[error("failed to print")]
    Print(#[from] io::Error),
}

impl CommandError {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<&str> {
        match self {
            Self::Write { source, .. } => Some(match source.kind() {
                io::ErrorKind::StorageFull
                | io::ErrorKind::FileTooLarge
                | io::ErrorKind::QuotaExceeded => "no file was changed; make room and run it again",
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "no file was changed; make the folder writable, or choose another one with `--out`"
                }
                _ => "no file was changed",
            }),
            Self::FileInTheWay(_) | Self::FolderInTheWay(_) => {
                Some("no file was changed; move it away, or choose another folder with `--out`")
            }
            Self::ReadOnly(_) => Some("no file was changed; make it writable"),
            Self::Replace { .. } => {
                Some("every file is whole, old or new; run it again to replace the others")
            }
            Self::Remove { .. } => Some("all generated files were written; remove it by hand"),
            Self::Manifest { .. } => Some(
                "restore it from version control, or delete it: then files that are generated no longer are not removed",
            ),
            Self::UnknownName { hint, .. } => Some(hint),
            Self::Missing { hint, .. } => Some(hint),
            Self::Unusable { problem, .. } => Some(problem.fix()),
            Self::Obstacle(obstacle) => Some(&obstacle.help),
            Self::NothingVerified => Some(
                "`--only` and `--skip` take the beginnings of ids: `rules`, `targets/api`, `queries/overview`",
            ),
            Self::Address { .. } | Self::Read { .. } | Self::Print(_) => None,
        }
    }

    /// A name that is none of those that are known: the nearest is suggested.
    pub(super) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let hint = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are `{}`", known.collect::<Vec<_>>().join("`, `")),
        };
        Self::UnknownName {
            what: what.to_owned(),
            name: name.to_owned(),
            hint,
        }
    }

    /// Whether the reader of the report has gone away, which is no error.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Print(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Something outside of obsctl that is in the way: a program, a server, a port.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct Obstacle {
    what: String,
    help: String,
    source: Option<io::Error>,
}

impl Obstacle {
    /// What is in the way, and what to do about it.
    pub(super) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
            source: None,
        }
    }

    /// Why.
    pub(super) fn because(self, source: io::Error) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }
}
