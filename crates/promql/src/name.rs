//! Which names can be written without quotes.

use crate::lexer::Keyword;
use crate::variable;

/// Whether `name` is a metric name by the classic rules: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
#[must_use]
pub fn is_legacy_metric_name(name: &str) -> bool {
    is_word(name, |byte| byte == b':')
}

/// Whether `name` is a label name by the classic rules: `[a-zA-Z_][a-zA-Z0-9_]*`.
#[must_use]
pub fn is_legacy_label_name(name: &str) -> bool {
    is_word(name, |_| false)
}

fn is_word(name: &str, also: impl Fn(u8) -> bool) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| !first.is_ascii_digit())
        && bytes
            .iter()
            .all(|&b| b.is_ascii_alphanumeric() || b == b'_' || also(b))
}

/// Whether a metric name can stand outside braces.
pub(crate) fn is_bare_metric_name(name: &str) -> bool {
    if is_legacy_metric_name(name) {
        return match Keyword::find(name) {
            Some(keyword) => keyword.is_metric_name(),
            None => !is_special_number(name),
        };
    }
    is_template(name, |byte| byte == b':')
}

/// Whether a label name can stand unquoted in front of a matcher's operator.
pub(crate) fn is_bare_label_name(name: &str) -> bool {
    is_legacy_label_name(name) || is_template(name, |_| false)
}

/// Whether a label name can stand unquoted in a list such as `by (…)`, where keywords are lexed.
pub(crate) fn is_bare_listed_label(name: &str) -> bool {
    is_bare_label_name(name)
        && !is_special_number(name)
        && Keyword::find(name).is_none_or(Keyword::is_label_name)
}

/// `inf` and `nan` are numbers wherever keywords are lexed.
pub(crate) fn is_special_number(word: &str) -> bool {
    word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("nan")
}

/// A name with Grafana variables in it whose other characters are those of a name.
fn is_template(name: &str, also: impl Fn(u8) -> bool) -> bool {
    let mut rest = 0;
    let mut any = false;
    for (range, _) in variable::scan(name) {
        any = true;
        let literal = &name.as_bytes()[rest..range.start];
        if (rest == 0 && literal.first().is_some_and(u8::is_ascii_digit))
            || !is_tail(literal, &also)
        {
            return false;
        }
        rest = range.end;
    }
    any && is_tail(&name.as_bytes()[rest..], &also)
}

fn is_tail(bytes: &[u8], also: &impl Fn(u8) -> bool) -> bool {
    bytes
        .iter()
        .all(|&b| b.is_ascii_alphanumeric() || b == b'_' || also(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classic_names_are_told_from_others() {
        for name in ["up", "job:up:rate5m", ":a", "_", "A1", "on"] {
            assert!(is_legacy_metric_name(name), "{name}");
        }
        for name in ["", "1a", "a.b", "a-b", "é", "$x", "a b"] {
            assert!(!is_legacy_metric_name(name), "{name}");
            assert!(!is_legacy_label_name(name), "{name}");
        }
        assert!(is_legacy_label_name("job") && !is_legacy_label_name("a:b"));
    }

    #[test]
    fn quotes_are_needed_where_the_lexer_would_read_something_else() {
        for name in [
            "sum",
            "by",
            "offset",
            "${p}_total",
            "a_$x",
            "$x",
            "job:$x",
            "fill",
        ] {
            assert!(is_bare_metric_name(name), "{name}");
        }
        for name in [
            "on", "bool", "Inf", "nan", "ATAN2", "5$x", "$x.y", "a.$x", "",
        ] {
            assert!(!is_bare_metric_name(name), "{name}");
        }
        assert!(is_bare_label_name("without") && !is_bare_listed_label("without"));
        assert!(is_bare_label_name("inf") && !is_bare_listed_label("inf"));
        assert!(is_bare_listed_label("on") && !is_bare_listed_label("a:b"));
    }
}
