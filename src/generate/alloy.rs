//! Alloy's configuration syntax as values: blocks with attributes, printed as `alloy fmt` prints them.

use std::fmt::{self, Write as _};

use super::header;

/// The right side of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    String(String),
    /// True or false.
    Bool(bool),
    /// What another component exports: `loki.write.default.receiver`.
    Reference(String),
    /// A list, on one line.
    List(Vec<Self>),
    /// An object, a line for each key.
    Object(Vec<(String, Self)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// What another component exports.
#[must_use]
pub fn reference(name: impl Into<String>) -> Value {
    Value::Reference(name.into())
}

/// The value of an environment variable when the collector starts.
#[must_use]
pub fn environment_variable(name: &str) -> Value {
    Value::Reference(format!("sys.env(\"{name}\")"))
}

/// A list of what other components export.
#[must_use]
pub fn references<const N: usize>(names: [&str; N]) -> Value {
    Value::List(names.map(reference).to_vec())
}

/// A list of texts.
#[must_use]
pub fn strings<const N: usize>(texts: [&str; N]) -> Value {
    Value::List(texts.map(Value::from).to_vec())
}

/// A block: a component with a label, or a part of one without.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    name: String,
    label: Option<String>,
    comment: Option<String>,
    attributes: Vec<(String, Value)>,
    blocks: Vec<Self>,
}

impl Block {
    /// A part of a component: `output { … }`.
    #[must_use]
    pub fn part(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: None,
            comment: None,
            attributes: vec![],
            blocks: vec![],
        }
    }

    /// A component: `loki.write "default" { … }`.
    #[must_use]
    pub fn component(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            label: Some(label.into()),
            ..Self::part(name)
        }
    }

    /// Says what it is for, above it.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds a block inside, after the attributes.
    #[must_use]
    pub fn block(mut self, block: Self) -> Self {
        self.blocks.push(block);
        self
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        if let Some(comment) = &self.comment {
            indent(f, depth)?;
            writeln!(f, "// {comment}")?;
        }
        indent(f, depth)?;
        f.write_str(&self.name)?;
        if let Some(label) = &self.label {
            write!(f, " \"{label}\"")?;
        }
        if self.attributes.is_empty() && self.blocks.is_empty() {
            return f.write_str(" { }\n");
        }
        f.write_str(" {\n")?;
        let width = self.attributes.iter().map(|(name, _)| name.len()).max();
        for (name, value) in &self.attributes {
            indent(f, depth + 1)?;
            write!(f, "{name:<width$} = ", width = width.unwrap_or(0))?;
            value.print(f, depth + 1)?;
            f.write_char('\n')?;
        }
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 || !self.attributes.is_empty() {
                f.write_char('\n')?;
            }
            block.print(f, depth + 1)?;
        }
        indent(f, depth)?;
        f.write_str("}\n")
    }
}

impl Value {
    fn print(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::String(text) => quote(f, text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Reference(name) => f.write_str(name),
            Self::List(values) => {
                f.write_char('[')?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    value.print(f, depth)?;
                }
                f.write_char(']')
            }
            Self::Object(fields) if fields.is_empty() => f.write_str("{}"),
            Self::Object(fields) => {
                let keys: Vec<_> = fields.iter().map(|(name, _)| key(name)).collect();
                let width = keys.iter().map(String::len).max().unwrap_or(0);
                f.write_str("{\n")?;
                for (name, (_, value)) in keys.iter().zip(fields) {
                    indent(f, depth + 1)?;
                    write!(f, "{name:<width$} = ")?;
                    value.print(f, depth + 1)?;
                    f.write_str(",\n")?;
                }
                indent(f, depth)?;
                f.write_char('}')
            }
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0)
    }
}

/// A configuration file of these components, under our header.
#[must_use]
pub fn document(blocks: &[Block]) -> String {
    let mut text = header::SLASHES.to_owned();
    for block in blocks {
        let _ = write!(text, "\n{block}");
    }
    text
}

fn indent(f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
    for _ in 0..depth {
        f.write_char('\t')?;
    }
    Ok(())
}

/// The key of an object: a name as it is, anything else in quotes.
fn key(name: &str) -> String {
    let mut text = String::new();
    if is_identifier(name) {
        text.push_str(name);
    } else {
        let _ = quote(&mut text, name);
    }
    text
}

/// Whether a text can stand without quotes, as a key here and in a JMESPath expression.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A text in double quotes; the escapes are Go's.
fn quote(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_print_as_alloy_formats_them() {
        let block = Block::component("loki.process", "json")
            .comment("Reads lines.")
            .set("forward_to", references(["loki.write.default.receiver"]))
            .set("on", true)
            .block(Block::part("stage.json").set(
                "expressions",
                Value::Object(vec![
                    ("level".to_owned(), "level".into()),
                    ("id".to_owned(), "a\"\\b\n".into()),
                    ("a.b".to_owned(), "x".into()),
                ]),
            ))
            .block(Block::part("grpc"));
        let expected = "// Reads lines.
loki.process \"json\" {
\tforward_to = [loki.write.default.receiver]
\ton         = true

\tstage.json {
\t\texpressions = {
\t\t\tlevel = \"level\",
\t\t\tid    = \"a\\\"\\\\b\\n\",
\t\t\t\"a.b\" = \"x\",
\t\t}
\t}

\tgrpc { }
}
";
        assert_eq!(block.to_string(), expected);
        assert_eq!(
            document(&[block]),
            format!("{}\n{expected}", header::SLASHES)
        );
    }
}
