//! What Prometheus says of templates that fail.

use super::rendered;

/// The message, without what they all begin with.
fn message(text: &str) -> String {
    let text = rendered(text);
    let inner = text
        .strip_prefix("<error expanding template: error ")
        .unwrap();
    inner.strip_suffix('>').unwrap().to_owned()
}

#[test]
fn templates_that_cannot_be_read() {
    for (text, expected) in [
        ("{{ foo }}", r#"function "foo" not defined"#),
        ("{{ $x }}", r#"undefined variable "$x""#),
        ("{{ $value > 5 }}", r#"unexpected ">" in operand"#),
        ("{{ if $value }}x", "unexpected EOF"),
        ("{{ end }}", "unexpected {{end}}"),
        ("{{ else }}", "unexpected {{else}}"),
        (
            "{{ if 1 }}{{ else }}{{ else }}{{ end }}",
            "expected end; found {{else}}",
        ),
        ("{{ ( }}", "unclosed left paren"),
        ("{{ ) }}", "unexpected right paren"),
        ("{{ }}", "missing value for command"),
        ("{{ if }}{{ end }}", "missing value for if"),
        ("{{ \"a }}", "unterminated quoted string"),
        ("{{ 1 | 2 }}", "non executable command in pipeline stage 2"),
        ("{{ 12abc }}", r#"bad number syntax: "12a""#),
        ("{{ 089 }}", r#"integer overflow: "089""#),
        ("{{ $x, $y := 1 }}", "too many declarations in command"),
        ("{{ break }}", "{{break}} outside {{range}}"),
        ("{{ 1.foo }}", r#"bad number syntax: "1.f""#),
        ("{{ \"a\".foo }}", r#"unexpected . after term "\"a\"""#),
        (
            "{{ define `x` }}a{{ end }}{{ define `x` }}b{{ end }}",
            r#"template: multiple definition of template "x""#,
        ),
    ] {
        let expected = format!("parsing template __alert_A: template: __alert_A:1: {expected}");
        assert_eq!(message(text), expected, "{text}");
    }
    assert_eq!(
        message("{{ 1\n| foo }}"),
        r#"parsing template __alert_A: template: __alert_A:2: function "foo" not defined"#
    );
    assert!(message("{{ 1\n").ends_with("__alert_A:2: unclosed action started at __alert_A:1"));
}

#[test]
fn templates_that_cannot_be_filled_in() {
    // The places count the 112 bytes that Prometheus writes before each template.
    for (text, expected) in [
        (
            "{{ .Labels.job.a }}",
            "1:122: executing \"__alert_A\" at <.Labels.job.a>: can't evaluate field a in type string",
        ),
        (
            "{{ .Value.a }}",
            "1:121: executing \"__alert_A\" at <.Value.a>: can't evaluate field a in type interface {}",
        ),
        (
            "{{ $value.a }}",
            "1:121: executing \"__alert_A\" at <$value.a>: can't evaluate field a in type float64",
        ),
        (
            "{{ .Labels.a 1 }}",
            "1:122: executing \"__alert_A\" at <.Labels.a>: a is not a method but has arguments",
        ),
        (
            "{{ $value 1 }}",
            "1:115: executing \"__alert_A\" at <$value>: can't give argument to non-function $value",
        ),
        (
            "{{ $value | toUpper }}",
            "1:124: executing \"__alert_A\" at <toUpper>: wrong type for value; expected string; got float64",
        ),
        (
            "{{ toUpper 1 }}",
            "1:123: executing \"__alert_A\" at <1>: expected string; found 1",
        ),
        (
            "{{ toUpper }}",
            "1:115: executing \"__alert_A\" at <toUpper>: wrong number of args for toUpper: want 1 got 0",
        ),
        (
            "{{ printf }}",
            "1:115: executing \"__alert_A\" at <printf>: wrong number of args for printf: want at least 1 got 0",
        ),
        (
            "{{ first 1 }}",
            "1:121: executing \"__alert_A\" at <1>: can't handle 1 for arg of type template.queryResult",
        ),
        (
            "{{ toUpper nil }}",
            "1:123: executing \"__alert_A\" at <nil>: cannot assign nil to string",
        ),
        (
            "{{ nil }}",
            "1:115: executing \"__alert_A\" at <nil>: nil is not a command",
        ),
        (
            "{{ range $value }}{{ end }}",
            "1:121: executing \"__alert_A\" at <$value>: range can't iterate over 1234.5678",
        ),
        (
            "{{ $x = 1 }}",
            "1:120: executing \"__alert_A\" at <1>: undefined variable: $x",
        ),
        (
            "{{ template `x` 1 }}",
            "1:124: executing \"__alert_A\" at <{{template \"x\" 1}}>: template \"x\" not defined",
        ),
        (
            "{{ define `x` }}{{ .a.b }}{{ end }}{{ template `x` 5 }}",
            "1:133: executing \"x\" at <.a.b>: can't evaluate field a in type int",
        ),
        (
            "{{ 9223372036854775808 }}",
            "1:115: executing \"__alert_A\" at <9223372036854775808>: 9223372036854775808 overflows int",
        ),
        (
            "a\n {{ .a }}",
            "2:4: executing \"__alert_A\" at <.a>: can't evaluate field a in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }",
        ),
        (
            "{{ call $value }}",
            "1:115: executing \"__alert_A\" at <call $value>: error calling call: non-function $value of type float64",
        ),
        (
            "{{ index `abc` 4 }}",
            "1:115: executing \"__alert_A\" at <index `abc` 4>: error calling index: index out of range: 4",
        ),
    ] {
        let expected = format!("executing template __alert_A: template: __alert_A:{expected}");
        assert_eq!(message(text), expected, "{text}");
    }
}
