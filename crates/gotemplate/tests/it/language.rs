//! What Go's templates do, whoever uses them.

use super::{give, rendered};

#[test]
fn text_stays_and_markers_trim_it() {
    give(&[
        ("plain } { text", "plain } { text"),
        ("a {{- \" b \" -}} c {{- 3 }} {{ 4 -}} d", "a b c3 4d"),
        ("a {{- /* left out */ -}} b", "ab"),
        ("{{/* }} */}}{{ `}}` }}{{\"{{\"}}", "}}{{"),
        ("{{-3}} {{- -3 }}", "-3-3"),
    ]);
}

#[test]
fn conditions_take_the_first_branch_that_is_true() {
    give(&[
        ("{{ if gt $value 5.0 }}high{{ else }}low{{ end }}", "high"),
        ("{{ if false }}a{{ else if 1 }}b{{ else }}c{{ end }}", "b"),
        (
            "{{ if 0 }}a{{ end }}{{ if 0.0 }}a{{ end }}{{ if `` }}a{{ end }}{{ if not nil }}b{{ end }}",
            "b",
        ),
        (
            "{{ if $labels }}a{{ end }}{{ if $labels.none }}b{{ end }}",
            "a",
        ),
        (
            "{{ with $labels.job }}{{ . }}{{ end }}{{ with $labels.none }}a{{ else with 5 }}{{ . }}{{ end }}",
            "node5",
        ),
    ]);
}

#[test]
fn loops_go_over_lists_maps_and_numbers() {
    give(&[
        (
            "{{ range query `up` }}{{ .Labels.job }}={{ .Value }} {{ end }}",
            "b=1 a=0.25 ",
        ),
        (
            "{{ range $i, $s := query `up` }}{{ $i }}{{ $s.Labels.i }} {{ end }}",
            "02 110 ",
        ),
        (
            "{{ range $name, $value := $externalLabels }}{{ $name }}:{{ $value }}{{ end }}",
            "cluster:eu",
        ),
        ("{{ range query `none` }}a{{ else }}none{{ end }}", "none"),
        (
            "{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}",
            "01201",
        ),
        (
            "{{ range 5 }}{{ if eq . 3 }}{{ break }}{{ end }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}",
            "02",
        ),
    ]);
}

#[test]
fn variables_live_until_the_end_of_their_block() {
    give(&[
        (
            "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}",
            "32",
        ),
        (
            "{{ $last := 0 }}{{ range query `up` }}{{ $last = .Value }}{{ end }}{{ $last }}",
            "0.25",
        ),
        (
            "{{ $.Labels.job }}{{ with 1 }}{{ $.ExternalURL }}{{ end }}",
            "nodehttp://prom.example:9090/prom",
        ),
    ]);
}

#[test]
fn templates_have_names_and_only_their_own_dot() {
    give(&[
        (
            "{{ define `x` }}[{{ . }}]{{ end }}{{ template `x` 1 }}{{ template `x` }}",
            "[1][<no value>]",
        ),
        (
            "{{ block `b` $labels.job }}<{{ $ }}>{{ end }}{{ template `b` 2 }}",
            "<node><2>",
        ),
        (
            "{{ define `x` }}{{ end }}{{ define `x` }}b{{ end }}{{ template `x` }}",
            "b",
        ),
    ]);
}

#[test]
fn pipelines_pass_their_value_as_the_last_argument() {
    give(&[
        ("{{ $labels.job | printf `%s-%s` `a` | toUpper }}", "A-NODE"),
        (
            "{{ (index (query `up`) 1).Labels.job }}{{ (print `a` | toUpper) }}",
            "aA",
        ),
        (
            "{{ and 1 0 2 }}{{ or 0 `` `x` }}{{ 5 | and 1 }}{{ 7 | or 3 }}",
            "0x53",
        ),
        ("{{ and false (first (query `none`)) }}", "false"),
    ]);
}

#[test]
fn numbers_and_texts_are_gos() {
    give(&[
        (
            "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0xe }} {{ 'a' }} {{ '\\n' }}",
            "31 5 15 15 1000 14 97 10",
        ),
        (
            "{{ 1e3 }} {{ 0x1p4 }} {{ .5 }} {{ 5. }} {{ -5 }}",
            "1000 16 0.5 5 -5",
        ),
        (r#"{{ "a\"\\\x41\u00e9\101" }}"#, "a\"\\AéA"),
    ]);
}

#[test]
fn comparisons_want_equal_types() {
    give(&[
        (
            "{{ eq `a` `b` `a` }} {{ ne 1 2 }} {{ lt `a` `b` }} {{ le 2 2 }} {{ gt 1.5 2.5 }} {{ ge 1 2 }}",
            "true true true true false false",
        ),
        (
            "{{ eq nil 1 }} {{ eq nil nil }} {{ not 0 }}",
            "false true true",
        ),
    ]);
    assert!(
        rendered("{{ eq 1 1.0 }}").contains("incompatible types for comparison: int and float64")
    );
    assert!(rendered("{{ lt true false }}").contains("invalid type for comparison"));
}

#[test]
fn parts_of_texts_lists_and_maps_are_taken() {
    give(&[
        (
            "{{ len `abc` }}{{ len $labels }}{{ len (query `up`) }}",
            "332",
        ),
        (
            "{{ index $labels `job` }} {{ index `abc` 1 }} {{ index $labels `none` }}",
            "node 98 ",
        ),
        (
            "{{ slice `abcdef` 1 3 }} {{ slice `abcdef` 2 }} {{ len (slice (query `up`) 1) }}",
            "bc cdef 1",
        ),
    ]);
}

#[test]
fn what_never_ends_is_stopped() {
    for text in [
        "{{ define `r` }}{{ template `r` }}{{ end }}{{ template `r` }}",
        "{{ range 1000000000 }}{{ end }}",
        "{{ $x := `0123456789` }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
    ] {
        assert!(
            rendered(text).starts_with("<error expanding template: "),
            "{text}"
        );
    }
}
