//! `| regexp "(?P<method>\\w+)"`: named groups become labels.

use obsctl_promql::eval::{EvalError, compile_search};
use regex::Regex;

use super::error;
use super::name::sanitize;
use crate::ast::StringLiteral;
use crate::eval::record::{Extracted, Record};

#[derive(Debug)]
pub(in crate::eval) struct RegexpParser {
    regex: Regex,
    /// The numbers of the named groups, with the labels' names.
    names: Vec<(usize, String)>,
}

impl RegexpParser {
    pub fn compile(text: &StringLiteral) -> Result<Self, EvalError> {
        let regex = compile_search(&text.value).map_err(|reason| {
            error(
                text.span,
                format!("`{}` is not a regular expression: {reason}", text.value),
            )
        })?;
        let names = regex.capture_names().enumerate();
        let names = names.filter_map(|(index, name)| Some((index, sanitize(name?))));
        Ok(Self {
            names: names.collect(),
            regex,
        })
    }

    /// A line that does not match goes through as it is.
    pub fn run(&self, record: &mut Record<'_>) -> bool {
        let line = std::mem::take(&mut record.line);
        let stays = self.regex.captures(&line).is_none_or(|captures| {
            self.names.iter().all(|(index, name)| {
                let value = captures.get(*index).map_or("", |found| found.as_str());
                record.extract(name, || value.to_owned()) != Extracted::Refused
            })
        });
        record.line = line;
        stays
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::check::after;

    #[test]
    fn named_groups_become_labels() {
        let stage = r#"| regexp "^(?P<method>\\w+) (?P<job>\\S+)( (?P<rest>.*))?""#;
        assert_eq!(
            after(stage, "GET /x"),
            r#"{job_extracted="/x", method="GET"}"#
        );
        assert_eq!(
            after(stage, "GET /x a b"),
            r#"{job_extracted="/x", method="GET", rest="a b"}"#
        );
        assert_eq!(after(stage, "-"), "{}");
    }
}
