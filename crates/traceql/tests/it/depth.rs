//! Texts that nest deeply or are long: an error, never an overflow of the stack, in linear time.

use obsctl_traceql::ast::{Expr, Value};
use obsctl_traceql::{parse, typecheck};

fn survives(text: &str) -> bool {
    let parsed = parse(text);
    let copy = parsed.expr.clone();
    assert_eq!(copy, parsed.expr);
    let _ = typecheck(&copy);
    let _ = (
        copy.to_string(),
        copy.pretty_within(20).len(),
        format!("{copy:?}").len(),
    );
    let _ = (
        copy.fields().len(),
        copy.comparisons().len(),
        copy.variables().len(),
    );
    copy.map(&mut |expr| expr).walk_mut(&mut |expr| {
        if let Expr::Literal(literal) = expr {
            literal.value = Value::Nil;
        }
    });
    parsed.errors.is_empty()
}

#[test]
fn what_nests_too_deeply_is_an_error() {
    let pieces = [
        "(",
        "{",
        "-",
        "!",
        "count(",
        "avg(",
        "rate() by (",
        "{ .a = (",
        "{} && (",
        "{} | (",
        "{ .a ^ ",
        "with (",
        "{} with (a=",
        "{} with (a=(",
        "by(",
        "} {",
        ") (",
        "{ ! -(",
        "compare({",
        "[[",
        "${",
        "$x(",
    ];
    for piece in pieces {
        assert!(!survives(&piece.repeat(100_000)), "{piece}");
    }
    for piece in [" && {}", " >> {}", " || { .a = 1 }", " with (sample=true)"] {
        assert!(
            !survives(&format!("{{}}{}", piece.repeat(100_000))),
            "{piece}"
        );
    }
    for piece in [" + 1", " ^ 1", " && .a", " = .b"] {
        assert!(
            !survives(&format!("{{ .a{} }}", piece.repeat(100_000))),
            "{piece}"
        );
    }
    for (open, close) in [("(", ")"), ("{", "}")] {
        let text = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        assert!(!survives(&text), "{open}");
    }
    // Chains inside chains: each is short, the tree is high.
    let chain = |inner: &str| format!("({inner}{})", " + 1".repeat(50));
    let nested = (0..20).fold("1".to_owned(), |inner, _| chain(&inner));
    assert!(!survives(&format!("{{ {nested} = 1 }}")));
}

#[test]
fn what_people_and_generators_write_is_not_too_deep() {
    assert!(survives(&format!(
        "{{ {}.a{} }}",
        "(".repeat(250),
        ")".repeat(250)
    )));
    assert!(survives(&format!(
        "{{ .a = 0{} }}",
        " || .a = 1".repeat(490)
    )));
    assert!(survives(&format!("{{}}{}", " | { .a = 1 }".repeat(20_000))));
    let fields: Vec<String> = (0..20_000).map(|index| format!("span.f{index}")).collect();
    assert!(survives(&format!("{{}} | select({})", fields.join(", "))));
}

#[test]
fn a_megabyte_of_anything_is_read() {
    const MEGABYTE: usize = 1 << 20;
    let pieces = [
        "a",
        "1",
        ".",
        "\"",
        "\\",
        "\"a\\",
        "`",
        "'",
        "$",
        "$x",
        "[[",
        "[[a",
        "${",
        "${x.",
        "/",
        "/*",
        "//",
        "// \n",
        "é",
        "\n",
        " ",
        "span.",
        "span.\"",
        ".a\"",
        ".a ",
        "span:",
        ":",
        "|",
        ",",
        "=",
        "!",
        "&",
        ";",
        "1e",
        "5s",
        "}",
        ")",
        "{}",
        "{} ",
        "() ",
        "{ .a = 1 } ",
        "a.b ",
        "#",
        "0.$x",
        "x(",
        "| rate() ",
        "\u{2028}",
    ];
    for piece in pieces {
        let text = piece.repeat(MEGABYTE / 4 / piece.len());
        let parsed = parse(&text);
        assert!(
            !parsed.errors.is_empty() || parsed.expr.to_string().len() < 2 * MEGABYTE,
            "{piece}"
        );
        let inside = format!("{{ .a = {text}");
        assert!(!parse(&inside).errors.is_empty(), "{piece}");
    }
    let all = pieces.concat();
    assert!(!parse(&all.repeat(MEGABYTE / all.len())).errors.is_empty());
    let query = "{ span.http.route = \"/orders\" && duration > 100ms } | ";
    let text = format!("{}{{}}", query.repeat(MEGABYTE / query.len()));
    assert_eq!(parse(&text).errors, []);
}
