//! Labels in queries: matchers on them, and lists of them to group or match by.

use std::marker::PhantomData;

use obsctl_promql::Span;
use obsctl_promql::ast::{MatchOp, Matcher as AstMatcher, Name, StringLiteral};

use crate::{Label, LabelValue, Metric};

/// A matcher on a label of metric `M`.
#[derive(Clone, Debug)]
pub struct Matcher<M> {
    pub(super) matcher: AstMatcher,
    of: PhantomData<fn() -> M>,
}

fn ast_matcher(label: &str, op: MatchOp, value: String) -> AstMatcher {
    AstMatcher {
        name: name(label),
        op,
        value: StringLiteral {
            value,
            span: Span::default(),
        },
        span: Span::default(),
    }
}

pub(super) fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}

/// Escapes what means something in a regular expression.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

impl<M, D: LabelValue> Label<M, D> {
    fn matcher(self, op: MatchOp, value: String) -> Matcher<M> {
        Matcher {
            matcher: ast_matcher(self.name(), op, value),
            of: PhantomData,
        }
    }

    /// `label="value"`
    #[must_use]
    pub fn is(self, value: impl Into<D>) -> Matcher<M> {
        self.matcher(MatchOp::Equal, value.into().text().into_owned())
    }

    /// `label!="value"`
    #[must_use]
    pub fn is_not(self, value: impl Into<D>) -> Matcher<M> {
        self.matcher(MatchOp::NotEqual, value.into().text().into_owned())
    }

    /// `label=~"a|b"`: one of these values.
    #[must_use]
    pub fn is_any<V: Into<D>>(self, values: impl IntoIterator<Item = V>) -> Matcher<M> {
        let values: Vec<_> = values
            .into_iter()
            .map(|value| escape(&value.into().text()))
            .collect();
        self.matcher(MatchOp::Regex, values.join("|"))
    }

    /// `label=~"regex"`, anchored on both sides.
    #[must_use]
    pub fn matches(self, regex: &str) -> Matcher<M> {
        self.matcher(MatchOp::Regex, regex.to_owned())
    }

    /// `label!~"regex"`, anchored on both sides.
    #[must_use]
    pub fn not_matches(self, regex: &str) -> Matcher<M> {
        self.matcher(MatchOp::NotRegex, regex.to_owned())
    }

    /// `label=~"$variable"`: what the reader chose on the dashboard, one value or several.
    #[must_use]
    pub fn chosen(self, variable: &str) -> Matcher<M> {
        self.matcher(MatchOp::Regex, format!("${variable}"))
    }
}

/// A label that Prometheus puts on every series it scrapes: [`TargetLabel::JOB`], [`TargetLabel::INSTANCE`].
#[derive(Clone, Copy, Debug)]
pub struct TargetLabel(&'static str);

impl TargetLabel {
    /// The scrape job.
    pub const JOB: Self = Self("job");
    /// The scraped address.
    pub const INSTANCE: Self = Self("instance");

    /// `label="value"`
    #[must_use]
    pub fn is<M>(self, value: &str) -> Matcher<M> {
        Matcher {
            matcher: ast_matcher(self.0, MatchOp::Equal, value.to_owned()),
            of: PhantomData,
        }
    }

    /// `label=~"regex"`
    #[must_use]
    pub fn matches<M>(self, regex: &str) -> Matcher<M> {
        Matcher {
            matcher: ast_matcher(self.0, MatchOp::Regex, regex.to_owned()),
            of: PhantomData,
        }
    }

    /// `label=~"$variable"`
    #[must_use]
    pub fn chosen<M>(self, variable: &str) -> Matcher<M> {
        self.matches(&format!("${variable}"))
    }
}

/// One label that series of `M` can have. For an expression over several metrics any declared label will do.
#[diagnostic::on_unimplemented(
    message = "this label is not a label of `{M}`",
    note = "group by the labels that `{M}` declares, or declare the label there"
)]
pub trait LabelOf<M> {
    /// The label's name.
    fn label_name(&self) -> &'static str;
}

impl<M: Metric, D> LabelOf<M> for Label<M, D> {
    fn label_name(&self) -> &'static str {
        self.name()
    }
}

impl<M: Metric, D> LabelOf<super::Any> for Label<M, D> {
    fn label_name(&self) -> &'static str {
        self.name()
    }
}

impl<M> LabelOf<M> for TargetLabel {
    fn label_name(&self) -> &'static str {
        self.0
    }
}

/// Labels to group or match by: one, or a tuple of several.
#[diagnostic::on_unimplemented(
    message = "these are not labels of `{M}`",
    note = "write one label, or a tuple of labels that `{M}` declares"
)]
pub trait Labels<M> {
    /// The labels' names.
    fn names(&self) -> Vec<&'static str>;
}

impl<M> Labels<M> for () {
    fn names(&self) -> Vec<&'static str> {
        vec![]
    }
}

impl<M, N, D> Labels<M> for Label<N, D>
where
    Self: LabelOf<M>,
{
    fn names(&self) -> Vec<&'static str> {
        vec![self.label_name()]
    }
}

impl<M> Labels<M> for TargetLabel {
    fn names(&self) -> Vec<&'static str> {
        vec![self.0]
    }
}

macro_rules! label_tuples {
    ($($($part:ident)+;)+) => { $(
        impl<M, $($part: LabelOf<M>),+> Labels<M> for ($($part,)+) {
            #[allow(non_snake_case, reason = "type parameters name the parts")]
            fn names(&self) -> Vec<&'static str> {
                let ($($part,)+) = self;
                vec![$($part.label_name()),+]
            }
        }
    )+ };
}

label_tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }
