//! Texts, numbers and lengths of time as Rust writes them, and calls in a chain.

use obsctl_model::Duration;

/// A text as a literal of Rust.
pub(super) fn text(text: &str) -> String {
    let readable = text.chars().all(|c| c == '\n' || !c.is_control());
    if !readable || !text.contains(['"', '\\', '\n']) {
        return format!("{text:?}");
    }
    let mut hashes = 0;
    while text.contains(&format!("\"{}", "#".repeat(hashes))) {
        hashes += 1;
    }
    let hashes = "#".repeat(hashes);
    format!("r{hashes}\"{text}\"{hashes}")
}

pub(super) fn time(time: Duration) -> String {
    let all = time.as_millis();
    let units = [
        ("days", 86_400_000),
        ("hours", 3_600_000),
        ("mins", 60_000),
        ("secs", 1_000),
    ];
    let unit = units
        .into_iter()
        .find(|(_, length)| all > 0 && all.is_multiple_of(*length));
    match unit {
        Some((name, length)) => format!("{name}({})", all / length),
        None => format!("obsctl::model::millis({all})"),
    }
}

/// The longest line, in characters.
const WIDE: usize = 100;

/// A text as a literal whose lines can be indented: a break in the text is one of the literal too.
pub(super) fn lines(given: &str) -> String {
    if !given.contains('\n') {
        return text(given);
    }
    let mut literal = String::from("\"");
    for (index, line) in given.split('\n').enumerate() {
        if index > 0 {
            literal.push_str("\\n\\\n");
        }
        let escaped = format!("{line:?}");
        let escaped = &escaped[1..escaped.len() - 1];
        // Rust takes the space that begins a line for indentation.
        match (index, escaped.strip_prefix(' ')) {
            (1.., Some(rest)) => literal.push_str(&format!("\\x20{rest}")),
            _ => literal.push_str(escaped),
        }
    }
    literal.push('"');
    literal
}

/// All lines but the first one step further in.
pub(super) fn indented(code: &str) -> String {
    code.replace('\n', "\n    ")
}

/// A call: on one line if it fits, else each argument on its own.
pub(super) fn call(name: &str, arguments: &[String]) -> String {
    let line = format!("{name}({})", arguments.join(", "));
    let breaks = match arguments {
        [one] => one.contains("\n    ."),
        several => several.iter().any(|one| one.contains('\n')),
    };
    if line.lines().all(|line| line.len() <= WIDE) && !breaks {
        return line;
    }
    let arguments: String = arguments
        .iter()
        .map(|one| format!("    {},\n", indented(one)))
        .collect();
    format!("{name}(\n{arguments})")
}

/// Something begun and the methods called on it: on one line if it fits, else each method on its own.
pub(super) fn chain(begun: String, methods: &[String]) -> String {
    let line = format!("{begun}{}", methods.concat());
    if methods.len() < 2 && line.len() <= WIDE && !line.contains('\n') {
        return line;
    }
    let broken = begun.contains('\n');
    let mut code = begun;
    for method in methods {
        match broken {
            true => code.push_str(&format!("\n{method}")),
            false => code.push_str(&format!("\n    {}", indented(method))),
        }
    }
    code
}

/// A list in brackets.
pub(super) fn list(items: &[String]) -> String {
    let line = format!("[{}]", items.join(", "));
    if line.len() <= WIDE && !line.contains('\n') {
        return line;
    }
    let items: String = items
        .iter()
        .map(|one| format!("    {},\n", indented(one)))
        .collect();
    format!("[\n{items}]")
}

#[cfg(test)]
mod tests {
    use obsctl_model::mins;

    use super::*;

    #[test]
    fn texts_are_literals() {
        for (given, literal) in [
            ("plain", r#""plain""#),
            ("a\"b", "r#\"a\"b\"#"),
            ("a\"#b", "r##\"a\"#b\"##"),
            ("a\n\\d", "r\"a\n\\d\""),
            ("a\r\n", r#""a\r\n""#),
        ] {
            assert_eq!(text(given), literal);
        }
        assert_eq!(
            lines("a\n  b\n\n\"c\""),
            "\"a\\n\\\n\\x20 b\\n\\\n\\n\\\n\\\"c\\\"\""
        );
        assert_eq!(
            (time(mins(5)), time(Duration::ZERO)),
            ("mins(5)".to_owned(), "obsctl::model::millis(0)".to_owned())
        );
    }

    #[test]
    fn what_is_long_is_broken() {
        let long = text(&"x".repeat(80));
        assert_eq!(call("f", &["1".to_owned(), "2".to_owned()]), "f(1, 2)");
        let expected = format!("f(\n    {long},\n    {long},\n)");
        assert_eq!(call("f", &[long.clone(), long.clone()]), expected);
        assert_eq!(chain("a()".to_owned(), &[".b()".to_owned()]), "a().b()");
        let two = [".b()".to_owned(), ".c()".to_owned()];
        assert_eq!(chain("a()".to_owned(), &two), "a()\n    .b()\n    .c()");
    }
}
