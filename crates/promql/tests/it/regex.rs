//! Regular expressions: what RE2 reads, and what is known of them.

use obsctl_promql::regex::{matches_empty, read};

#[test]
fn the_empty_text_is_matched_as_a_regex_engine_would() {
    let empty = [
        "",
        ".*",
        "a*",
        "a?",
        "a{0}",
        "a{0,3}",
        "|a",
        "a|",
        "(a|b)?",
        "(?:)",
        "(?i)",
        "(?i:a*)",
        "^$",
        "()",
        "(a*)(b*)",
        "a*|b",
        "(a|)",
        "(?P<x>a*)",
        r"\p{L}*",
        "[^a]*",
        r"\Q\E",
        "(a){0,}",
        "(.+)?",
        "(a|b*)c*",
        "[]a]*",
        "[[:alpha:]]*",
        "a*?",
        r"\x{41}*",
    ];
    for regex in empty {
        assert_eq!(matches_empty(regex), Some(true), "{regex}");
    }
    let other = [
        "a",
        ".+",
        "a+",
        "a{1,}",
        "a|b",
        "(a)",
        "(a|b)+",
        "a*b",
        "^a",
        r"\d",
        r"\.",
        "[*]",
        "[]]",
        "(?i)a",
        "a{",
        "{",
        "a{x}",
        r"\Qa*\E",
        r"\*",
        "(a*)b",
        "x[a-z]*",
        r"\p{L}",
        "(?:a|b)c?",
    ];
    for regex in other {
        assert_eq!(matches_empty(regex), Some(false), "{regex}");
    }
    for regex in ["(", ")", "[", r"\", "(?", "a)", "[a", "*", "(+)"] {
        assert_eq!(matches_empty(regex), None, "{regex}");
    }
}
#[test]
fn what_re2_refuses_is_found_where_it_stands() {
    for (regex, place, message) in [
        ("a(b", "(", "`(` is never closed"),
        ("a)", ")", "there is no `(` for it"),
        ("a**", "*", "a repetition of a repetition"),
        ("(?=a)", "(?=", "RE2 cannot look ahead or behind"),
        ("(?<!a)b", "(?<", "RE2 cannot look ahead or behind"),
        ("(?P<a>x)(?P<a>y)", "(?P<a>", "a second group of that name"),
        (
            "(?P<a-b>x)",
            "(?P<a-b>",
            "a group is named with letters, digits and `_`",
        ),
        (r"(a)\1", r"\1", "RE2 has no references to groups"),
        (r"\q", r"\q", "RE2 knows no such escape"),
        ("[z-a]", "[z-a", "the range is the wrong way round"),
        ("[[:nope:]]", "[[:nope:]", "RE2 knows no such class"),
        ("a{2000}", "{2000}", "RE2 repeats at most 1000 times"),
        ("a{3,2}", "{3,2}", "the least count is more than the most"),
    ] {
        let error = read(regex).unwrap_err();
        assert_eq!(
            (&regex[error.place], error.message),
            (place, message),
            "{regex}"
        );
    }
    for regex in [
        "a*?",
        "a{,5}",
        "{foo}",
        r"\_\-\/",
        r"\Q(\E",
        "[]-a]",
        "[a-]",
        r"[\w-]",
        "[[:^alpha:]]",
        "(?<n>a)",
        "(?is-U:a)",
        r"\x{1F600}\x41\012\pL\p{Greek}",
        "[[:x]",
        "é+",
        "^*",
    ] {
        assert!(read(regex).is_ok(), "{regex}: {:?}", read(regex));
    }
}

#[test]
fn groups_are_named_and_counted() {
    let regex = read(r"(?P<method>\w+) (?:a|(b)) (?<status>\d+)").unwrap();
    let names: Vec<_> = regex.names.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, regex.groups), (vec!["method", "status"], 3));
    assert_eq!(regex.names[0].1, 4..10);
}
