//! All Grafana variables of a query.

use obsctl_promql::variable;

use crate::Span;
use crate::ast::{
    Duration, Expr, LabelChoice, LabelFilter, LabelFormatValue, LineMatch, LogQuery, Matcher, Name,
    Quantity, StageKind, StringLiteral, Variable, VariableForm,
};

impl Expr {
    /// All Grafana variables of the expression: nodes, and those inside names, strings and durations.
    /// Each carries the span of its place; inside a string with escapes, of the whole string.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Found(Vec::new());
        self.walk(|expr| found.expr(expr));
        found.0
    }
}

struct Found(Vec<Variable>);

impl Found {
    /// The variables of this node, without those of its children.
    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::String(node) => self.text(node),
            Expr::Log(query) => self.log_query(query),
            Expr::Range(range) => {
                self.log_query(&range.query);
                self.duration(&range.range);
                range.offset.iter().for_each(|offset| self.duration(offset));
            }
            Expr::RangeAggregate(node) => {
                self.names(node.grouping.iter().flat_map(|grouping| &grouping.labels));
            }
            Expr::Aggregate(node) => {
                self.names(node.grouping.iter().flat_map(|grouping| &grouping.labels));
            }
            Expr::Call(call) => self.name(&call.func),
            Expr::Binary(node) => {
                if let Some(matching) = &node.matching {
                    self.names(&matching.labels.labels);
                    self.names(matching.group.iter().flat_map(|group| &group.include));
                }
            }
            Expr::Variable(node) => self.variable(node),
            Expr::Number(_) | Expr::Paren(_) | Expr::Variants(_) | Expr::Error(_) => {}
        }
    }

    fn log_query(&mut self, query: &LogQuery) {
        query.selector.whole.iter().for_each(|it| self.variable(it));
        query
            .selector
            .matchers
            .iter()
            .for_each(|it| self.matcher(it));
        query
            .selector
            .variables
            .iter()
            .for_each(|it| self.variable(it));
        query.stages.iter().for_each(|it| self.stage(&it.kind));
    }

    fn stage(&mut self, kind: &StageKind) {
        match kind {
            StageKind::LineFilter(filter) => filter.any.iter().for_each(|item| match item {
                LineMatch::Text(text) | LineMatch::Ip(text, _) => self.text(text),
                LineMatch::Variable(node) => self.variable(node),
                LineMatch::Error(_) => {}
            }),
            StageKind::Json(list) => {
                for extraction in list {
                    self.name(&extraction.label);
                    extraction.path.iter().for_each(|path| self.text(path));
                }
            }
            StageKind::Logfmt(logfmt) => {
                for extraction in &logfmt.labels {
                    self.name(&extraction.label);
                    extraction.path.iter().for_each(|path| self.text(path));
                }
            }
            StageKind::Regexp(text) | StageKind::Pattern(text) | StageKind::LineFormat(text) => {
                self.text(text);
            }
            StageKind::LabelFilter(filter) => filter.walk(|condition| self.condition(condition)),
            StageKind::LabelFormat(list) => {
                for format in list {
                    self.name(&format.label);
                    match &format.value {
                        LabelFormatValue::Rename(name) => self.name(name),
                        LabelFormatValue::Template(text) => self.text(text),
                    }
                }
            }
            StageKind::Drop(list) | StageKind::Keep(list) => {
                for choice in list {
                    match choice {
                        LabelChoice::Name(name) => self.name(name),
                        LabelChoice::Match(matcher) => self.matcher(matcher),
                        LabelChoice::Error(_) => {}
                    }
                }
            }
            StageKind::Distinct(list) => self.names(list),
            StageKind::Unwrap(unwrap) => self.name(&unwrap.label),
            StageKind::Variable(node) => self.variable(node),
            StageKind::Unpack | StageKind::Decolorize | StageKind::Error(_) => {}
        }
    }

    fn condition(&mut self, condition: &LabelFilter) {
        match condition {
            LabelFilter::Match(matcher) => self.matcher(matcher),
            LabelFilter::Compare(node) => {
                self.name(&node.label);
                if let Quantity::Variable(variable) = &node.value {
                    self.variable(variable);
                }
            }
            LabelFilter::Ip(node) => {
                self.name(&node.label);
                self.text(&node.value);
            }
            LabelFilter::Variable(node) => self.variable(node),
            LabelFilter::And(..) | LabelFilter::Or(..) | LabelFilter::Error(_) => {}
        }
    }

    fn matcher(&mut self, matcher: &Matcher) {
        self.name(&matcher.name);
        self.text(&matcher.value);
    }

    fn names<'a>(&mut self, names: impl IntoIterator<Item = &'a Name>) {
        names.into_iter().for_each(|name| self.name(name));
    }

    fn name(&mut self, name: &Name) {
        self.0.extend(name.variables());
    }

    fn text(&mut self, text: &StringLiteral) {
        self.0.extend(text.variables());
    }

    fn duration(&mut self, duration: &Duration) {
        if let Duration::Variable(node) = duration {
            self.variable(node);
        }
    }

    fn variable(&mut self, node: &Variable) {
        if node.form != VariableForm::Mixed {
            return self.0.push(node.clone());
        }
        let start = node.span.range().start;
        let inside = variable::scan(&node.name).into_iter();
        self.0.extend(inside.map(|(range, mut variable)| {
            variable.span = Span::new(start + range.start, start + range.end);
            variable
        }));
    }
}
