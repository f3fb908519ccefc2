//! Functions and methods that a template can call.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::value::Value;

/// The type of a parameter, as far as Go's messages and conversions depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: any value.
    Any,
    /// A string.
    Text,
    /// A bool.
    Bool,
    /// An int.
    Int,
    /// A float64.
    Float,
    /// An integer with a name of its own: a literal number can be given, a variable of type int cannot.
    NamedInt(&'static str),
    /// Another type that can be nil: a pointer, a slice, a map.
    Nilable(&'static str),
    /// Another type.
    Named(&'static str),
}

impl Type {
    /// Its name in Go.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Text => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float64",
            Self::NamedInt(name) | Self::Nilable(name) | Self::Named(name) => name,
        }
    }

    pub(crate) fn can_be_nil(self) -> bool {
        matches!(self, Self::Any | Self::Nilable(_))
    }

    pub(crate) fn takes(self, value: &Value) -> bool {
        self == Self::Any || value.type_name() == self.name()
    }
}

/// What a function gives: a value, or Go's words on why there is none.
pub type Outcome = Result<Value, String>;

/// What a function or a method does with its arguments, which have the declared types (or are nil).
pub type Body<'a> = Rc<dyn Fn(&[Value]) -> Outcome + 'a>;

/// A function with its parameters.
#[derive(Clone)]
pub struct Function<'a> {
    /// The types of its parameters.
    pub parameters: &'static [Type],
    /// The type of any further arguments.
    pub variadic: Option<Type>,
    /// What it does.
    pub body: Body<'a>,
}

/// A method, bound to its value.
pub type Method = Function<'static>;

impl<'a> Function<'a> {
    /// A function of so many parameters.
    pub fn new(
        parameters: &'static [Type],
        body: impl Fn(&[Value]) -> Outcome + 'a,
    ) -> Self {
        Self {
            parameters,
            variadic: None,
            body: Rc::new(body),
        }
    }

    /// The same with any number of further arguments.
    #[must_use]
    pub fn variadic(mut self, of: Type) -> Self {
        self.variadic = Some(of);
        self
    }
}

impl fmt::Debug for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("parameters", &self.parameters)
            .field("variadic", &self.variadic)
            .finish_non_exhaustive()
    }
}

/// The functions besides Go's own, by name. A function here goes before one of Go's of the same name.
pub type Functions<'a> = BTreeMap<&'static str, Function<'a>>;
