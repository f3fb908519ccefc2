//! What Prometheus' functions give.

use super::{give, rendered};

#[test]
fn queries_give_samples() {
    give(&[
        (
            "{{ query `up` | first | value }} {{ query `up` | first | label `job` }}",
            "1 b",
        ),
        (
            "{{ range query `up` | sortByLabel `job` }}{{ .Labels.job }}{{ end }}",
            "ab",
        ),
        (
            "{{ range query `up` | sortByLabel `i` }}{{ .Labels.i }} {{ end }}",
            "10 2 ",
        ),
        (
            "{{ strvalue (first (query `up`)) }}{{ query `up` | first }}",
            "{map[__name__:up i:2 job:b] 1}",
        ),
        (
            "{{ with args 1 `a` }}{{ .arg0 }}{{ .arg1 }}{{ .arg2 }}{{ end }}",
            "1a<no value>",
        ),
    ]);
}

#[test]
fn numbers_are_made_readable() {
    give(&[
        (
            "{{ humanize 0 }} {{ humanize 1234567 }} {{ humanize 0.001234 }} {{ humanize `12` }} {{ humanize `nan` }} {{ humanize -999.99 }}",
            "0 1.235M 1.234m 12 NaN -1000",
        ),
        (
            "{{ humanize1024 1024 }} {{ humanize1024 1048576.5 }} {{ humanize1024 0.5 }} {{ humanize1024 -1e12 }}",
            "1ki 1Mi 0.5 -931.3Gi",
        ),
        (
            "{{ humanizePercentage 0.12345 }} {{ humanizePercentage 1e10 }}",
            "12.35% 1e+12%",
        ),
        (
            "{{ humanizeDuration 0 }} {{ humanizeDuration 1.2345 }} {{ humanizeDuration .1 }} {{ humanizeDuration 1e-7 }}",
            "0s 1.234s 100ms 100ns",
        ),
        (
            "{{ humanizeDuration 899.99 }} {{ humanizeDuration 3600 }} {{ humanizeDuration -90061 }} {{ humanizeDuration `inf` }}",
            "14m 59s 1h 0m 0s -1d 1h 1m 1s +Inf",
        ),
        (
            "{{ humanizeTimestamp 1435065584.128 }}",
            "2015-06-23 13:19:44.128 +0000 UTC",
        ),
        (
            "{{ parseDuration `1h30m` }} {{ parseDuration `-5m` }} {{ parseDuration `1y2w3d` }}",
            "5400 -300 3.30048e+07",
        ),
    ]);
}

#[test]
fn times_and_durations_have_their_methods() {
    give(&[
        (
            "{{ now }} {{ now | toTime }}",
            "1.600000000123e+09 2020-09-13 12:26:40.122 +0000 UTC",
        ),
        (
            "{{ (toTime 0).Month }} {{ (toTime 86400).Weekday }} {{ (toTime 0).Year }} {{ (now | toTime).YearDay }}",
            "January Friday 1970 257",
        ),
        (
            "{{ (now | toTime).Format `Mon, 02 Jan 2006 15:04:05.000 MST` }}",
            "Sun, 13 Sep 2020 12:26:40.122 UTC",
        ),
        (
            "{{ (now | toTime).Format `_2.1.06 3:04pm Z07:00 -0700 002` }}",
            "13.9.20 12:26pm Z +0000 257",
        ),
        (
            "{{ (toTime 1582934400).Format `2006-01-02` }} {{ (toTime -1).Format `2006-01-02 15:04:05` }}",
            "2020-02-29 1969-12-31 23:59:59",
        ),
        (
            "{{ toDuration 3661.5 }} {{ toDuration 0.0015 }} {{ toDuration -90 }} {{ toDuration 0 }}",
            "1h1m1.5s 1.5ms -1m30s 0s",
        ),
        (
            "{{ (toDuration 3661.5).Hours }} {{ (toDuration 90).Round (toDuration 60) }} {{ (toDuration 1.5).Milliseconds }}",
            "1.0170833333333333 2m0s 1500",
        ),
        (
            "{{ ((toTime 0).Add (toDuration 60)).Unix }} {{ (toTime 100).Sub (toTime 40) }} {{ (toTime 1).Before (toTime 2) }}",
            "60 1m0s true",
        ),
    ]);
}

#[test]
fn texts_are_changed() {
    give(&[
        (
            "{{ title `hello wORLD foo-bar foo_bar it's a.b 4xx` }}",
            "Hello WORLD Foo-Bar Foo_bar It's A.b 4Xx",
        ),
        ("{{ toUpper `aßé` }} {{ toLower `AÉ` }}", "AßÉ aé"),
        (
            "{{ match `a.c` `xabcx` }} {{ match `^a$` `b` }} {{ match `\\d` `٣` }} {{ match `[[]` `[` }}",
            "true false false true",
        ),
        (
            "{{ reReplaceAll `(.*):.*` `$1` $labels.instance }} {{ reReplaceAll `(a)(b)` `${2}$1x` `ab` }}",
            "host-1.example.com b",
        ),
        (
            "{{ stripPort `a:1` }} {{ stripPort `[::1]:80` }} {{ stripPort `::1` }}",
            "a ::1 ::1",
        ),
        (
            "{{ stripDomain $labels.instance }} {{ stripDomain `1.2.3.4:80` }} {{ stripDomain `[::1]:80` }}",
            "host-1:9100 1.2.3.4:80 [::1]:80",
        ),
        (
            "{{ urlQueryEscape `a b&c/é` }} {{ graphLink `up{job=\"a\"}` }}",
            "a+b%26c%2F%C3%A9 /graph?g0.expr=up%7Bjob%3D%22a%22%7D&g0.tab=0",
        ),
        (
            "{{ tableLink `up > 1` }} {{ externalURL }} {{ pathPrefix }}",
            "/graph?g0.expr=up+%3E+1&g0.tab=1 http://prom.example:9090/prom /prom",
        ),
        (
            "{{ safeHtml `<b>` }} {{ html `<b>&'` }} {{ js `it's <b>` }} {{ urlquery `a b` }}",
            "<b> &lt;b&gt;&amp;&#39; it\\'s \\u003Cb\\u003E a+b",
        ),
    ]);
}

#[test]
fn functions_that_fail_say_why() {
    for (text, reason) in [
        (
            "{{ first (query `none`) }}",
            "error calling first: first() called on vector with no elements",
        ),
        ("{{ query `bad` }}", "error calling query: it is down"),
        (
            "{{ humanize `one` }}",
            r#"error calling humanize: strconv.ParseFloat: parsing "one": invalid syntax"#,
        ),
        (
            "{{ humanize true }}",
            "error calling humanize: can't convert bool to float",
        ),
        (
            "{{ toTime 1e300 }}",
            "cannot be represented as a nanoseconds timestamp since it overflows int64",
        ),
        (
            "{{ parseDuration `1x` }}",
            r#"unknown unit "x" in duration "1x""#,
        ),
        (
            "{{ reReplaceAll `(` `` `` }}",
            "error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp",
        ),
        ("{{ tmpl `x` . }}", r#"function "tmpl" not defined"#),
    ] {
        let text = rendered(text);
        assert!(text.contains(reason), "{text}");
    }
}
