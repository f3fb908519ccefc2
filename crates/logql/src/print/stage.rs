//! Stages as text.

use std::fmt::{self, Display, Formatter, Write};

use super::{Matches, Quoted, write_list};
use crate::ast::{
    Comparison, Extraction, IpFilter, LabelChoice, LabelFilter, LabelFormat, LabelFormatValue,
    LineFilter, LineFilterOp, LineMatch, LogQuery, Quantity, Stage, StageKind, Unwrap,
};

impl LogQuery {
    /// Writes a stage so that what follows is not read as a part of it.
    pub(crate) fn write_stage(&self, f: &mut impl Write, index: usize) -> fmt::Result {
        let stage = &self.stages[index];
        // `| $x != "a"` would be a label filter.
        if let StageKind::LabelFilter(filter) = &stage.kind
            && ends_in_variable(filter)
            && self.stages.get(index + 1).is_some_and(is_negative_filter)
        {
            return write!(f, "| ({filter})");
        }
        write!(f, "{stage}")
    }
}

fn is_negative_filter(stage: &Stage) -> bool {
    matches!(
        &stage.kind,
        StageKind::LineFilter(LineFilter {
            op: LineFilterOp::NotContains | LineFilterOp::NotRegex,
            ..
        })
    )
}

fn ends_in_variable(filter: &LabelFilter) -> bool {
    match filter {
        LabelFilter::Variable(_) => true,
        LabelFilter::And(inner, _) | LabelFilter::Or(inner, _) => {
            inner.last().is_some_and(ends_in_variable)
        }
        _ => false,
    }
}

impl Display for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !matches!(self.kind, StageKind::LineFilter(_) | StageKind::Variable(_)) {
            f.write_str("| ")?;
        }
        self.kind.fmt(f)
    }
}

/// Without the `|` before it.
impl Display for StageKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineFilter(node) => node.fmt(f),
            Self::Json(list) => {
                f.write_str("json")?;
                write_extractions(f, list)
            }
            Self::Logfmt(node) => {
                f.write_str("logfmt")?;
                f.write_str(if node.strict { " --strict" } else { "" })?;
                f.write_str(if node.keep_empty { " --keep-empty" } else { "" })?;
                write_extractions(f, &node.labels)
            }
            Self::Regexp(text) => write!(f, "regexp {}", Quoted(text)),
            Self::Pattern(text) => write!(f, "pattern {}", Quoted(text)),
            Self::Unpack => f.write_str("unpack"),
            Self::LabelFilter(node) => node.fmt(f),
            Self::LineFormat(text) => write!(f, "line_format {}", Quoted(text)),
            Self::LabelFormat(list) => {
                f.write_str("label_format ")?;
                write_list(f, list, |f, format| write!(f, "{format}"))
            }
            Self::Decolorize => f.write_str("decolorize"),
            Self::Drop(list) => {
                f.write_str("drop ")?;
                write_list(f, list, |f, choice| write!(f, "{choice}"))
            }
            Self::Keep(list) => {
                f.write_str("keep ")?;
                write_list(f, list, |f, choice| write!(f, "{choice}"))
            }
            Self::Distinct(list) => {
                f.write_str("distinct ")?;
                write_list(f, list, |f, name| f.write_str(&name.text))
            }
            Self::Unwrap(node) => node.fmt(f),
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

fn write_extractions(f: &mut Formatter<'_>, list: &[Extraction]) -> fmt::Result {
    if !list.is_empty() {
        f.write_char(' ')?;
    }
    write_list(f, list, |f, extraction| match &extraction.path {
        Some(path) => write!(f, "{}={}", extraction.label.text, Quoted(path)),
        None => f.write_str(&extraction.label.text),
    })
}

impl Display for LineFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.op)?;
        for (index, item) in self.any.iter().enumerate() {
            f.write_str(if index > 0 { " or " } else { " " })?;
            match item {
                LineMatch::Text(text) => Quoted(text).fmt(f)?,
                LineMatch::Ip(text, _) => write!(f, "ip({})", Quoted(text))?,
                LineMatch::Variable(node) => node.fmt(f)?,
                LineMatch::Error(node) => f.write_str(&node.text)?,
            }
        }
        Ok(())
    }
}

impl Display for LabelFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Match(matcher) => Matches(matcher).fmt(f),
            Self::Compare(node) => node.fmt(f),
            Self::Ip(node) => node.fmt(f),
            Self::And(inner, _) => {
                for (index, filter) in inner.iter().enumerate() {
                    f.write_str(if index > 0 { " and " } else { "" })?;
                    match filter {
                        Self::Or(..) => write!(f, "({filter})")?,
                        _ => filter.fmt(f)?,
                    }
                }
                Ok(())
            }
            Self::Or(inner, _) => {
                for (index, filter) in inner.iter().enumerate() {
                    f.write_str(if index > 0 { " or " } else { "" })?;
                    filter.fmt(f)?;
                }
                Ok(())
            }
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.label.text, self.op, self.value)
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(node) => node.fmt(f),
            Self::Duration(node) => node.fmt(f),
            Self::Bytes(node) => node.fmt(f),
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

impl Display for IpFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let op = if self.negative { "!=" } else { "=" };
        write!(f, "{} {op} ip({})", self.label.text, Quoted(&self.value))
    }
}

impl Display for LabelFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.value {
            LabelFormatValue::Rename(name) => write!(f, "{}={}", self.label.text, name.text),
            LabelFormatValue::Template(text) => write!(f, "{}={}", self.label.text, Quoted(text)),
        }
    }
}

impl Display for LabelChoice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&name.text),
            Self::Match(matcher) => Matches(matcher).fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

impl Display for Unwrap {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.conversion {
            Some(conversion) => write!(f, "unwrap {conversion}({})", self.label.text),
            None => write!(f, "unwrap {}", self.label.text),
        }
    }
}
