//! Checkstyle's XML, which reviewdog, Jenkins and most editors read.

use std::collections::BTreeMap;

use super::xml::Xml;
use super::{Source, details, locate};
use crate::diagnostic::{Diagnostic, Severity, identity};

/// Line and column.
type Place = (u32, u32);

/// The report as XML, by file.
#[must_use]
pub fn checkstyle(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    let mut files: BTreeMap<String, Vec<(Option<Place>, &Diagnostic)>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let first = diagnostic.places.first();
        let spot = first.and_then(|place| locate(place.origin, source));
        let (file, place) = match spot {
            Some(spot) => (identity::path(spot.file), Some((spot.line, spot.column))),
            None => (".".to_owned(), None),
        };
        files.entry(file).or_default().push((place, diagnostic));
    }
    let mut xml = Xml::new();
    xml.open("checkstyle", &[("version", "4.3")]);
    for (file, found) in files {
        xml.open("file", &[("name", &file)]);
        for (place, diagnostic) in found {
            error(&mut xml, place, diagnostic, source);
        }
        xml.close();
    }
    xml.finish()
}

fn error(xml: &mut Xml, place: Option<Place>, diagnostic: &Diagnostic, source: Source<'_>) {
    let place = place.map(|(line, column)| (line.to_string(), column.to_string()));
    let mut attributes = vec![];
    if let Some((line, column)) = &place {
        attributes.push(("line", line.as_str()));
        attributes.push(("column", column));
    }
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    let mut message = vec![diagnostic.message.clone()];
    message.extend(details(diagnostic, source));
    let message = message.join("\n");
    let check = format!("obsctl.{}", diagnostic.check);
    attributes.extend([
        ("severity", severity),
        ("message", &message),
        ("source", &check),
    ]);
    xml.empty("error", &attributes);
}
