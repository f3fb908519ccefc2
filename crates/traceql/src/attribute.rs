//! Scopes and intrinsics: their spellings, types and meanings; and which attribute names need quotes.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Attribute, IntrinsicUse};
use crate::types::FieldType;
use crate::variable;

/// Where an attribute is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `.name`: the span's own attributes, then those of its resource.
    Any,
    /// `span.`
    Span,
    /// `resource.`
    Resource,
    /// `event.`
    Event,
    /// `link.`
    Link,
    /// `instrumentation.`
    Instrumentation,
    /// `parent.`: of the parent span, which Tempo reads but does not support.
    Parent,
    /// `parent.span.`
    ParentSpan,
    /// `parent.resource.`
    ParentResource,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::Any,
        Self::Span,
        Self::Resource,
        Self::Event,
        Self::Link,
        Self::Instrumentation,
        Self::Parent,
        Self::ParentSpan,
        Self::ParentResource,
    ];

    /// As it is written, up to the attribute's name.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Any => ".",
            Self::Span => "span.",
            Self::Resource => "resource.",
            Self::Event => "event.",
            Self::Link => "link.",
            Self::Instrumentation => "instrumentation.",
            Self::Parent => "parent.",
            Self::ParentSpan => "parent.span.",
            Self::ParentResource => "parent.resource.",
        }
    }

    /// Whether it asks for the parent span.
    #[must_use]
    pub const fn is_parent(self) -> bool {
        matches!(self, Self::Parent | Self::ParentSpan | Self::ParentResource)
    }

    /// The scope that the text, which begins an attribute, begins with.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let longest = |scope: &Self| scope.prefix().len();
        let scopes = Self::ALL.into_iter();
        scopes
            .filter(|scope| text.starts_with(scope.prefix()))
            .max_by_key(longest)
    }
}

macro_rules! intrinsics {
    ($($(#[doc = $doc:literal])+ $variant:ident $bare:literal $scoped:literal $type:ident;)+) => {
        /// A field that every span, trace, event, link or library has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Intrinsic {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Intrinsic {
            /// Every intrinsic.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The spelling without a scope, where there is one.
            #[must_use]
            pub const fn bare(self) -> Option<&'static str> {
                let text = match self { $(Self::$variant => $bare,)+ };
                if text.is_empty() { None } else { Some(text) }
            }

            /// The spelling with a scope, where there is one. Tempo recommends it.
            #[must_use]
            pub const fn scoped(self) -> Option<&'static str> {
                let text = match self { $(Self::$variant => $scoped,)+ };
                if text.is_empty() { None } else { Some(text) }
            }

            /// The type of its values.
            #[must_use]
            pub const fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$type,)+ }
            }
        }
    };
}

intrinsics! {
    /// How long the span took.
    Duration "duration" "span:duration" Duration;
    /// The span's name.
    Name "name" "span:name" String;
    /// The span's status.
    Status "status" "span:status" Status;
    /// The text of the span's status.
    StatusMessage "statusMessage" "span:statusMessage" String;
    /// The span's kind.
    Kind "kind" "span:kind" Kind;
    /// The span's identifier.
    SpanId "" "span:id" String;
    /// The identifier of the span's parent.
    ParentId "" "span:parentID" String;
    /// How many children the span has.
    ChildCount "" "span:childCount" Int;
    /// The trace's identifier.
    TraceId "" "trace:id" String;
    /// How long the trace took, from its first span to its last.
    TraceDuration "traceDuration" "trace:duration" Duration;
    /// The name of the trace's root span.
    RootName "rootName" "trace:rootName" String;
    /// The service of the trace's root span.
    RootService "rootServiceName" "trace:rootService" String;
    /// The name of an event.
    EventName "" "event:name" String;
    /// How long after the span's start an event was.
    EventTimeSinceStart "" "event:timeSinceStart" Duration;
    /// The span that a link leads to.
    LinkSpanId "" "link:spanID" String;
    /// The trace that a link leads to.
    LinkTraceId "" "link:traceID" String;
    /// The name of the instrumentation library.
    InstrumentationName "" "instrumentation:name" String;
    /// The version of the instrumentation library.
    InstrumentationVersion "" "instrumentation:version" String;
    /// Left end of the span's interval in the nested set of its trace.
    NestedSetLeft "nestedSetLeft" "" Int;
    /// Right end of the span's interval in the nested set of its trace.
    NestedSetRight "nestedSetRight" "" Int;
    /// Left end of the parent's interval; negative for a root.
    NestedSetParent "nestedSetParent" "" Int;
    /// The parent span, which Tempo reads but does not support.
    Parent "parent" "" Nil;
}

