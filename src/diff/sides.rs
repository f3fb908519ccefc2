//! The two sides as files. What is the same on both is not read, until somebody asks for what it names.

use std::collections::BTreeMap;

use obsctl_model::TelemetryCatalog;
use regex_automata::meta::Regex;

use crate::parallel;
use crate::read::{self, File, Found, Queries};

/// One of the two states.
#[derive(Debug, Default)]
pub struct Side {
    /// What it is called: `main`, `the working tree`.
    pub name: String,
    /// Its files, by what the same file is called on both sides.
    pub files: BTreeMap<String, Text>,
}

/// A file of a side.
#[derive(Debug)]
pub struct Text {
    /// Its path, as reports show it.
    pub path: &'static str,
    /// What is in it.
    pub text: String,
}

/// What the files of a side hold that are not the same on the other.
#[derive(Debug)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) found: Found,
}

/// The files that are the same on both sides.
#[derive(Debug, Default)]
pub(super) struct Rest {
    unread: Vec<Text>,
    /// What those hold that were read.
    pub(super) found: Found,
}

/// Reads the files that differ.
pub(super) fn read(before: Side, after: Side) -> (State, State, Rest) {
    let mut old = before.files;
    let (mut new, mut rest) = (vec![], vec![]);
    for (key, text) in after.files {
        if old.get(&key).is_some_and(|other| other.text == text.text) {
            old.remove(&key);
            rest.push(text);
        } else {
            new.push(text);
        }
    }
    let old: Vec<_> = old.into_values().collect();
    let queries = Queries::default();
    let state = |name, texts: &[Text]| State {
        name,
        found: all(texts, |file| read::file_sharing(file, &queries)),
    };
    let rest = Rest {
        unread: rest,
        found: Found::default(),
    };
    (state(before.name, &old), state(after.name, &new), rest)
}

fn all(texts: &[Text], read: impl Fn(File<'_>) -> Found + Sync) -> Found {
    let read = parallel::map(texts, |Text { path, text }| read(File { path, text }));
    let mut all = Found::default();
    read.into_iter().for_each(|found| all.append(found));
    all.settle();
    all
}

impl Rest {
    /// Reads the files that hold one of these words, without the settings of panels: nobody is affected by those. Names
    /// of series, alerts and fields stand in files as they are, whatever is escaped around them.
    pub(super) fn read<W: AsRef<str>>(&mut self, words: impl IntoIterator<Item = W>) {
        let words = words.into_iter();
        let words: Vec<_> = words
            .map(|word| regex_syntax::escape(word.as_ref()))
            .collect();
        if words.is_empty() || self.unread.is_empty() {
            return;
        }
        let any = Regex::new(&words.join("|")).ok();
        let holds = |text: &Text| any.as_ref().is_none_or(|any| any.is_match(&text.text));
        let holding = parallel::map(&self.unread, holds);
        let mut holding = holding.into_iter();
        let wanted: Vec<_> = self
            .unread
            .extract_if(.., |_| holding.next() == Some(true))
            .collect();
        let queries = Queries::default();
        let outline = |file: File<'_>| read::outline(file, &queries);
        self.found.append(all(&wanted, outline));
    }
}

impl State {
    /// All its catalogs as one.
    pub(super) fn catalog(&self) -> TelemetryCatalog {
        let mut all = TelemetryCatalog::default();
        for one in &self.found.catalogs {
            all.append(one.clone());
        }
        all
    }

    /// What of it could not be read, in words.
    pub(super) fn unread(&self) -> Option<String> {
        let problems = &self.found.problems;
        let first = problems.first()?;
        let place = first.places.first();
        let place = place.and_then(|place| place.origin.location());
        let at = place.map_or("", |(file, ..)| file);
        let places = match problems.len() {
            1 => "1 place".to_owned(),
            many => format!("{many} places"),
        };
        Some(format!(
            "{places} of {} could not be read and count as absent; the first in {at}: {}",
            self.name, first.message
        ))
    }
}
