//! Texts that nest deeply or are very long: an error or a tree, never an overflow of the stack, and in time
//! that grows with the length alone.

use obsctl_logql::{Expr, parse, typecheck};

fn survives(text: &str) -> bool {
    let parsed = parse(text);
    let copy = parsed.expr.clone();
    assert_eq!(copy, parsed.expr);
    let _ = typecheck(&copy);
    let _ = (
        copy.to_string(),
        copy.pretty_within(20).len(),
        copy.variables().len(),
        copy.log_queries().len(),
        format!("{copy:?}").len(),
    );
    copy.map(&mut |expr| expr).walk_mut(&mut |expr| {
        if let Expr::Number(number) = expr {
            number.value += 1.0;
        }
    });
    parsed.errors.is_empty()
}

#[test]
fn what_nests_too_deeply_is_an_error() {
    for piece in [
        "(",
        "-",
        "sum(",
        "sum ",
        "rate(",
        "{",
        "[",
        "{a=\"b\"}[",
        "1+(",
        "1^",
        "by (",
        "and (",
        "!",
        "!(",
        "-(",
        "{a=\"b\"} | (",
        "{a=\"b\"} | a=\"b\" and (",
        "variants(",
        "| ",
        "foo(",
        "$x(",
        "label_replace(",
        "{a=\"b\"} offset -",
        "({a=\"b\"} | ",
    ] {
        assert!(!survives(&piece.repeat(20_000)), "{piece}");
    }
    for piece in [" + 1", " and 1", " ^ 1", "[5m]"] {
        assert!(!survives(&format!("1{}", piece.repeat(100_000))), "{piece}");
    }
    let nested = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(100_000), close.repeat(100_000))
    };
    assert!(!survives(&nested("(", "1", ")")));
    assert!(!survives(&nested("sum(", "vector(1)", ")")));
    assert!(!survives(&format!(
        "{{a=\"b\"}} | {}",
        nested("(", "a>1", ")")
    )));
    let alternatives = " or b=\"1\", c=\"2\"".repeat(50_000);
    assert!(!survives(&format!("{{a=\"b\"}} | a=\"b\"{alternatives}")));
    // Chains inside chains: each is short, the tree is high.
    let chain = |inner: &str| format!("({inner}{})", " + 1".repeat(50));
    let high = (0..20).fold("1".to_owned(), |inner, _| chain(&inner));
    assert!(!survives(&high));
}

#[test]
fn what_people_and_generators_write_is_not_too_deep() {
    assert!(survives(&format!(
        "{}1{}",
        "(".repeat(250),
        ")".repeat(250)
    )));
    assert!(survives(&format!("1{}", " * 1".repeat(490))));
    let wide: Vec<String> = (0..20_000).map(|index| format!("l{index}=\"v\"")).collect();
    let all = wide.join(", ");
    assert!(survives(&format!("{{{all}}}")));
    assert!(survives(&format!("{{a=\"b\"}} | json | {all}")));
    assert!(survives(&format!(
        "{{a=\"b\"}} | json | {}",
        wide.join(" or ")
    )));
    assert!(survives(&format!("{{a=\"b\"}} | json {all}")));
}

/// The text is read and printed, and what is printed is read again.
fn passes(text: &str) -> bool {
    let parsed = parse(text);
    let _ = typecheck(&parsed.expr);
    let again = parse(&parsed.expr.to_string());
    parsed.errors.is_empty() && again.expr == parsed.expr
}

#[test]
fn a_megabyte_is_read_at_once() {
    let fill = |piece: &str| piece.repeat(1_000_000 / piece.len());
    for stages in [
        fill("|= \"x\" "),
        fill("| a > 5, b < 6 "),
        fill("!= \"x\" or ip(\"::1\") "),
        fill("$x "),
        format!("|= \"{}\"", fill("\\n")),
        format!("| line_format \"{}\"", fill("{{.a}} ")),
        format!("# {}", fill("x ")),
    ] {
        let start: String = stages.chars().take(20).collect();
        assert!(passes(&format!("{{a=\"b\"}} {stages}")), "{start}");
    }
}

#[test]
fn nonsense_of_any_length_is_read_at_once() {
    let fill = |piece: &str| piece.repeat(20_000 / piece.len());
    for piece in [
        "\"", "`", "'", "/* ", "${", "[[", "|= ", "| x ", "5m", "é", "{{", "<a", "\\", "= \"x\" ",
        "or ", ", ", "[:", "a{1,", "(?P<a",
    ] {
        let _ = passes(&fill(piece));
        let _ = passes(&format!("{{a=\"b\"}} {}", fill(piece)));
        let inside = fill(piece).replace('`', "");
        for stage in ["|~", "| regexp", "| pattern", "| line_format", "| json a="] {
            let _ = passes(&format!("{{a=\"b\"}} {stage} `{inside}`"));
        }
    }
}
