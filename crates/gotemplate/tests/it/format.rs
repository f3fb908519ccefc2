//! How values are printed.

use super::give;

#[test]
fn values_print_as_go_prints_them() {
    give(&[
        (
            "{{ 1.0 }} {{ 100000.0 }} {{ 1000000.0 }} {{ 123456789.0 }} {{ 0.0001 }} {{ 1e-5 }}",
            "1 100000 1e+06 1.23456789e+08 0.0001 1e-05",
        ),
        (
            "{{ $value }} {{ true }} {{ $externalLabels }} {{ $labels.none }}",
            "1234.5678 true map[cluster:eu] ",
        ),
        (
            "{{ print 1 2 `a` `b` 3 4.5 true nil }}|{{ println 1 `a` }}",
            "1 2ab3 4.5 true <nil>|1 a\n",
        ),
    ]);
}

#[test]
fn verbs_take_flags_widths_and_precisions() {
    give(&[
        (
            r#"{{ printf "%d|%5d|%-5d|%05d|%+d|% d|%x|%#X|%#o|%b|%c|%q|%U" 42 42 42 42 42 42 255 255 8 5 65 65 65 }}"#,
            "42|   42|42   |00042|+42| 42|ff|0XFF|010|101|A|'A'|U+0041",
        ),
        (
            r#"{{ printf "%s|%5s|%-5s|%.2s|%q|%x|% x" "abc" "abc" "abc" "abc" "a\n" "abc" "abc" }}"#,
            "abc|  abc|abc  |ab|\"a\\n\"|616263|61 62 63",
        ),
        (
            r#"{{ printf "%.2f|%8.3f|%-8.1f|%08.2f|%+.1f|%e|%g|%.3g|%#.3g" 3.14159 3.14159 3.14159 -3.14159 3.14159 31415.9 1e21 1234.5678 2.0 }}"#,
            "3.14|   3.142|3.1     |-0003.14|+3.1|3.141590e+04|1e+21|1.23e+03|2.00",
        ),
        (
            r#"{{ printf "%v|%+v|%#v|%T" $externalLabels $externalLabels $externalLabels 1.5 }}"#,
            "map[cluster:eu]|map[cluster:eu]|map[string]string{\"cluster\":\"eu\"}|float64",
        ),
        (
            r#"{{ printf "%v %+v" (first (query "up")) (first (query "up")) }}"#,
            "&{map[__name__:up i:2 job:b] 1} &{Labels:map[__name__:up i:2 job:b] Value:1}",
        ),
        (
            r#"{{ printf "%*d|%.*f|%[2]d %[1]d" 5 42 1 2.55 }}"#,
            "   42|2.5|42 5",
        ),
        (
            r#"{{ printf "%x %b" 1.5 1.5 }}"#,
            "0x1.8p+00 6755399441055744p-52",
        ),
    ]);
}

#[test]
fn what_does_not_fit_is_said_in_the_text() {
    give(&[
        (
            r#"{{ printf "%d" "x" }} {{ printf "%s" 1.5 }} {{ printf "%d" }} {{ printf "a" 1 "b" }} {{ printf "%" }}"#,
            "%!d(string=x) %!s(float64=1.5) %!d(MISSING) a%!(EXTRA int=1, string=b) %!(NOVERB)",
        ),
        (
            r#"{{ printf "%s" nil }} {{ printf "%*d" "x" 1 }} {{ printf "%[5]d" 1 }} {{ printf "%z" 1 }}"#,
            "%!s(<nil>) %!(BADWIDTH)1 %!d(BADINDEX) %!z(int=1)",
        ),
    ]);
}
