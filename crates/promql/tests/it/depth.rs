//! Texts that nest deeply: an error, never an overflow of the stack.

use obsctl_promql::{Expr, parse, typecheck};

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
        "rate(",
        "{",
        "[",
        "a[",
        "a+(",
        "a^",
        "by (",
        "and (",
        "!",
        "a offset -",
        "a[-",
        "a[(",
        "a[min_of(",
    ] {
        assert!(!survives(&piece.repeat(100_000)), "{piece}");
    }
    for piece in [" + a", "[5m:]", " and a", " ^ a"] {
        assert!(!survives(&format!("a{}", piece.repeat(100_000))), "{piece}");
    }
    assert!(!survives(&format!("a[1{}]", " + 1".repeat(100_000))));
    assert!(!survives(&format!(
        "{}1{}",
        "(".repeat(100_000),
        ")".repeat(100_000)
    )));
    // Chains inside chains: each is short, the tree is high.
    let chain = |inner: &str| format!("({inner}{})", " + 1".repeat(50));
    let nested = (0..20).fold("1".to_owned(), |inner, _| chain(&inner));
    assert!(!survives(&nested));
}

#[test]
fn what_people_and_generators_write_is_not_too_deep() {
    assert!(survives(&format!(
        "{}1{}",
        "(".repeat(250),
        ")".repeat(250)
    )));
    assert!(survives(&format!("a{}", " or a".repeat(490))));
    let wide: Vec<String> = (0..20_000).map(|index| format!("l{index}=\"v\"")).collect();
    assert!(survives(&format!("a{{{}}}", wide.join(","))));
}
