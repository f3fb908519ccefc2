//! Prometheus' templates: Go's `text/template`, with Prometheus' functions and variables.

use std::ops::Range;

use obsctl_model::{Alert, Promql, Rule, RuleGroup};

/// What is known of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Where Prometheus would refuse it, or fail to fill it in.
    pub problems: Vec<Problem>,
    /// Where the value of the alert is printed, and whether anything makes it readable.
    pub values: Vec<Printed>,
    /// The PromQL that it asks, with `$value` in place of what is only known later.
    pub queries: Vec<(Range<usize>, String)>,
    /// Where results of queries are printed.
    pub results: Vec<Range<usize>>,
}

/// Something wrong in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
}

/// A place where the alert's value is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The bytes.
    pub range: Range<usize>,
    /// Whether it is printed as it is.
    pub raw: bool,
}

/// A query in a text of an alert.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The alert: the group's place, and the rule's place in it.
    pub rule: (usize, usize),
    /// The query.
    pub query: Promql,
}

/// What the texts of all alerts ask.
#[must_use]
pub(super) fn asked(groups: &[RuleGroup]) -> Vec<Asked> {
    let mut found = vec![];
    for (index, group) in groups.iter().enumerate() {
        for (place, rule) in group.rules.iter().enumerate() {
            let Rule::Alert(alert) = rule else { continue };
            for (_, text) in texts(alert).filter(|(_, text)| text.contains("query")) {
                found.extend(read(text).queries.into_iter().map(|(_, query)| Asked {
                    rule: (index, place),
                    query: Promql::parse(&query, alert.origin),
                }));
            }
        }
    }
    found
}

/// The texts of an alert that Prometheus fills in, with what they are.
pub fn texts(alert: &Alert) -> impl Iterator<Item = (&str, &str)> {
    let own = [
        ("summary", Some(alert.summary.as_str())),
        ("description", alert.description.as_deref()),
    ];
    let own = own
        .into_iter()
        .filter_map(|(what, text)| Some((what, text?)));
    let further = alert.annotations.iter().chain(&alert.labels);
    own.chain(further.map(|(what, text)| (what.as_str(), text.as_str())))
}

/// The functions of Go's templates and of Prometheus'.
pub const FUNCTIONS: &[&str] = &[
    "and",
    "args",
    "call",
    "eq",
    "externalURL",
    "first",
    "ge",
    "graphLink",
    "gt",
    "html",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "index",
    "js",
    "label",
    "le",
    "len",
    "lt",
    "match",
    "ne",
    "not",
    "now",
    "or",
    "parseDuration",
    "pathPrefix",
    "print",
    "printf",
    "println",
    "query",
    "reReplaceAll",
    "safeHtml",
    "slice",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "tmpl",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "urlquery",
    "value",
];

/// The variables that Prometheus defines.
pub const VARIABLES: &[&str] = &["$", "$externalLabels", "$externalURL", "$labels", "$value"];

/// Reads a template.
#[must_use]
pub fn read(text: &str) -> Template {
    let mut reader = Reader {
        text,
        found: Template::default(),
        open: vec![],
        variables: VARIABLES.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut at = 0;
    while let Some(begin) = text[at..].find("{{") {
        let start = at + begin;
        let Some(end) = close(text, start + 2) else {
            reader.problem(
                start..start + 2,
                "`{{` is never closed",
                Some("put `}}` at the end of the action"),
            );
            break;
        };
        reader.action(start + 2, end);
        at = end + 2;
    }
    for block in std::mem::take(&mut reader.open) {
        let message = format!("`{}` is never ended", block.keyword);
        reader.problem(block.range, message, Some("put `{{ end }}` behind it"));
    }
    reader.found
}

/// Where the action that begins at `at` ends: at the `}}` that stands in no text.
fn close(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let inner = text[at..].trim_start_matches('-').trim_start();
    if inner.starts_with("/*") {
        let comment = at + text[at..].find("*/")?;
        return Some(comment + text[comment..].find("}}")?);
    }
    let mut index = at;
    while index < bytes.len() {
        match bytes[index] {
            b'}' if bytes.get(index + 1) == Some(&b'}') => return Some(index),
            b'"' => index = quoted(bytes, index)?,
            b'`' => index = index + 1 + text[index + 1..].find('`')?,
            _ => {}
        }
        index += 1;
    }
    None
}

/// The quote that ends the text which begins at `at`.
fn quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let mut index = at + 1;
    while index < bytes.len() {
        match bytes[index] {
            b'\\' => index += 1,
            b'"' => return Some(index),
            b'\n' => return None,
            _ => {}
        }
        index += 1;
    }
    None
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Field,
    Variable(String),
    Text(String),
    Number,
    Sign(char),
    Assign,
}

struct Block {
    keyword: String,
    range: Range<usize>,
    /// How many variables there were before it.
    variables: usize,
    has_else: bool,
}