impl Intrinsic {
    /// The intrinsic that is spelled so, and whether that is the spelling with a scope.
    #[must_use]
    pub fn find(text: &str) -> Option<(Self, bool)> {
        Self::ALL.iter().find_map(|&intrinsic| {
            let is = |spelling: Option<&str>| spelling == Some(text);
            (is(intrinsic.bare()) || is(intrinsic.scoped()))
                .then(|| (intrinsic, is(intrinsic.scoped())))
        })
    }

    /// Every spelling of every intrinsic.
    pub(crate) fn spellings() -> impl Iterator<Item = &'static str> {
        let all = Self::ALL.iter();
        all.flat_map(|intrinsic| intrinsic.bare().into_iter().chain(intrinsic.scoped()))
    }

    /// As it is written, with its scope or without where there is a choice.
    #[must_use]
    pub fn spelling(self, scoped: bool) -> &'static str {
        let (first, second) = if scoped {
            (self.scoped(), self.bare())
        } else {
            (self.bare(), self.scoped())
        };
        first.or(second).unwrap_or_default()
    }
}

impl Display for IntrinsicUse {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.intrinsic.spelling(self.scoped))
    }
}

impl Display for Attribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.scope.prefix())?;
        if is_bare_name(self.scope, &self.name.text) {
            return f.write_str(&self.name.text);
        }
        f.write_char('"')?;
        for char in self.name.text.chars() {
            if matches!(char, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(char)?;
        }
        f.write_char('"')
    }
}

/// Whether a character is part of an attribute's name without quotes.
pub(crate) fn is_name_char(char: char) -> bool {
    !(char.is_whitespace() || "{}()=~!<>&|^,".contains(char))
}

/// Whether the name can stand without quotes behind the scope.
fn is_bare_name(scope: Scope, name: &str) -> bool {
    let begins_other = match scope {
        // `.5` is a number.
        Scope::Any => name.starts_with(|c: char| c.is_ascii_digit()),
        Scope::Parent => name.starts_with("span.") || name.starts_with("resource."),
        _ => false,
    };
    if name.is_empty() || begins_other || name.contains('"') {
        return false;
    }
    let mut rest = 0;
    for (range, _) in variable::scan(name) {
        if !name[rest..range.start].chars().all(is_name_char) {
            return false;
        }
        rest = range.end;
    }
    name[rest..].chars().all(is_name_char)
}

/// Why the name behind a scope cannot be read, at bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameError {
    Missing,
    Escape(usize),
    Unclosed(usize),
}

/// The name that the text behind a scope stands for, quotes and their escapes resolved.
pub(crate) fn read_name(text: &str) -> Result<String, NameError> {
    if text.is_empty() {
        return Err(NameError::Missing);
    }
    let mut name = String::with_capacity(text.len());
    let mut quoted = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match (char, quoted) {
            ('"', None) => quoted = Some(at),
            ('"', Some(_)) => quoted = None,
            ('\\', Some(_)) => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                _ => return Err(NameError::Escape(at)),
            },
            _ => name.push(char),
        }
    }
    match quoted {
        Some(at) => Err(NameError::Unclosed(at)),
        None => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Name;

    #[test]
    fn names_read_back_whatever_they_are() {
        let names = [
            "a", "a.b-c", "a b", "", "5xx", "a\"b", "a\\b", "é", "${x:csv}", "a${x}.b", "${",
            "span.x",
        ];
        for name in names {
            for scope in Scope::ALL {
                let span = crate::Span::default();
                let text = name.to_owned();
                let attribute = Attribute {
                    scope,
                    name: Name { text, span },
                    span,
                };
                let text = attribute.to_string();
                assert_eq!(Scope::of(&text), Some(scope), "{text}");
                let read = read_name(&text[scope.prefix().len()..]);
                assert_eq!(read.as_deref(), Ok(name), "{text}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_name_has_a_place() {
        assert_eq!(read_name(""), Err(NameError::Missing));
        assert_eq!(read_name(r#"a."b\n""#), Err(NameError::Escape(4)));
        assert_eq!(read_name(r#"a."b"#), Err(NameError::Unclosed(2)));
    }

    #[test]
    fn intrinsics_have_their_spellings() {
        assert_eq!(
            Intrinsic::find("duration"),
            Some((Intrinsic::Duration, false))
        );
        assert_eq!(
            Intrinsic::find("trace:rootService"),
            Some((Intrinsic::RootService, true))
        );
        assert_eq!(Intrinsic::find("childCount"), None);
        for intrinsic in Intrinsic::ALL {
            for scoped in [true, false] {
                let spelling = intrinsic.spelling(scoped);
                assert_eq!(Intrinsic::find(spelling).map(|it| it.0), Some(*intrinsic));
            }
        }
    }
}
