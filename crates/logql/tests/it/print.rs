//! Texts: on one line and on several.

use obsctl_logql::parse;

#[test]
fn every_query_has_one_text() {
    for (text, printed) in [
        ("{ job = `api` }|=`a`|json", "{job=\"api\"} |= \"a\" | json"),
        ("{a=\"b\"} |~ \"\\\\d+\"", "{a=\"b\"} |~ `\\d+`"),
        (
            "{a=\"b\"}|c=5,d>1.50 e<=60s",
            "{a=\"b\"} | c == 5 and d > 1.5 and e <= 1m",
        ),
        (
            "{a=\"b\"} | c > 1000kB | d > 1024B",
            "{a=\"b\"} | c > 1MB | d > 1KiB",
        ),
        (
            "{a=\"b\"} | c > 0.5ms | d < -90m",
            "{a=\"b\"} | c > 500us | d < -1h30m",
        ),
        ("RATE({a=\"b\"}[60s])", "rate({a=\"b\"}[1m])"),
        (
            "sum(rate({a=\"b\"}[5m])) by (c)",
            "sum by (c) (rate({a=\"b\"}[5m]))",
        ),
        (
            "avg_over_time({a=\"b\"}[5m]|unwrap c)by(d)",
            "avg_over_time({a=\"b\"} | unwrap c [5m]) by (d)",
        ),
        ("$a+on(x)group_left $b", "$a + on (x) group_left () $b"),
        ("{a=\"b\"} | ($c) != \"d\"", "{a=\"b\"} | ($c) != \"d\""),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        assert_eq!(parsed.expr.to_string(), printed, "{text}");
    }
}

#[test]
fn what_is_long_goes_over_several_lines() {
    let text = "sum by (path) (rate({job=\"api\", env=\"prod\"} |= \"error\" | json | status >= 500 and method = \"GET\" [5m])) \
                / sum by (path) (rate({job=\"api\"}[5m])) > 0.01";
    let pretty = parse(text).expr.pretty_within(60);
    assert_eq!(
        pretty,
        "    sum by (path) (
      rate(
        {job=\"api\", env=\"prod\"}
          |= \"error\"
          | json
          | status >= 500 and method=\"GET\"
          [5m]
      )
    )
  /
    sum by (path) (rate({job=\"api\"}[5m]))
>
  0.01"
            .trim_start_matches('\n')
    );
    assert_eq!(parse(&pretty).expr, parse(text).expr);
}
