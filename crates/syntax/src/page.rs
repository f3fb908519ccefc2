//! Trees on as many lines as they need to stay narrow.

use std::fmt::{self, Display, Write};

/// A text of several lines, and the width that it should keep.
#[derive(Clone, Debug)]
pub struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// An empty page, so many characters wide.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    /// Writes behind what is there.
    pub fn put(&mut self, text: impl Display) {
        self.with(|page| write!(page, "{text}"));
    }

    /// Lets a tree write a part of itself behind what is there.
    pub fn with(&mut self, write: impl FnOnce(&mut String) -> fmt::Result) {
        write(&mut self.text).expect("writing to a string does not fail");
    }

    /// Begins a line.
    pub fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.spaces(indent);
    }

    /// Writes so many spaces.
    pub fn spaces(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    /// Whether a text of one line fits behind so many spaces.
    #[must_use]
    pub fn fits(&self, text: &impl Display, indent: usize) -> bool {
        write!(Room(self.width.saturating_sub(indent)), "{text}").is_ok()
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

/// Counts characters and stops with an error when there are too many.
struct Room(usize);

impl Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.chars().count()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn characters_count_not_bytes() {
        let page = Page::new(5);
        assert!(page.fits(&"äöüäö", 0));
        assert!(!page.fits(&"äöüäö", 1));
        assert!(!page.fits(&"x", 9));
    }

    #[test]
    fn lines_are_indented() {
        let mut page = Page::new(80);
        page.put("a (");
        page.line(2);
        page.with(|out| {
            out.push('b');
            Ok(())
        });
        page.put(')');
        assert_eq!(page.into_text(), "a (\n  b)");
    }
}
