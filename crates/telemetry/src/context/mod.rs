//! Context: what every later line of a request or a job carries.
//!
//! A context belongs to a scope: a stretch of synchronous code ([`Context::enter`]) or a future
//! ([`Context::scope`]), which takes it along from thread to thread. What is bound within a scope ends with it, so
//! nothing leaks from one request to the next.
//!
//! ```
//! use obsctl_telemetry::context::{self, Context};
//!
//! let scope = Context::new().with("tenant_id", "t-1").enter();
//! context::bind("job_id", 7);
//! assert_eq!(Context::current().fields()["job_id"], 7);
//! drop(scope);
//! assert!(Context::current().fields().is_empty());
//! ```

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::Span;

mod fields;
mod future;
mod headers;
mod trace;

pub use fields::{bind_fields, bound_fields};
pub use future::{InContext, WithContext, carried};
pub use headers::{CORRELATION_ID, REQUEST_ID, TRACEPARENT, capture, extract, inject, restore};
pub use trace::TraceContext;

pub use trace::current_trace;

pub(crate) use headers::{echoed, install_request_id};
pub(crate) use trace::continued;

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// What the lines of a request or job have in common; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(Arc<Parts>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Parts {
    correlation_id: Option<Box<str>>,
    trace: Option<TraceContext>,
    fields: Map<String, Value>,
}

impl Context {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// That of the innermost scope; empty outside of any.
    #[must_use]
    pub fn current() -> Self {
        innermost().unwrap_or_default()
    }

    /// With this field; a nested one is merged into that of the same name, anything else replaces it.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        merge(&mut self.parts().fields, field.into(), value.into());
        self
    }

    /// With this correlation id.
    #[must_use]
    pub fn with_correlation_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.parts().correlation_id = Some(id.into());
        self
    }

    /// Within this trace: spans that are made in the scope continue it.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.parts().trace = Some(trace);
        self
    }

    /// What belongs together across services.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// The span that spans of this scope are children of.
    #[must_use]
    pub fn trace(&self) -> Option<TraceContext> {
        self.0.trace
    }

    /// The bound fields, in the order they were bound in.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0.fields
    }

    /// Makes it the context of the code that follows, until the scope is dropped.
    ///
    /// For synchronous code: a scope cannot be sent to another thread, hence not be held over an await point of a
    /// spawned future. For futures there is [`Context::scope`].
    pub fn enter(self) -> Scope {
        Scope {
            before: replace(Some(self)),
            here: PhantomData,
        }
    }

    /// The future within this context, wherever it is polled.
    pub fn scope<F: Future>(self, future: F) -> InContext<F> {
        InContext::new(self, future)
    }

    /// The future within this context and a new span, which continues the trace of the context.
    pub fn traced<F: Future>(self, span: impl FnOnce() -> Span, future: F) -> InContext<F> {
        let made = {
            let _scope = self.clone().enter();
            span()
        };
        InContext::new(self, future).in_span(made)
    }

    fn parts(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

/// Binds a field for the rest of the innermost scope; nested values are merged.
///
/// Outside of any scope there is nothing to bind to: the answer is `false`, and nothing happens.
pub fn bind(field: impl Into<String>, value: impl Into<Value>) -> bool {
    let Some(current) = innermost() else {
        return false;
    };
    replace(Some(current.with(field, value)));
    true
}

/// Binds a field until the scope is dropped, on top of what is bound already.
#[must_use = "the field is bound as long as the scope lives"]
pub fn bound(field: impl Into<String>, value: impl Into<Value>) -> Scope {
    Context::current().with(field, value).enter()
}

/// A stretch of code with a context; afterwards there is the one before it again.
#[derive(Debug)]
#[must_use = "the context lasts as long as its scope lives"]
pub struct Scope {
    before: Option<Context>,
    /// A scope belongs to the thread it was entered on.
    here: PhantomData<*const ()>,
}

impl Drop for Scope {
    fn drop(&mut self) {
        replace(self.before.take());
    }
}

/// The context of the innermost scope; none outside of any, or while the thread ends.
pub(crate) fn innermost() -> Option<Context> {
    let current = CURRENT.try_with(|current| current.try_borrow().ok()?.clone());
    current.ok().flatten()
}

/// Sets the context of the thread; returns the one before.
fn replace(context: Option<Context>) -> Option<Context> {
    CURRENT
        .try_with(|current| match current.try_borrow_mut() {
            Ok(mut current) => std::mem::replace(&mut *current, context),
            Err(_) => None,
        })
        .unwrap_or_default()
}

/// Sets a field; objects are merged, key by key.
fn merge(into: &mut Map<String, Value>, field: String, value: Value) {
    match (into.get_mut(&field), value) {
        (Some(Value::Object(known)), Value::Object(new)) => {
            for (name, value) in new {
                merge(known, name, value);
            }
        }
        (_, value) => {
            into.insert(field, value);
        }
    }
}

#[cfg(test)]
mod tests;
