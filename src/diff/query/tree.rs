//! A query of any language as one kind of tree, which says what it asks and not how it is written.

use std::cmp::Ordering;
use std::ops::Range;

use super::Piece;

/// A part of a query. Two are equal where they ask the same, wherever they stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    /// Only two of a kind can be compared piece by piece.
    pub(super) kind: &'static str,
    /// What it says, of a part without further parts.
    pub(super) own: String,
    /// What it says beside its parts: in no order, each by what it is about.
    pub(super) facets: Vec<Facet>,
    /// What it is made of.
    pub(super) children: Vec<Node>,
    /// Whether there can be more or fewer children: the stages of a pipeline.
    pub(super) is_list: bool,
    /// What it is called where all of it changed.
    pub(super) piece: Aside<Piece>,
    /// Which member of a list it is: members with one key are the same one that changed.
    pub(super) key: Aside<String>,
    /// Its bytes.
    pub(super) span: Aside<Range<usize>>,
}

/// A property of a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Facet {
    /// What kind of property.
    pub(super) piece: Piece,
    /// What it is about, where there can be several: the label of a matcher.
    pub(super) key: String,
    /// What it says, in a form that is the same however it is written.
    meaning: String,
    /// How it is shown.
    pub(super) text: Aside<String>,
}

/// What belongs to a thing and does not make it another.
#[derive(Clone, Debug)]
pub(super) struct Aside<T>(pub(super) T);

impl<T> PartialEq for Aside<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Aside<T> {}

impl<T> PartialOrd for Aside<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Aside<T> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Node {
    /// A part that is made of others.
    pub(super) fn of(kind: &'static str, span: Range<usize>, children: Vec<Self>) -> Self {
        Self {
            kind,
            own: String::new(),
            facets: vec![],
            children,
            is_list: false,
            piece: Aside(Piece::Part),
            key: Aside(String::new()),
            span: Aside(span),
        }
    }

    /// A part without further parts.
    pub(super) fn leaf(
        kind: &'static str,
        piece: Piece,
        own: impl ToString,
        span: Range<usize>,
    ) -> Self {
        Self {
            own: own.to_string(),
            piece: Aside(piece),
            ..Self::of(kind, span, vec![])
        }
    }

    /// A part that holds any number of others.
    pub(super) fn list(kind: &'static str, span: Range<usize>, children: Vec<Self>) -> Self {
        Self {
            is_list: true,
            ..Self::of(kind, span, children)
        }
    }

    /// As a member of a list.
    pub(super) fn member(mut self, piece: Piece, key: impl ToString) -> Self {
        self.piece = Aside(piece);
        self.key = Aside(key.to_string());
        self
    }

    /// With a property that is said in one way.
    pub(super) fn with(self, piece: Piece, key: &str, text: impl ToString) -> Self {
        let text = text.to_string();
        self.meaning(piece, key, text.clone(), text)
    }

    /// With a property that it need not have.
    pub(super) fn with_some(self, piece: Piece, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.with(piece, "", text),
            None => self,
        }
    }

    /// With a property that can be written in several ways, and what all of them mean.
    pub(super) fn meaning(
        mut self,
        piece: Piece,
        key: &str,
        meaning: String,
        text: impl ToString,
    ) -> Self {
        let facet = Facet {
            piece,
            key: key.to_owned(),
            meaning,
            text: Aside(text.to_string()),
        };
        let at = self.facets.partition_point(|one| *one <= facet);
        self.facets.insert(at, facet);
        self
    }

    /// Whether it has no parts.
    pub(super) const fn is_leaf(&self) -> bool {
        self.facets.is_empty() && self.children.is_empty() && !self.is_list
    }

    /// The part that is this other one, at any depth.
    pub(super) fn find(&self, other: &Self) -> Option<&Self> {
        let below = |child: &'_ Self| child == other;
        let here = self.children.iter().find(|child| below(child));
        here.or_else(|| self.children.iter().find_map(|child| child.find(other)))
    }
}

/// Names in an order of their own, as lists of labels mean them.
pub(super) fn sorted(names: impl Iterator<Item = impl ToString>) -> String {
    let mut names: Vec<_> = names.map(|name| name.to_string()).collect();
    names.sort();
    names.join(",")
}
