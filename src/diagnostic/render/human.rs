//! For a person at a terminal, as rustc does it. The only file that knows the drawing library.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Level, Origin as Header, Renderer, Snippet,
};

use super::{Source, Spot, count, locate};
use crate::diagnostic::{Diagnostic, Place, Severity};

/// How a report is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether with colours.
    pub color: bool,
    /// Columns of the terminal: longer lines are cut around what is underlined.
    pub width: usize,
    /// Whether files and line numbers are shown; documentation leaves them out.
    pub places: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 140,
            places: true,
        }
    }
}

/// All findings with a blank line between them, each with its line end.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], source: Source<'_>, style: Style) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width);
    let mut text = String::new();
    for diagnostic in diagnostics {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&one(diagnostic, source, style, &renderer));
        text.push('\n');
    }
    text
}

/// The last line: `2 errors, 1 warning`.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let parts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (count(diagnostics, severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if parts.is_empty() {
        "nothing found".to_owned()
    } else {
        parts.join(", ")
    }
}

fn one(diagnostic: &Diagnostic, source: Source<'_>, style: Style, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(diagnostic.message.as_str());
    // What no check found has no page either.
    if !diagnostic.check.is_empty() {
        title = title.id(diagnostic.check);
    }
    let mut group = title.elements(Vec::<Element<'_>>::new());
    for (index, place) in diagnostic.places.iter().enumerate() {
        if index > 0 && shares_snippet(diagnostic, place) {
            continue;
        }
        let spot = locate(place.origin, source);
        let shown = || spot?.shown(source);
        for element in elements(place, spot, shown, index == 0, diagnostic, style) {
            group = group.element(element);
        }
    }
    group = group.element(
        Level::NOTE
            .with_name("in")
            .message(diagnostic.subject.as_str()),
    );
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The files of examples in documentation, which have no place of their own.
const EXAMPLE: &str = "definitions.rs";
const CATALOG: &str = "metrics.rs";

fn elements<'a>(
    place: &'a Place,
    spot: Option<Spot>,
    shown: impl Fn() -> Option<(String, Range<usize>)>,
    primary: bool,
    diagnostic: &'a Diagnostic,
    style: Style,
) -> Vec<Element<'a>> {
    let kind = if primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let file = match spot {
        Some(spot) if style.places => Some(spot.file),
        Some(_) if place.origin.anchor().is_some() => Some(CATALOG),
        Some(_) => Some(EXAMPLE),
        None => None,
    };
    let line = match spot {
        Some(spot) if style.places => spot.line as usize,
        _ => 1,
    };
    if let Some((text, range)) = &place.text {
        let path = file.unwrap_or(&diagnostic.subject);
        let mut marks = vec![mark(text, range, kind, &place.note)];
        if primary {
            for further in &diagnostic.places[1..] {
                if let Some((_, range)) = &further.text
                    && shares_snippet(diagnostic, further)
                {
                    marks.push(mark(text, range, AnnotationKind::Context, &further.note));
                }
            }
        }
        return vec![snippet(text.clone(), marks, path, line)];
    }
    let Some(file) = file else {
        return note(place);
    };
    let column = spot.map_or(1, |spot| spot.column as usize);
    let quoted = || {
        let anchor = format!("\"{}\"", place.origin.anchor()?);
        let range = 0..anchor.len();
        Some((anchor, range))
    };
    match shown().or_else(quoted) {
        Some((text, range)) => {
            let marks = vec![mark(&text, &range, kind, &place.note)];
            vec![snippet(text, marks, file, line)]
        }
        None => {
            let header = Header::path(file);
            let header = if style.places {
                header.line(line).char_column(column)
            } else {
                header
            };
            let mut all = vec![Element::from(header)];
            all.extend(note(place));
            all
        }
    }
}

/// What is said about a place that cannot be shown.
fn note(place: &Place) -> Vec<Element<'_>> {
    if place.note.is_empty() {
        return vec![];
    }
    vec![Level::NOTE.message(place.note.as_str()).into()]
}

/// Whether a place is in the same text as the primary one, and is underlined there.
fn shares_snippet(diagnostic: &Diagnostic, place: &Place) -> bool {
    let primary = diagnostic.places.first();
    let texts =
        primary.and_then(|primary| Some((primary, primary.text.as_ref()?, place.text.as_ref()?)));
    texts.is_some_and(|(primary, (theirs, _), (own, _))| {
        primary.origin.location() == place.origin.location() && theirs == own
    })
}

fn snippet<'a>(
    text: String,
    marks: Vec<Annotation<'a>>,
    path: &'a str,
    line: usize,
) -> Element<'a> {
    Snippet::source(text)
        .path(path)
        .line_start(line)
        .annotations(marks)
        .into()
}

fn mark<'a>(
    text: &str,
    range: &Range<usize>,
    kind: AnnotationKind,
    note: &'a str,
) -> Annotation<'a> {
    let end = floor(text, range.end);
    let start = floor(text, range.start.min(end));
    kind.span(start..end)
        .label((!note.is_empty()).then_some(note))
}

/// The last boundary between characters up to `index`.
fn floor(text: &str, index: usize) -> usize {
    (0..=index.min(text.len()))
        .rev()
        .find(|index| text.is_char_boundary(*index))
        .unwrap_or(0)
}
