//! Fixes of findings put into the texts of files: nothing but the bytes of what is mended changes, and what is not read
//! back exactly as it should be is not done.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use obsctl_model::Origin;

use crate::diagnostic::Edit;
use crate::read::{self, File, Replacement, Text, Unfit};

/// A file with what could be put into it.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// Its text.
    pub text: String,
    /// How many edits are in it.
    pub done: usize,
    /// What could not be done, and why.
    pub refused: Vec<Refused>,
}

/// An edit that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where the text begins that was to be changed.
    pub origin: Origin,
    /// Why.
    pub reason: Reason,
}

/// Why an edit is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The text is not found at its place, or not as it was read.
    Unknown,
    /// Its lines are put together when it is read.
    Folded,
    /// It would become several lines.
    Lines,
    /// The file would hold something else than it should.
    ReadsDifferently,
    /// The file cannot be read, or is not UTF-8.
    Bytes,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "the file is not UTF-8",
            Self::Unknown => "the query is not written there as such (an alias, an anchor, a template)",
            Self::Folded => "the place reaches over lines that YAML puts together: write the query as a block (`|`)",
            Self::Lines => "the query would become several lines: write it as a block (`|`)",
            Self::ReadsDifferently => "what is written there would need other quotes: write the query as a block (`|`)",
        })
    }
}

impl From<Unfit> for Reason {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Unknown => Self::Unknown,
            Unfit::Folded => Self::Folded,
            Unfit::Lines => Self::Lines,
        }
    }
}

/// The invisible mark that editors on Windows put before UTF-8.
pub const MARK: char = '\u{feff}';

/// Puts edits into a file. Of those that overlap the first is done: the others come when the file is checked again.
#[must_use]
pub fn apply(file: File<'_>, edits: &[Edit]) -> Fixed {
    let text = file.text.trim_start_matches(MARK);
    let mark = &file.text[..file.text.len() - text.len()];
    let document = Document::new(File { text, ..file });
    let mut fixed = Fixed::default();
    let (changes, refused) = document.changes(edits);
    fixed.refused = refused;
    let all: Vec<_> = changes.iter().collect();
    let kept = document.fitting(&all);
    let unfit = all
        .iter()
        .filter(|change| !kept.iter().any(|kept| kept.place == change.place));
    fixed.refused.extend(unfit.map(|change| change.refused()));
    fixed.text = match document.with(&kept) {
        Some(text) => {
            fixed.done = kept.iter().map(|change| change.replacements.len()).sum();
            format!("{mark}{text}")
        }
        None => {
            fixed
                .refused
                .extend(kept.iter().map(|change| change.refused()));
            file.text.to_owned()
        }
    };
    fixed
}

/// Where a text begins: line and column.
type Place = (u32, u32);

/// A file and its texts.
#[derive(Debug)]
pub struct Document<'a> {
    file: File<'a>,
    texts: Vec<Text>,
    /// The texts by their places.
    index: BTreeMap<Place, usize>,
}

/// What happens to one text.
#[derive(Debug)]
struct Change {
    origin: Origin,
    /// Where the text is.
    place: Place,
    /// What it then is.
    value: String,
    replacements: Vec<Replacement>,
}

impl Change {
    fn refused(&self) -> Refused {
        Refused {
            origin: self.origin,
            reason: Reason::ReadsDifferently,
        }
    }
}

fn place(origin: Origin) -> Option<Place> {
    let (_, line, column) = origin.location()?;
    Some((line, column))
}

impl<'a> Document<'a> {
    /// Reads a file, which begins with text and no mark of an encoding.
    #[must_use]
    pub fn new(file: File<'a>) -> Self {
        let texts = read::texts(file);
        let mut index = BTreeMap::new();
        let values = texts.iter().enumerate();
        for (number, text) in values.filter(|(_, text)| !text.key && !text.document) {
            if let Some(place) = place(text.origin) {
                index.entry(place).or_insert(number);
            }
        }
        Self { file, texts, index }
    }

    /// The text that an edit is about, and where in it the text of the edit begins.
    fn find(&self, edit: &Edit) -> Option<(usize, usize)> {
        let index = *self.index.get(&place(edit.origin)?)?;
        let value = self.texts[index].value.as_str();
        let mut found = value.match_indices(&edit.text);
        let (offset, _) = found.next()?;
        let alone = value.trim() == edit.text || found.next().is_none();
        (alone && !edit.text.is_empty()).then_some((index, offset))
    }

