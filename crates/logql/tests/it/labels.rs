//! Labels: where they are used, and where they may come from.

use obsctl_logql::{LabelOrigin, LabelPlace, parse};

/// Each use of a label as `name place origin`.
fn uses(text: &str) -> Vec<String> {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    let describe = |it: obsctl_logql::LabelUse<'_>| {
        assert_eq!(&text[it.name.span.range()], it.name.text, "{text}");
        let origin = match it.origin() {
            LabelOrigin::Stream => "stream".to_owned(),
            LabelOrigin::Unparsed => "unparsed".to_owned(),
            LabelOrigin::Made(stage) => format!("made by {}", stage.kind),
            LabelOrigin::Parsed(stage) => format!("parsed by {}", stage.kind),
            LabelOrigin::Loki => "loki".to_owned(),
            LabelOrigin::Unknown => "unknown".to_owned(),
        };
        format!("{} {:?}: {origin}", it.name.text, it.place)
    };
    parsed.expr.label_uses().into_iter().map(describe).collect()
}

#[test]
fn the_stages_before_a_use_tell_where_the_label_comes_from() {
    assert_eq!(
        uses("{job=\"api\"} | trace_id = \"x\" | job != \"y\" | json | level = \"error\""),
        [
            "job Matcher: stream",
            "trace_id Filter: unparsed",
            "job Filter: stream",
            "level Filter: parsed by json",
        ]
    );
    assert_eq!(
        uses(
            "{job=\"api\"} | json status=\"code\" | status >= 500 and path = \"/\" | __error__ = \"\""
        ),
        [
            "job Matcher: stream",
            "status Filter: made by json status=\"code\"",
            "path Filter: unparsed",
            "__error__ Filter: loki",
        ]
    );
    assert_eq!(
        uses(
            "{job=\"api\"} | pattern \"<ip> <_>\" | regexp \"(?P<code>.+)\" | ip = ip(\"::1\") | code > 5 | _ = \"\""
        ),
        [
            "job Matcher: stream",
            "ip Filter: made by pattern \"<ip> <_>\"",
            "code Filter: made by regexp \"(?P<code>.+)\"",
            "_ Filter: unparsed",
        ]
    );
    assert_eq!(
        uses("{job=\"api\"} | logfmt | label_format a=b, c=\"{{.d}}\" | keep a, c=\"x\" | drop e"),
        [
            "job Matcher: stream",
            "b Renamed: parsed by logfmt",
            "a Kept: made by label_format a=b, c=\"{{.d}}\"",
            "c Kept: made by label_format a=b, c=\"{{.d}}\"",
            "e Dropped: parsed by logfmt",
        ]
    );
    assert_eq!(
        uses("{job=\"api\"} $stages | level = \"x\" | $label = \"y\" | distinct z"),
        [
            "job Matcher: stream",
            "level Filter: unknown",
            "$label Filter: unknown",
            "z Distinct: unknown",
        ]
    );
}

#[test]
fn groupings_are_uses_of_every_query_inside() {
    assert_eq!(
        uses(
            "sum by (level) (rate({a=\"b\"} | json [5m])) / on (job) group_left (env) max_over_time({job=\"c\"} | unwrap took [5m]) by (pod)"
        ),
        [
            "job Grouping: parsed by json",
            "env Grouping: parsed by json",
            "level Grouping: parsed by json",
            "a Matcher: stream",
            "job Grouping: stream",
            "env Grouping: unparsed",
            "pod Grouping: unparsed",
            "job Matcher: stream",
            "took Unwrapped: unparsed",
        ]
    );
}

#[test]
fn the_stages_before_are_those_that_lines_have_passed() {
    let parsed = parse("{a=\"b\"} |= \"x\" | json | c = \"d\"");
    let uses = parsed.expr.label_uses();
    assert_eq!(
        uses.iter().map(|it| it.before.len()).collect::<Vec<_>>(),
        [0, 2]
    );
    assert_eq!(uses[1].place, LabelPlace::Filter);
}

#[test]
fn a_parser_without_a_filter_before_it_is_found() {
    for (text, expected) in [
        ("{a=\"b\"} | json", Some("| json")),
        ("{a=\"b\"} | c = \"d\" | logfmt |= \"x\"", Some("| logfmt")),
        ("{a=\"b\"} |= \"x\" | json", None),
        ("{a=\"b\"} | decolorize != \"x\" | pattern \"<c>\"", None),
        ("{a=\"b\"} $filters | json", None),
        ("{a=\"b\"} |= \"x\"", None),
        ("rate({a=\"b\"} | unpack [5m])", Some("| unpack")),
    ] {
        let parsed = parse(text);
        let query = parsed.expr.log_queries()[0].query;
        let found = query
            .unfiltered_parser()
            .map(|stage| &text[stage.span.range()]);
        assert_eq!(found, expected, "{text}");
    }
    let parsed = parse("{a=\"b\"} |= \"x\" | c = \"d\" != \"y\" | json |= \"z\"");
    let query = parsed.expr.log_queries()[0].query;
    let before: Vec<_> = query
        .line_filters_before_parser()
        .map(ToString::to_string)
        .collect();
    assert_eq!(before, ["|= \"x\"", "!= \"y\""]);
    assert_eq!(
        query.parser().map(ToString::to_string),
        Some("| json".to_owned())
    );
}
