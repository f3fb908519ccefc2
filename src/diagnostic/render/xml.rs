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
    use super::*;

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
}
