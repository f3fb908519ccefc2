//! Stages: what their strings must be, and where they may stand.

use std::collections::BTreeSet;
use std::net::IpAddr;

use obsctl_promql::{regex, variable};

use super::Checker;
use crate::ast::{
    Extraction, LabelChoice, LabelFilter, LabelFormat, LabelFormatValue, LineFilter, LineFilterOp,
    LineMatch, LogQuery, RangeAggregate, Stage, StageKind, StringLiteral,
};
use crate::capture;
use crate::eval::template_problem;

impl Checker {
    pub(super) fn stages(&mut self, query: &LogQuery, ranged: bool) {
        let mut unwrapped = false;
        for stage in &query.stages {
            self.stage(stage);
            match &stage.kind {
                StageKind::Unwrap(_) if !ranged => self.refuse(
                    stage.span,
                    "`unwrap` outside of a range aggregation",
                    "take `avg_over_time(… | unwrap x [5m])`, or another function of values, of it",
                ),
                StageKind::Unwrap(_) if unwrapped => {
                    self.refuse(
                        stage.span,
                        "a second `unwrap`",
                        "keep one: a sample has one value",
                    );
                }
                StageKind::Unwrap(_) => unwrapped = true,
                StageKind::LabelFilter(_) | StageKind::Variable(_) | StageKind::Error(_) => {}
                _ if unwrapped => self.refuse(
                    stage.span,
                    "only label filters may follow `unwrap`",
                    "put `unwrap` behind this stage",
                ),
                _ => {}
            }
        }
    }

    /// Whether the function works on values, and the query gives some.
    pub(super) fn unwrap_of_function(&mut self, node: &RangeAggregate, query: &LogQuery) {
        let op = node.op;
        let unwrap = query
            .stages
            .iter()
            .find(|stage| matches!(stage.kind, StageKind::Unwrap(_)));
        match unwrap {
            Some(stage) if !op.takes_values() => {
                let help = "remove `unwrap`, or take `sum_over_time` or `avg_over_time`";
                self.refuse(
                    stage.span,
                    format!("`{op}` works on lines, not on unwrapped values"),
                    help,
                );
            }
            None if !op.takes_lines() && !query.is_open() => {
                let help = "say which label holds the value: `| json | unwrap took`";
                self.refuse(node.op_span, format!("`{op}` needs `unwrap`"), help);
            }
            _ => {}
        }
    }

    fn stage(&mut self, stage: &Stage) {
        match &stage.kind {
            StageKind::LineFilter(filter) => self.line_filter(filter),
            StageKind::Json(list) => self.json(list),
            StageKind::Regexp(text) => self.regexp(text),
            StageKind::Pattern(text) => {
                if let Some((message, help)) = capture::pattern_problem(&text.value, true) {
                    self.refuse(text.span, message, help);
                }
            }
            StageKind::LabelFilter(filter) => filter.walk(|condition| match condition {
                LabelFilter::Match(matcher) if matcher.op.is_regex() => self.regex(&matcher.value),
                LabelFilter::Ip(filter) => self.ip(&filter.value),
                _ => {}
            }),
            StageKind::LineFormat(text) => self.template(text),
            StageKind::LabelFormat(list) => self.label_format(list),
            StageKind::Drop(list) | StageKind::Keep(list) => {
                for choice in list {
                    if let LabelChoice::Match(matcher) = choice
                        && matcher.op.is_regex()
                    {
                        self.regex(&matcher.value);
                    }
                }
            }
            StageKind::Distinct(_) => self.refuse(
                stage.span,
                "no release of Loki 3 has `distinct`",
                "count by the label: `count(count by (label) (count_over_time(… [5m])))`",
            ),
            StageKind::Logfmt(logfmt) => self.logfmt(&logfmt.labels),
            StageKind::Unpack
            | StageKind::Decolorize
            | StageKind::Unwrap(_)
            | StageKind::Variable(_)
            | StageKind::Error(_) => {}
        }
    }

