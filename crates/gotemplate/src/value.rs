//! The values of templates, with the types that Go gives them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::function::Method;

/// A value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing: Go's untyped nil, printed as `<no value>`.
    #[default]
    Nil,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A byte of a text.
    Byte(u8),
    /// A float64.
    Float(f64),
    /// A string.
    Text(Arc<str>),
    /// A slice.
    List(Arc<List>),
    /// A map with strings as keys.
    Map(Arc<Map>),
    /// A struct.
    Struct(Arc<Struct>),
    /// A pointer to a value.
    Pointer(Arc<Value>),
    /// A value of a type with methods.
    Object(Arc<dyn Object>),
}

/// A slice of Go.
#[derive(Clone, Debug)]
pub struct List {
    /// The name of its type in Go: `[]string`.
    pub type_name: Cow<'static, str>,
    /// The elements.
    pub elements: Vec<Value>,
}

/// A map of Go with strings as keys.
#[derive(Clone, Debug)]
pub struct Map {
    /// The name of its type in Go: `map[string]string`.
    pub type_name: Cow<'static, str>,
    /// What a key without an entry gives: an empty text, or nil for a map of anything.
    pub missing: Value,
    /// The entries, sorted by their keys as Go prints them.
    pub entries: BTreeMap<String, Value>,
}

/// A struct of Go.
#[derive(Clone, Debug)]
pub struct Struct {
    /// The name of its type in Go: `template.sample`.
    pub type_name: Cow<'static, str>,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: Value,
    /// Whether Go declares it as `interface {}`: messages name that type, not the one of the value.
    pub any: bool,
}

/// A value of a type with methods, such as a time.
pub trait Object: fmt::Debug + Send + Sync {
    /// The name of the type in Go: `time.Time`.
    fn type_name(&self) -> &str;

    /// The value without its methods: what is looped over, indexed and compared.
    fn underlying(&self) -> &Value;

    /// What is printed where Go's type says so itself (`String()`).
    fn text(&self) -> Option<String> {
        None
    }

    /// The method of this name.
    fn method(&self, name: &str) -> Option<Method> {
        let _ = name;
        None
    }
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A map of texts, such as labels.
    #[must_use]
    pub fn texts<K: Into<String>, V: Into<Arc<str>>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self::Map(Arc::new(Map {
            type_name: "map[string]string".into(),
            missing: Self::text(""),
            entries: entries
                .into_iter()
                .map(|(key, value)| (key.into(), Self::text(value)))
                .collect(),
        }))
    }

    /// A map of values of any type.
    #[must_use]
    pub fn map(entries: BTreeMap<String, Self>) -> Self {
        Self::Map(Arc::new(Map {
            type_name: "map[string]interface {}".into(),
            missing: Self::Nil,
            entries,
        }))
    }

    /// A pointer to this value.
    #[must_use]
    pub fn pointer(self) -> Self {
        Self::Pointer(Arc::new(self))
    }

    /// The name of its type in Go.
    #[must_use]
    pub fn type_name(&self) -> Cow<'_, str> {
        match self {
            Self::Nil => "<nil>".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(_) => "int".into(),
            Self::Byte(_) => "uint8".into(),
            Self::Float(_) => "float64".into(),
            Self::Text(_) => "string".into(),
            Self::List(list) => list.type_name.as_ref().into(),
            Self::Map(map) => map.type_name.as_ref().into(),
            Self::Struct(own) => own.type_name.as_ref().into(),
            Self::Pointer(target) => format!("*{}", target.type_name()).into(),
            Self::Object(object) => object.type_name().into(),
        }
    }

    /// What pointers lead to.
    #[must_use]
    pub fn target(&self) -> &Self {
        match self {
            Self::Pointer(target) => target.target(),
            other => other,
        }
    }

    /// The value without methods.
    #[must_use]
    pub fn underlying(&self) -> &Self {
        match self {
            Self::Object(object) => object.underlying().underlying(),
            other => other,
        }
    }

    /// Whether Go takes it for true: not zero, not empty, not nil.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self.underlying() {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Byte(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.elements.is_empty(),
            Self::Map(map) => !map.entries.is_empty(),
            Self::Struct(_) | Self::Pointer(_) | Self::Object(_) => true,
        }
    }

    /// The text that it is, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
