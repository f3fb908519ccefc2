//! Labels and the values they can have.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ExposedName;

/// A label of a metric: its name and what its values can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelDef {
    /// The name.
    pub name: ExposedName,
    /// The values.
    pub domain: Domain,
}

/// What the values of a label can be: what makes "this value does not exist" and "this many series"
/// answerable before any data exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Domain {
    /// Exactly these.
    Values(Vec<String>),
    /// Everything that matches a regular expression (RE2, anchored).
    #[serde(rename_all = "snake_case")]
    Pattern {
        /// The expression.
        regex: String,
        /// How many values there are at most.
        at_most: u32,
        /// One of them.
        example: String,
    },
    /// Not known beforehand, but at most so many (route templates, queues).
    Bounded {
        /// How many values there are at most.
        at_most: u32,
        /// One of them.
        example: String,
    },
    /// Grows with the business (tenants): a budget says how many are affordable.
    Unbounded {
        /// How many values are affordable.
        budget: u32,
        /// One of them.
        example: String,
    },
    /// Nobody said: of metrics that were read, not declared.
    Unknown,
}

impl Domain {
    /// How many values there can be; one where nobody said.
    #[must_use]
    pub fn size(&self) -> u32 {
        match self {
            Self::Values(values) => u32::try_from(values.len()).unwrap_or(u32::MAX),
            Self::Pattern { at_most, .. } | Self::Bounded { at_most, .. } => *at_most,
            Self::Unbounded { budget, .. } => *budget,
            Self::Unknown => 1,
        }
    }

    /// One value, for tests and examples.
    #[must_use]
    pub fn example(&self) -> &str {
        match self {
            Self::Values(values) => values.first().map_or("", String::as_str),
            Self::Pattern { example, .. }
            | Self::Bounded { example, .. }
            | Self::Unbounded { example, .. } => example,
            Self::Unknown => "",
        }
    }
}

/// A Rust type whose values are a label's values. Made with [`labels!`](crate::labels).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a label type",
    note = "declare it with `labels! {{ pub enum {Self} {{ … }} }}`, or as `bounded`, `pattern` or `unbounded`"
)]
pub trait LabelValue: Clone {
    /// What the values can be.
    fn domain() -> Domain;
    /// This value as text; borrowed, where it need not be made.
    fn text(&self) -> Cow<'_, str>;
}

/// A label of metric `M` whose values are `D`: the handle queries are built with.
#[derive(Debug)]
pub struct Label<M, D> {
    name: &'static str,
    of: PhantomData<fn() -> (M, D)>,
}

impl<M, D> Clone for Label<M, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, D> Copy for Label<M, D> {}

impl<M, D> Label<M, D> {
    /// The handle of the label `name`; [`metrics!`](crate::metrics) makes these.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
        }
    }

    /// The label's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// Declares label types.
///
/// ```
/// obsctl_model::labels! {
///     /// HTTP methods the API serves.
///     pub enum HttpMethod { Get = "GET", Post = "POST" }
///     /// HTTP status codes.
///     pub pattern StatusCode = "[1-5][0-9][0-9]", at_most 60, like "200";
///     /// Route templates, never raw paths.
///     pub bounded Route, at_most 40, like "/api/v1/connections";
///     /// Customers.
///     pub unbounded TenantId, budget 500, like "acme";
/// }
/// use obsctl_model::LabelValue;
/// assert_eq!(HttpMethod::Post.text(), "POST");
/// assert_eq!(Route::domain().size(), 40);
/// ```
#[macro_export]
macro_rules! labels {
    () => {};
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident { $($variant:ident = $text:literal),+ $(,)? } $($rest:tt)*) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name { $(#[doc = concat!("`", $text, "`")] $variant),+ }
        impl $crate::LabelValue for $name {
            fn domain() -> $crate::Domain {
                $crate::Domain::Values(vec![$($text.to_owned()),+])
            }
            fn text(&self) -> ::std::borrow::Cow<'_, str> {
                match self { $(Self::$variant => $text.into()),+ }
            }
        }
        $crate::labels! { $($rest)* }
    };
    ($(#[doc = $doc:literal])* $vis:vis pattern $name:ident = $regex:literal, at_most $at_most:literal, like $example:literal; $($rest:tt)*) => {
        $crate::labels! { @text $(#[doc = $doc])* $vis $name,
            $crate::Domain::Pattern { regex: $regex.to_owned(), at_most: $at_most, example: $example.to_owned() } }
        $crate::labels! { $($rest)* }
    };
    ($(#[doc = $doc:literal])* $vis:vis bounded $name:ident, at_most $at_most:literal, like $example:literal; $($rest:tt)*) => {
        $crate::labels! { @text $(#[doc = $doc])* $vis $name,
            $crate::Domain::Bounded { at_most: $at_most, example: $example.to_owned() } }
        $crate::labels! { $($rest)* }
    };
    ($(#[doc = $doc:literal])* $vis:vis unbounded $name:ident, budget $budget:literal, like $example:literal; $($rest:tt)*) => {
        $crate::labels! { @text $(#[doc = $doc])* $vis $name,
            $crate::Domain::Unbounded { budget: $budget, example: $example.to_owned() } }
        $crate::labels! { $($rest)* }
    };
    (@text $(#[doc = $doc:literal])* $vis:vis $name:ident, $domain:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis struct $name(String);
        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self { Self(text.into()) }
        }
        impl $crate::LabelValue for $name {
            fn domain() -> $crate::Domain { $domain }
            fn text(&self) -> ::std::borrow::Cow<'_, str> { self.0.as_str().into() }
        }
    };
}
