//! Reading what Prometheus itself reads, and as strictly: durations, numbers and queries that have to be right.

use obsctl_logql::eval as logs;
use obsctl_promql::ast::Matcher;
use obsctl_promql::eval;
use obsctl_promql::{Dialect, Expr, Span, duration, parse_with, typecheck};
use obsctl_rules::Place;

use super::Reader;
use super::fields::Fields;
use super::node::{Node, Style, Value};

impl Reader<'_> {
    /// The place of a node.
    pub(super) fn place(&self, node: &Node<'_>) -> Place {
        let location = self.source.origin(node.at).location();
        location.map_or_else(Place::default, |(_, line, column)| Place { line, column })
    }

    /// A query that can be evaluated.
    pub(super) fn promql(&mut self, node: &Node<'_>, text: &str) -> Option<Expr> {
        let parsed = parse_with(text, Dialect::Prometheus);
        let syntax = parsed.errors.into_iter().map(|it| (it.message, it.span));
        let types = typecheck(&parsed.expr)
            .1
            .into_iter()
            .map(|it| (it.message, it.span));
        let first = syntax.chain(types).next().or_else(|| {
            let selectors = parsed.expr.selectors();
            let mut matchers = selectors.flat_map(|it| it.selector.matchers.iter());
            matchers.find_map(|it| Some((no_regex(it)?, it.value.span)))
        });
        let Some((message, span)) = first else {
            return Some(parsed.expr);
        };
        self.no_query(node, text, &message, span);
        None
    }

    /// A query of lines that can be evaluated.
    pub(super) fn logql(&mut self, node: &Node<'_>, text: &str) -> Option<obsctl_logql::Expr> {
        let parsed = obsctl_logql::parse(text);
        let syntax = parsed.errors.into_iter().next();
        let first = syntax.map(|it| (it.message, it.span)).or_else(|| {
            // What is wrong with a query whatever the lines, it says without any.
            let (engine, nothing) = (logs::Engine::default(), logs::Storage::new());
            let answer = match parsed.expr.without_parens() {
                obsctl_logql::Expr::Log(_) => engine.range(&nothing, &parsed.expr, 0, 1, 1),
                _ => engine.instant(&nothing, &parsed.expr, 0),
            };
            answer.err().map(|it| (it.message, it.span))
        });
        let Some((message, span)) = first else {
            return Some(parsed.expr);
        };
        self.no_query(node, text, &message, span);
        None
    }

    fn no_query(&mut self, node: &Node<'_>, text: &str, message: &str, span: Span) {
        let message = format!("not a query: {message}");
        let problem = self.source.unreadable(node.at, message);
        let range = span.start as usize..span.end as usize;
        self.found
            .problems
            .push(problem.underline(text, range, "here"));
    }

    /// The only document of a file; nothing where it is empty.
    pub(super) fn document<'n, 'd>(&mut self, documents: &'n [Node<'d>]) -> Option<&'n Node<'d>> {
        if let Some(second) = documents.get(1) {
            self.trouble(
                second.at,
                "Prometheus reads only the first document of a file: use a file for each",
            );
        }
        documents.first().filter(|node| !node.is_null())
    }
}

fn no_regex(matcher: &Matcher) -> Option<String> {
    let (name, value) = (&matcher.name.text, &matcher.value.value);
    let error = eval::Matcher::new(name, matcher.op, value).err()?;
    Some(format!("`{value}` is not a regular expression: {error}"))
}

impl<'n> Fields<'_, 'n, '_> {
    /// A duration in milliseconds; 0 where there is none.
    pub(super) fn millis(&mut self, key: &'static str) -> Option<i64> {
        let text = self.text(key)?;
        match duration::parse(text) {
            Ok(millis) => Some(millis),
            Err(error) => {
                let message = format!("`{key}: {text}`: {error}; {}", error.help());
                self.trouble_at(key, message);
                None
            }
        }
    }

    /// The elements of a list; none where there is no such key.
    pub(super) fn list(&mut self, key: &'static str) -> &'n [Node<'n>] {
        let Some(node) = self.get(key) else {
            return &[];
        };
        if !matches!(node.value, Value::List(_)) {
            self.trouble(node, format!("`{key}` is a list, not {}", node.kind()));
        }
        node.items()
    }

    /// A number as YAML writes it; 0 where there is none.
    pub(super) fn number(&mut self, key: &'static str) -> f64 {
        let Some(node) = self.get(key) else {
            return 0.0;
        };
        let number = yaml_number(node);
        if number.is_none() {
            self.trouble(
                node,
                format!("`{key}` is a number, as `0.5`, `1e3`, `.inf` or `.nan`"),
            );
        }
        number.unwrap_or_default()
    }

    /// `true` or `false`; false where there is none.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        let Some(node) = self.get(key) else {
            return false;
        };
        let flag = node.as_bool();
        if flag.is_none() {
            self.trouble(node, format!("`{key}` is `true` or `false`"));
        }
        flag.unwrap_or_default()
    }
}

fn yaml_number(node: &Node<'_>) -> Option<f64> {
    let Value::Scalar(text, Style::Plain) = &node.value else {
        return None;
    };
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, *text),
    };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let digits = digits.replace('_', "");
    let whole = |prefix: &str, radix| {
        let digits = digits.strip_prefix(prefix)?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "YAML's whole numbers become floats in Go too"
        )]
        i64::from_str_radix(digits, radix).ok().map(|it| it as f64)
    };
    let radix = whole("0x", 16)
        .or_else(|| whole("0o", 8))
        .or_else(|| whole("0b", 2));
    let decimal = || {
        let plain = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        digits.parse().ok().filter(|_| plain)
    };
    radix.or_else(decimal).map(|value: f64| sign * value)
}
