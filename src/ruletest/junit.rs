//! JUnit's XML, which every build server shows: a suite for each file, a case for each test.

use super::{FileResult, Summary, TestResult, difference, headline, place, sides};
use crate::diagnostic::Severity;
use crate::diagnostic::render::xml::Xml;

/// The report as XML.
#[must_use]
pub fn junit(files: &[FileResult]) -> String {
    let mut xml = Xml::new();
    open(&mut xml, "testsuites", "obsctl test", files);
    for file in files {
        open(&mut xml, "testsuite", file.path, std::slice::from_ref(file));
        if file.is_broken() {
            broken(&mut xml, file);
        }
        for test in &file.tests {
            case(&mut xml, file.path, test);
        }
        xml.close();
    }
    xml.finish()
}

/// Opens an element that says how many tests are in it.
fn open(xml: &mut Xml, element: &'static str, name: &str, files: &[FileResult]) {
    let Summary {
        passed,
        failed,
        broken,
    } = Summary::of(files);
    let tests = (passed + failed + broken).to_string();
    let (failures, errors) = (failed.to_string(), broken.to_string());
    xml.open(
        element,
        &[
            ("name", name),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
            ("errors", errors.as_str()),
        ],
    );
}

fn broken(xml: &mut Xml, file: &FileResult) {
    let errors = file
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    let lines = errors.map(|problem| {
        let location = problem
            .places
            .first()
            .and_then(|place| place.origin.location());
        let place = location
            .map(|(file, line, _)| format!("{file}:{line}: "))
            .unwrap_or_default();
        format!("{place}{}", problem.message)
    });
    let lines: Vec<_> = lines.collect();
    xml.open(
        "testcase",
        &[("classname", file.path), ("name", "the file can be read")],
    );
    let message = lines.first().map_or("", String::as_str);
    xml.text(
        "error",
        &[("type", "unreadable"), ("message", message)],
        &lines.join("\n"),
    );
    xml.close();
}

fn case(xml: &mut Xml, path: &str, test: &TestResult) {
    let line = test.place.line.to_string();
    let attributes = [
        ("classname", path),
        ("name", test.name.as_str()),
        ("file", path),
        ("line", line.as_str()),
    ];
    if test.passed() {
        return xml.empty("testcase", &attributes);
    }
    xml.open("testcase", &attributes);
    for failure in &test.failures {
        let message = headline(failure);
        let mut text = vec![format!("{path}:{}", place(failure).line), message.clone()];
        if let Some((expected, got)) = sides(failure) {
            let lines = difference(&expected, &got).into_iter();
            text.extend(lines.map(|(sign, line)| format!("{sign} {line}")));
        }
        let attributes = [("type", "failure"), ("message", message.as_str())];
        xml.text("failure", &attributes, &text.join("\n"));
    }
    xml.close();
}
