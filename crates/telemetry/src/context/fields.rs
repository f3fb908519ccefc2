//! Declared contexts, bound as a whole.

use obsctl_model::LoggedFields;

use super::{Context, Scope, innermost, merge, replace};

impl Context {
    /// With the fields of a declared context; one that is bound already is replaced.
    #[must_use]
    pub fn with_fields(mut self, declared: impl LoggedFields) -> Self {
        let fields = &mut self.parts().fields;
        declared.visit(&mut |field, value| merge(fields, field.to_owned(), value));
        self
    }
}

/// Binds the fields of a declared context for the rest of the innermost scope, as [`bind`](super::bind) does one.
pub fn bind_fields(declared: impl LoggedFields) -> bool {
    let Some(current) = innermost() else {
        return false;
    };
    replace(Some(current.with_fields(declared)));
    true
}

/// Binds the fields of a declared context until the scope is dropped, on top of what is bound already.
#[must_use = "the fields are bound as long as the scope lives"]
pub fn bound_fields(declared: impl LoggedFields) -> Scope {
    Context::current().with_fields(declared).enter()
}