    /// What an edit changes, as bytes of the file.
    ///
    /// # Errors
    /// Why it cannot be done there.
    pub fn locate(&self, edit: &Edit) -> Result<Replacement, Reason> {
        let (index, offset) = self.find(edit).ok_or(Reason::Unknown)?;
        let range = edit.range.start + offset..edit.range.end + offset;
        Ok(self.texts[index].replace(range, &edit.with)?)
    }

    /// The line and column of a byte, both from 1.
    #[must_use]
    pub fn position(&self, byte: usize) -> Option<(u32, u32)> {
        let before = self.file.text.get(..byte)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        let (lines, columns) = (before.matches('\n').count(), line.chars().count());
        Some((
            u32::try_from(lines + 1).ok()?,
            u32::try_from(columns + 1).ok()?,
        ))
    }

    /// What edits change, text by text.
    fn changes(&self, edits: &[Edit]) -> (Vec<Change>, Vec<Refused>) {
        let mut refused = vec![];
        let mut by_text: BTreeMap<usize, Vec<(Range<usize>, &Edit)>> = BTreeMap::new();
        for edit in edits {
            match self.find(edit) {
                Some((index, offset)) => {
                    let range = edit.range.start + offset..edit.range.end + offset;
                    by_text.entry(index).or_default().push((range, edit));
                }
                None => refused.push(Refused {
                    origin: edit.origin,
                    reason: Reason::Unknown,
                }),
            }
        }
        let mut changes = vec![];
        for (index, mut edits) in by_text {
            edits.sort_by_key(|(range, _)| (range.start, range.end));
            let text = &self.texts[index];
            let (mut value, mut done) = (String::new(), 0);
            let mut replacements = vec![];
            for (range, edit) in &edits {
                if range.start < done {
                    continue;
                }
                let Some(before) = text.value.get(done..range.start) else {
                    continue;
                };
                match text.replace(range.clone(), &edit.with) {
                    Ok(replacement) => {
                        value.push_str(before);
                        value.push_str(&edit.with);
                        done = range.end;
                        replacements.push(replacement);
                    }
                    Err(unfit) => refused.push(Refused {
                        origin: edit.origin,
                        reason: unfit.into(),
                    }),
                }
            }
            value.push_str(&text.value[done..]);
            let Some(place) = place(text.origin) else {
                continue;
            };
            if !replacements.is_empty() {
                changes.push(Change {
                    origin: text.origin,
                    place,
                    value,
                    replacements,
                });
            }
        }
        (changes, refused)
    }

    /// Those of the changes with which the file is read as it should.
    fn fitting<'c>(&self, changes: &[&'c Change]) -> Vec<&'c Change> {
        if changes.is_empty() || self.with(changes).is_some() {
            return changes.to_vec();
        }
        if changes.len() == 1 {
            return vec![];
        }
        let (first, second) = changes.split_at(changes.len() / 2);
        [self.fitting(first), self.fitting(second)].concat()
    }

    /// The file with these changes; none where it would not be read as it should.
    fn with(&self, changes: &[&Change]) -> Option<String> {
        let mut all: Vec<_> = changes.iter().flat_map(|one| &one.replacements).collect();
        all.sort_by_key(|one| one.range.start);
        let (mut text, mut done) = (String::new(), 0);
        for one in all {
            text.push_str(self.file.text.get(done..one.range.start)?);
            text.push_str(&one.with);
            done = one.range.end;
        }
        text.push_str(self.file.text.get(done..)?);
        let values: BTreeMap<_, _> = changes.iter().map(|one| (one.place, &one.value)).collect();
        let read = read::texts(File {
            text: &text,
            ..self.file
        });
        let same = |before: &Text, after: &Text| {
            let place = place(before.origin).filter(|_| !before.key);
            let expected = place.and_then(|place| values.get(&place).copied());
            (before.depth, before.key, before.document) == (after.depth, after.key, after.document)
                && (before.document || *expected.unwrap_or(&before.value) == after.value)
        };
        let as_expected = read.len() == self.texts.len()
            && self
                .texts
                .iter()
                .zip(&read)
                .all(|(before, after)| same(before, after));
        as_expected.then_some(text)
    }
}

#[cfg(test)]
mod tests;
