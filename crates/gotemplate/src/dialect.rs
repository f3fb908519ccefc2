//! Which functions and variables a template may use.

use obsctl_syntax::nearest;

/// The functions that Go itself brings.
pub const BUILTINS: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// What a template may use besides Go's own functions.
#[derive(Clone, Copy, Debug)]
pub struct Dialect<'a> {
    /// The functions.
    pub functions: &'a [&'a str],
    /// The variables that are declared before the template begins, with their `$`.
    pub variables: &'a [&'a str],
}

impl Dialect<'_> {
    pub(crate) fn has_function(&self, name: &str) -> bool {
        BUILTINS.contains(&name) || self.functions.contains(&name)
    }

    pub(crate) fn nearest_function(&self, name: &str) -> Option<&str> {
        nearest(name, BUILTINS.iter().chain(self.functions).copied())
    }

    pub(crate) fn help_for_variable(&self, name: &str, known: &[String]) -> String {
        if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
            return format!("did you mean `{near}`?");
        }
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        format!("the variables are {}", names.join(", "))
    }
}
