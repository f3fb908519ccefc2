//! What the XML formats share: elements whose attributes and texts are always escaped.

use std::fmt::Write as _;

/// An XML document that grows by elements.
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(crate) fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            open: vec![],
        }
    }

    /// Opens an element; [`Xml::close`] ends it.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Ends the element that was opened last.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// An element without anything in it.
    pub(crate) fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        let _ = writeln!(self.text, ">{}</{name}>", escaped(text, false));
    }

    /// The document.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"{}\"", escaped(value, true));
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }
}

/// A text as XML 1.0 can hold it. Line ends of attributes are written as references: as themselves they would
/// be read as spaces.
fn escaped(text: &str, attribute: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' if attribute => result.push_str("&quot;"),
            '\n' if attribute => result.push_str("&#10;"),
            '\t' if attribute => result.push_str("&#9;"),
            '\r' => result.push_str("&#13;"),
            '\n' | '\t' => result.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => result.push('\u{fffd}'),
            _ => result.push(c),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use obsctl_model::Origin;
    use proptest::prelude::*;
    use roxmltree::{Document, Node};

    use super::super::{Rule, checkstyle, junit};
    use super::*;
    use crate::diagnostic::{Diagnostic, Severity};

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        let wild = "a < b && c > \"d\"\n\t\r\u{1b}[1m\u{ffff}é]]>";
        assert_eq!(
            escaped(wild, true),
            "a &lt; b &amp;&amp; c &gt; &quot;d&quot;&#10;&#9;&#13;\u{fffd}[1m\u{fffd}é]]&gt;"
        );
        assert_eq!(
            escaped(wild, false),
            "a &lt; b &amp;&amp; c &gt; \"d\"\n\t&#13;\u{fffd}[1m\u{fffd}é]]&gt;"
        );
    }

    /// Texts of what XML, or those who read it, take for something else.
    fn wild() -> impl Strategy<Value = String> {
        const MARKS: &str = "< > & \" ' = / ]]> <![CDATA[ <!-- --> <?x ?> &amp; &#0; \r\n";
        const CHARS: &[char] = &[
            '\u{7f}',
            '\u{85}',
            '\u{2028}',
            '\u{feff}',
            '\u{fffd}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1ffff}',
        ];
        let marks: Vec<_> = MARKS.split(' ').map(str::to_owned).collect();
        let control = proptest::char::range('\0', ' ');
        let one = prop_oneof![control, proptest::sample::select(CHARS), any::<char>()];
        let part = prop_oneof![proptest::sample::select(marks), one.prop_map(String::from)];
        proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    /// What XML 1.0 can hold of a text.
    fn held(text: &str) -> String {
        let can = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..);
        let held = text.chars().map(|c| match c {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c if can(&c) => c,
            _ => '\u{fffd}',
        });
        held.collect()
    }

    fn named<'x>(document: &'x Document<'_>, name: &str) -> Vec<Node<'x, 'x>> {
        let nodes = document.descendants();
        nodes.filter(|node| node.has_tag_name(name)).collect()
    }

    proptest! {
        #[test]
        fn what_is_written_into_xml_is_read_from_it(attribute in wild(), text in wild()) {
            let mut xml = Xml::new();
            xml.open("a", &[("b", &attribute)]);
            xml.text("c", &[("d", &text)], &text);
            xml.empty("e", &[("f", &attribute)]);
            let xml = xml.finish();
            let read = Document::parse(&xml).unwrap();
            let value = |name: &str, of: &str| named(&read, name)[0].attribute(of).map(str::to_owned);
            prop_assert_eq!(value("a", "b"), Some(held(&attribute)));
            prop_assert_eq!(value("e", "f"), Some(held(&attribute)));
            prop_assert_eq!(value("c", "d"), Some(held(&text)));
            prop_assert_eq!(named(&read, "c")[0].text().unwrap_or_default(), held(&text));
        }

        #[test]
        fn reports_in_xml_are_whole_whatever_findings_say(
            [subject, message, note, help, path] in [wild(), wild(), wild(), wild(), wild()]
        ) {
            let origin = Origin::at(path.clone().leak(), 3, 7);
            let found = |severity| Diagnostic {
                check: "unknown-metric",
                severity,
                ..Diagnostic::new(subject.clone(), origin, message.clone())
                    .underline(&note, 0..note.len(), &note)
                    .also(origin, &note)
                    .help(help.clone())
            };
            let found = [found(Severity::Error), found(Severity::Note)];
            let (name, message_held) = (held(&format!("{subject}: {message}")), held(&message));

            let rules = ["unknown-metric", "up", "down"].map(|name| Rule {
                name,
                summary: &note,
                docs: &help,
                severity: Severity::Error,
            });
            let xml = junit(&found, &|_| None, &rules, Some(Severity::Warning));
            let read = Document::parse(&xml).unwrap();
            let cases = named(&read, "testcase");
            prop_assert_eq!(cases.len(), 4);
            prop_assert_eq!(cases[0].attribute("name"), Some(name.as_str()));
            let failures = named(&read, "failure");
            prop_assert_eq!(failures.len(), 1);
            prop_assert_eq!(failures[0].attribute("message"), Some(message_held.as_str()));

            let xml = checkstyle(&found, &|_| None);
            let read = Document::parse(&xml).unwrap();
            prop_assert_eq!(named(&read, "file").len(), 1);
            let errors = named(&read, "error");
            prop_assert_eq!(errors.len(), 2);
            let said = errors[0].attribute("message").unwrap_or_default();
            prop_assert!(said.starts_with(&message_held), "{said}");
        }
    }
}
