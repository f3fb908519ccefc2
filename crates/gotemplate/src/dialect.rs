//! Which functions and variables a template may use.

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

/// The known name that was most likely meant.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|near| (strsim::osa_distance(name, near), near))
        .filter(|(distance, near)| *distance <= (near.len().max(name.len()) / 3).max(1))
        .min()
        .map(|(_, near)| near)
}
