//! What holds for every text.

use obsctl_gotemplate::prometheus::{DIALECT, Template};
use obsctl_gotemplate::{parse, print};
use proptest::prelude::*;

use super::{alert, query};

/// Pieces that templates are made of, whole and broken.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "{{",
        "}}",
        "{{ ",
        " }}",
        "{{- ",
        " -}}",
        "{",
        "}",
        "text",
        " ",
        "\n",
        "\"",
        "`",
        "'",
        "(",
        ")",
        "|",
        ".",
        ",",
        ":=",
        "=",
        "$",
        "$x",
        "$value",
        "$labels",
        ".job",
        ".Labels",
        ".Value",
        "if",
        "else",
        "end",
        "with",
        "range",
        "define",
        "template",
        "block",
        "break",
        "continue",
        "\"x\"",
        "`x`",
        "1",
        "2.5",
        "-3",
        "0x1p-2",
        "'a'",
        "nil",
        "true",
        "printf",
        "\"%5.2f %v\"",
        "index",
        "len",
        "eq",
        "query",
        "first",
        "humanize",
        "title",
        "toTime",
        "slice",
        "/*",
        "*/",
        "é",
        "\\",
    ];
    prop_oneof![
        8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(piece(), 0..30).prop_map(|pieces| pieces.concat()),
        proptest::collection::vec(piece(), 0..12)
            .prop_map(|pieces| format!("{{{{ {} }}}}", pieces.join(" "))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_and_rendered_without_a_panic(text in text()) {
        let template = Template::parse(&text);
        for error in &template.errors {
            prop_assert!(text.get(error.span.range()).is_some(), "{:?}", error);
        }
        let _ = template.expand(&alert(), &query);
    }

    #[test]
    fn what_is_printed_is_read_again(text in text()) {
        let parsed = parse(&text, &DIALECT);
        if parsed.errors.is_empty() {
            let printed = print(&parsed.nodes);
            let again = parse(&printed, &DIALECT);
            prop_assert_eq!(&again.errors, &vec![], "{}", printed);
            prop_assert_eq!(again.nodes, parsed.nodes, "{}", printed);
        }
    }
}