struct Reader<'a> {
    text: &'a str,
    found: Template,
    open: Vec<Block>,
    variables: Vec<String>,
}

type Tokens = Vec<(Token, Range<usize>)>;

impl Reader<'_> {
    fn problem(&mut self, range: Range<usize>, message: impl Into<String>, help: Option<&str>) {
        self.found.problems.push(Problem {
            range,
            message: message.into(),
            help: help.map(str::to_owned),
        });
    }

    fn action(&mut self, start: usize, end: usize) {
        let mut range = start..end;
        if self.text[range.clone()].starts_with("- ") {
            range.start += 1;
        }
        if self.text[range.clone()].ends_with(" -") {
            range.end -= 1;
        }
        if self.text[range.clone()].trim_start().starts_with("/*") {
            return;
        }
        let Some(tokens) = self.tokens(range.clone()) else {
            return;
        };
        let Some((first, at)) = tokens.first().cloned() else {
            self.problem(
                start - 2..end + 2,
                "an action is empty",
                Some("leave it out"),
            );
            return;
        };
        let rest = &tokens[1..];
        match &first {
            Token::Word(word) => match word.as_str() {
                "if" | "with" | "range" => {
                    self.open.push(Block {
                        keyword: word.clone(),
                        range: at.clone(),
                        variables: self.variables.len(),
                        has_else: false,
                    });
                    self.control(word, &at, rest);
                }
                "block" | "define" => self.open.push(Block {
                    keyword: word.clone(),
                    range: at,
                    variables: self.variables.len(),
                    has_else: false,
                }),
                "else" => self.otherwise(&at, rest),
                "end" => match self.open.pop() {
                    Some(block) => self.variables.truncate(block.variables),
                    None => self.problem(
                        at,
                        "`end` of nothing",
                        Some("leave it out, or open a block before it"),
                    ),
                },
                "template" | "break" | "continue" => {}
                _ => self.pipeline(&tokens, true),
            },
            Token::Variable(name) => match rest.first() {
                Some((Token::Assign, _)) => {
                    self.pipeline(&rest[1..], false);
                    self.declare(name);
                }
                Some((Token::Sign('='), _)) => {
                    self.variable(name, at);
                    self.pipeline(&rest[1..], false);
                }
                _ => self.pipeline(&tokens, true),
            },
            _ => self.pipeline(&tokens, true),
        }
    }

    fn otherwise(&mut self, at: &Range<usize>, rest: &[(Token, Range<usize>)]) {
        match self.open.last_mut() {
            None => {
                self.problem(
                    at.clone(),
                    "`else` of nothing",
                    Some("open an `if` before it"),
                );
            }
            Some(block) if block.has_else => {
                self.problem(
                    at.clone(),
                    "a second `else`",
                    Some("leave one out, or write `else if`"),
                );
            }
            Some(block) => {
                if rest.is_empty() {
                    block.has_else = true;
                }
                let keep = block.variables;
                self.variables.truncate(keep);
                if let Some((Token::Word(word), at)) = rest.first() {
                    let (word, at) = (word.clone(), at.clone());
                    self.control(&word, &at, &rest[1..]);
                }
            }
        }
    }

    /// What stands behind `if`, `with` or `range`.
    fn control(&mut self, word: &str, at: &Range<usize>, rest: &[(Token, Range<usize>)]) {
        let assign = rest.iter().position(|(token, _)| *token == Token::Assign);
        let pipeline = assign.map_or(rest, |assign| &rest[assign + 1..]);
        if pipeline.is_empty() {
            let message = format!("`{word}` needs something to look at");
            self.problem(at.clone(), message, None);
            return;
        }
        self.pipeline(pipeline, false);
        for (token, _) in &rest[..assign.unwrap_or(0)] {
            if let Token::Variable(name) = token {
                self.declare(name);
            }
        }
    }

    fn declare(&mut self, name: &str) {
        self.variables.push(name.to_owned());
    }

    fn variable(&mut self, name: &str, at: Range<usize>) {
        if !self.variables.iter().any(|known| known == name) {
            let known = self.variables.iter().map(String::as_str);
            let help = match crate::diagnostic::nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "the variables are `$labels`, `$value`, `$externalLabels` and `$externalURL`"
                        .to_owned()
                }
            };
            let message = format!("variable `{name}` is not defined");
            self.problem(at, message, Some(&help));
        }
    }

    fn pipeline(&mut self, tokens: &[(Token, Range<usize>)], prints: bool) {
        let mut depth = 0_usize;
        let mut opened = 0..0;
        for (index, (token, at)) in tokens.iter().enumerate() {
            match token {
                Token::Variable(name) => self.variable(name, at.clone()),
                Token::Sign('(') => {
                    depth += 1;
                    opened = at.clone();
                }
                Token::Sign(')') => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => {
                        self.problem(at.clone(), "`)` closes nothing", Some("leave it out"));
                        return;
                    }
                },
                Token::Sign('|') => {
                    let ends = tokens
                        .get(index + 1)
                        .is_none_or(|(next, _)| matches!(next, Token::Sign('|' | ')')));
                    if ends || index == 0 {
                        self.problem(
                            at.clone(),
                            "nothing stands on one side of `|`",
                            Some("leave it out"),
                        );
                    }
                }
                Token::Word(word) => {
                    let constant = matches!(word.as_str(), "true" | "false" | "nil");
                    if !constant && !FUNCTIONS.contains(&word.as_str()) {
                        let help = match crate::diagnostic::nearest(word, FUNCTIONS.iter().copied())
                        {
                            Some(near) => format!("did you mean `{near}`?"),
                            None if matches!(word.as_str(), "value" | "labels") => {
                                format!("write `${word}`")
                            }
                            None if word == "labels" => "write `$labels`".to_owned(),
                            None => "templates of rules have Go's functions and Prometheus' own"
                                .to_owned(),
                        };
                        let message = format!("there is no function `{word}`");
                        self.problem(at.clone(), message, Some(&help));
                    }
                }
                _ => {}
            }
        }
        if depth > 0 {
            self.problem(opened, "`(` is never closed", Some("put `)` behind it"));
        }
        self.asked(tokens);
        if !prints {
            return;
        }
        let is_value = |token: &Token, at: &Range<usize>| {
            matches!(token, Token::Variable(name) if name == "$value")
                || *token == Token::Field && &self.text[at.clone()] == ".Value"
        };
        let asks = tokens
            .iter()
            .any(|(token, _)| matches!(token, Token::Word(word) if word == "query"));
        let value = tokens.iter().find(|(token, at)| is_value(token, at));
        if let Some((_, at)) = value
            && self.at_top()
        {
            let raw = tokens.len() == 1;
            self.found.values.push(Printed {
                range: at.clone(),
                raw,
            });
        } else if let (true, Some((_, first)), Some((_, last))) =
            (asks, tokens.first(), tokens.last())
        {
            self.found.results.push(first.start..last.end);
        }
    }

    /// Whether the dot is what Prometheus made it.
    fn at_top(&self) -> bool {
        !self
            .open
            .iter()
            .any(|block| matches!(block.keyword.as_str(), "range" | "with" | "define"))
    }

    /// Keeps what `query` is asked: `query "up"`, `printf "up{job='%s'}" $labels.job | query`.
    fn asked(&mut self, tokens: &[(Token, Range<usize>)]) {
        for (index, (token, _)) in tokens.iter().enumerate() {
            if !matches!(token, Token::Word(word) if word == "query") {
                continue;
            }
            let next = tokens.get(index + 1);
            if let Some((Token::Text(text), at)) = next {
                self.found.queries.push((at.clone(), text.clone()));
                continue;
            }
            // Piped: the text that is formatted stands before.
            let piped = index > 0 && tokens[index - 1].0 == Token::Sign('|');
            let format = tokens[..index]
                .windows(2)
                .rev()
                .find_map(|pair| match pair {
                    [(Token::Word(word), _), (Token::Text(text), at)] if word == "printf" => {
                        Some((at.clone(), text))
                    }
                    _ => None,
                });
            match (
                piped,
                format,
                index.checked_sub(2).map(|before| &tokens[before]),
            ) {
                (true, Some((at, text)), _) => self
                    .found
                    .queries
                    .extend(formatted(text).map(|text| (at, text))),
                (true, None, Some((Token::Text(text), at))) => {
                    self.found.queries.push((at.clone(), text.clone()));
                }
                _ => {}
            }
        }
    }

    fn tokens(&mut self, range: Range<usize>) -> Option<Tokens> {
        let text = self.text;
        let mut found = vec![];
        let mut at = range.start;
        while at < range.end {
            let rest = &text[at..range.end];
            let char = rest.chars().next()?;
            let word = |from: usize| {
                let end = rest[from..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
                end.map_or(rest.len(), |end| from + end)
            };
            let (token, length) = match char {
                c if c.is_whitespace() => {
                    at += c.len_utf8();
                    continue;
                }
                '"' => {
                    let end = quoted(text.as_bytes(), at).filter(|end| *end < range.end);
                    let Some(end) = end else {
                        self.problem(
                            at..at + 1,
                            "a text is never closed",
                            Some("put `\"` at its end"),
                        );
                        return None;
                    };
                    (Token::Text(unescaped(&text[at + 1..end])), end + 1 - at)
                }
                '`' => {
                    let end = rest[1..].find('`')?;
                    (Token::Text(rest[1..=end].to_owned()), end + 2)
                }
                '\'' => {
                    let message = "a text stands in single quotes";
                    self.problem(
                        at..at + 1,
                        message,
                        Some("write `\"…\"`: single quotes hold one character"),
                    );
                    return None;
                }
                '$' => {
                    let end = word(1);
                    (Token::Variable(rest[..end].to_owned()), end)
                }
                '.' => (Token::Field, word(1)),
                ':' if rest.starts_with(":=") => (Token::Assign, 2),
                c if c.is_ascii_digit()
                    || matches!(c, '-' | '+')
                        && rest[1..].starts_with(|d: char| d.is_ascii_digit() || d == '.') =>
                {
                    let end = rest[1..]
                        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
                    (Token::Number, end.map_or(rest.len(), |end| end + 1))
                }
                c if c.is_alphabetic() || c == '_' => {
                    let end = word(0);
                    (Token::Word(rest[..end].to_owned()), end)
                }
                '|' | '(' | ')' | ',' | '=' => (Token::Sign(char), 1),
                other => {
                    let message = format!("`{other}` has no meaning in a template");
                    self.problem(at..at + other.len_utf8(), message, None);
                    return None;
                }
            };
            found.push((token, at..at + length));
            at += length;
        }
        Some(found)
    }
}

