//! How operators and conditions bind.

use obsctl_logql::{Expr, parse};

/// The expression with parentheses around every binary operation.
fn explicit(expr: &Expr) -> String {
    match expr {
        Expr::Binary(node) => {
            format!(
                "({} {} {})",
                explicit(&node.lhs),
                node.op,
                explicit(&node.rhs)
            )
        }
        Expr::Paren(node) => explicit(&node.expr),
        other => other.to_string(),
    }
}

#[test]
fn operators_bind_as_in_loki() {
    for (text, expected) in [
        ("1 + 2 * 3 ^ 4", "(1 + (2 * (3 ^ 4)))"),
        ("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        // A sign is a part of the number, unlike in PromQL.
        ("-1 ^ 2", "(-1 ^ 2)"),
        ("1 - -1", "(1 - -1)"),
        (
            "$a or $b and $c unless $d",
            "($a or (($b and $c) unless $d))",
        ),
        ("$a > 1 == 2", "(($a > 1) == 2)"),
        ("$a + 1 > $b * 2 and $c", "((($a + 1) > ($b * 2)) and $c)"),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        assert_eq!(explicit(&parsed.expr), expected, "{text}");
    }
}

#[test]
fn conditions_bind_as_in_loki() {
    for (text, expected) in [
        (
            "a=\"1\" and b=\"2\" or c=\"3\"",
            "a=\"1\" and b=\"2\" or c=\"3\"",
        ),
        (
            "a=\"1\", b=\"2\" c=\"3\"",
            "a=\"1\" and b=\"2\" and c=\"3\"",
        ),
        (
            "a=\"1\" or b=\"2\", c=\"3\"",
            "a=\"1\" or b=\"2\" and c=\"3\"",
        ),
        (
            "a=\"1\", b=\"2\" or c=\"3\"",
            "a=\"1\" and (b=\"2\" or c=\"3\")",
        ),
        (
            "a=\"1\" b=\"2\" or c=\"3\"",
            "a=\"1\" and (b=\"2\" or c=\"3\")",
        ),
        (
            "a=\"1\" or b=\"2\", c=\"3\" or d=\"4\"",
            "a=\"1\" or b=\"2\" and (c=\"3\" or d=\"4\")",
        ),
        (
            "a=\"1\" and b=\"2\" or c=\"3\" and d=\"4\", e=\"5\"",
            "a=\"1\" and b=\"2\" or c=\"3\" and d=\"4\" and e=\"5\"",
        ),
        (
            "(a=\"1\" or b=\"2\") and c=\"3\"",
            "(a=\"1\" or b=\"2\") and c=\"3\"",
        ),
        (
            "(a=\"1\" and b=\"2\") and (c=\"3\")",
            "a=\"1\" and b=\"2\" and c=\"3\"",
        ),
        (
            "a=\"1\" (b=\"2\" or c=\"3\")",
            "a=\"1\" and (b=\"2\" or c=\"3\")",
        ),
    ] {
        let parsed = parse(&format!("{{j=\"x\"}} | {text}"));
        assert_eq!(parsed.errors, [], "{text}");
        assert_eq!(
            parsed.expr.to_string(),
            format!("{{j=\"x\"}} | {expected}"),
            "{text}"
        );
    }
}

#[test]
fn the_place_of_the_range_changes_nothing() {
    let expected = parse("rate({a=\"b\"} | json | c > 5 [5m] offset 1h)").expr;
    for text in [
        "rate({a=\"b\"}[5m] offset 1h | json | c > 5)",
        "rate(({a=\"b\"} | json | c > 5)[5m] offset 1h)",
        "rate((({a=\"b\"} | json | c > 5 [5m] offset 1h)))",
        "rate({a=\"b\"}|json|c>5[5m]offset 1h)",
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        assert_eq!(parsed.expr, expected, "{text}");
    }
}