    fn line_filter(&mut self, filter: &LineFilter) {
        let op = filter.op;
        for item in &filter.any {
            match (item, op) {
                (LineMatch::Ip(text, span), _) => {
                    if matches!(op, LineFilterOp::Contains | LineFilterOp::NotContains) {
                        self.ip(text);
                    } else {
                        let message = format!("`{op}` does not look for addresses");
                        self.refuse(*span, message, "write `|= ip(…)` or `!= ip(…)`");
                    }
                }
                (LineMatch::Text(text), LineFilterOp::Regex | LineFilterOp::NotRegex) => {
                    self.regex(text);
                }
                (LineMatch::Text(text), LineFilterOp::Pattern | LineFilterOp::NotPattern) => {
                    if let Some((message, help)) = capture::pattern_problem(&text.value, false) {
                        self.refuse(text.span, message, help);
                    }
                }
                _ => {}
            }
        }
    }

    fn json(&mut self, list: &[Extraction]) {
        for path in list
            .iter()
            .filter_map(|extraction| extraction.path.as_ref())
        {
            if !capture::is_json_path(&path.value) && !variable::contains(&path.value) {
                let message = format!("`{}` is not a path into JSON", path.value);
                let help = "write `a.b[0]`, and keys with other signs as `[\"user-agent\"]`";
                self.refuse(path.span, message, help);
            }
        }
    }

    fn logfmt(&mut self, list: &[Extraction]) {
        for path in list
            .iter()
            .filter_map(|extraction| extraction.path.as_ref())
        {
            if capture::logfmt_key(&path.value).is_none() && !variable::contains(&path.value) {
                let message = format!("`{}` is not a key of logfmt", path.value);
                let help = "write the key as the label that it would be: `user_id` for `user.id`";
                self.refuse(path.span, message, help);
            }
        }
    }

    fn regexp(&mut self, text: &StringLiteral) {
        self.regex(text);
        let unnamed = regex::read(&text.value).is_ok_and(|regex| regex.names.is_empty());
        if unnamed && !variable::contains(&text.value) {
            let help = "name what becomes a label: `(?P<status>\\d+)`";
            self.refuse(text.span, "the regular expression has no named group", help);
        }
    }

    fn ip(&mut self, text: &StringLiteral) {
        if !is_address(&text.value) && !variable::contains(&text.value) {
            let message = format!(
                "`{}` is no address, network or range of addresses",
                text.value
            );
            let help = "write `10.0.0.1`, `10.0.0.0/8` or `10.0.0.1-10.0.0.9`";
            self.refuse(text.span, message, help);
        }
    }

    fn template(&mut self, text: &StringLiteral) {
        let problem = match capture::actions(&text.value) {
            Err(message) => Some(message.to_owned()),
            // What Grafana writes in place of its variables is not known, and variables of templates look like them.
            Ok(actions) if actions.is_empty() || variable::contains(&text.value) => None,
            Ok(_) if !self.reads_templates => None,
            Ok(_) => template_problem(&text.value),
        };
        if let Some(message) = problem {
            let help = "write `{{.label}}` for the value of a label";
            self.refuse(text.span, format!("this is no template: {message}"), help);
        }
    }

    fn label_format(&mut self, list: &[LabelFormat]) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for format in list {
            let name = format.label.text.as_str();
            if name == "__error__" {
                let message = "`__error__` cannot be set: Loki sets it";
                self.refuse(format.label.span, message, "choose another name");
            }
            if !seen.insert(name) && !variable::contains(name) {
                let message = format!("`label_format` sets `{name}` twice");
                self.refuse(
                    format.label.span,
                    message,
                    "use a second `label_format` stage",
                );
            }
            if let LabelFormatValue::Template(text) = &format.value {
                self.template(text);
            }
        }
    }
}

/// Whether the text is an address, a network, or a range of addresses.
fn is_address(text: &str) -> bool {
    let address = |text: &str| text.trim().parse::<IpAddr>().ok();
    if address(text).is_some() {
        return true;
    }
    if let Some((network, bits)) = text.split_once('/') {
        let most = match address(network) {
            Some(IpAddr::V4(_)) => 32,
            Some(IpAddr::V6(_)) => 128,
            None => return false,
        };
        return bits.parse::<u8>().is_ok_and(|bits| bits <= most);
    }
    let ends = text.split_once('-');
    ends.is_some_and(|(from, to)| match (address(from), address(to)) {
        (Some(from), Some(to)) => from.is_ipv4() == to.is_ipv4() && from <= to,
        _ => false,
    })
}