fn unescaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('n') => result.push('\n'),
                Some('t') => result.push('\t'),
                Some(other) => result.push(other),
                None => {}
            },
            other => result.push(other),
        }
    }
    result
}

/// What `printf` makes of a format, with a variable for what it puts in; nothing where that is no plain text.
fn formatted(format: &str) -> Option<String> {
    let mut result = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            result.push(char);
            continue;
        }
        match chars.next()? {
            's' | 'v' | 'd' => result.push_str("${value}"),
            'q' => result.push_str("\"${value}\""),
            '%' => result.push('%'),
            _ => return None,
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let found = read(text).problems.into_iter();
        found
            .map(|problem| format!("{}: {}", &text[problem.range], problem.message))
            .collect()
    }

    #[test]
    fn what_prometheus_accepts_has_no_problems() {
        for text in [
            "plain } { text",
            "{{ $labels.instance }} is {{ $value | humanizePercentage }}",
            "{{- if gt $value 0.5 -}} high {{- else if eq .Value 0.0 }} none {{ else }} low {{ end }}",
            r#"{{ range $index, $one := query "up" }}{{ $one.Labels.job }}{{ $index }}{{ end }}"#,
            r#"{{ with printf "up{job=%q}" $labels.job | query }}{{ . | first | value | humanize }}{{ end }}"#,
            "{{/* a comment }} */}}{{ `raw }}` }}",
            r#"{{ $x := "a" }}{{ $x = "b" }}{{ $x }}"#,
            r#"{{ printf "%.2f" (index $labels "a") }} {{ reReplaceAll "a" "b" .Labels.x }}"#,
            r#"{{ printf "%.1f" -1.5 }}{{ . }}{{ $.ExternalURL }}{{ true }}"#,
        ] {
            assert_eq!(problems(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_it_refuses_is_said() {
        for (text, expected) in [
            ("{{ $labels.a }", "{{: `{{` is never closed"),
            ("{{ if $value }}x", "if: `if` is never ended"),
            ("x{{ end }}", "end: `end` of nothing"),
            ("{{ else }}", "else: `else` of nothing"),
            (
                "{{ humanise $value }}",
                "humanise: there is no function `humanise`",
            ),
            (
                "{{ $lables.a }}",
                "$lables: variable `$lables` is not defined",
            ),
            (
                "{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}",
                "$x: variable `$x` is not defined",
            ),
            ("{{ $value | }}", "|: nothing stands on one side of `|`"),
            ("{{ (first $value }}", "(: `(` is never closed"),
            ("{{ printf 'x' }}", "': a text stands in single quotes"),
            ("{{ }}", "{{ }}: an action is empty"),
            ("{{ $value > 5 }}", ">: `>` has no meaning in a template"),
        ] {
            assert_eq!(problems(text), [expected], "{text}");
        }
    }

    #[test]
    fn queries_and_values_are_kept() {
        let text = r#"{{ $value }} {{ $value | humanize }} {{ if gt $value 1.0 }}x{{ end }} {{ query "up == 0" | first | value }}
            {{ range printf "sum(a{b='%s'})" $labels.b | query }}{{ .Value }}{{ end }}"#;
        let found = read(text);
        assert_eq!(found.problems, []);
        assert_eq!(
            found.values.iter().map(|one| one.raw).collect::<Vec<_>>(),
            [true, false]
        );
        let queries: Vec<_> = found
            .queries
            .iter()
            .map(|(_, query)| query.as_str())
            .collect();
        assert_eq!(queries, ["up == 0", "sum(a{b='${value}'})"]);
        assert_eq!(found.results.len(), 1);
    }
}
