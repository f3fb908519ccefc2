//! Regular expressions that Loki turns into a search for texts.
//!
//! Loki reads an expression, and if it is no more than texts, alternatives and `.*`, it searches for the
//! texts instead. Behind `|~` that is the same. In a condition on a label, whose expression should be all
//! of the value, it is not: `| path=~"/api.*"` also takes `/v1/api`, and `| x=~"api|apiv2"` takes every
//! value with `api` inside. Rules must be tested as they will run, so this follows Loki, common beginnings
//! of alternatives included, since these decide what is simple.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, ClassSetItem, Flag, Flags, FlagsItemKind, GroupKind, RepetitionKind};
use regex_syntax::ast::{ClassSet, RepetitionRange};

use super::text_test::{Text, TextTest};

/// An expression as far as it matters here.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Empty,
    Text {
        text: String,
        any_case: bool,
    },
    /// `.*`
    Anything,
    /// `.+`
    Something,
    Capture(Box<Node>),
    Concat(Vec<Node>),
    Either(Vec<Node>),
    Other,
}

/// The test that Loki makes of an expression; nothing where it runs the expression.
pub(super) fn simplify(pattern: &str, whole: bool) -> Option<TextTest> {
    let ast = Parser::new().parse(pattern).ok()?;
    let mut case = Case::default();
    test(read(&ast, &mut case), whole)
}

/// The flags that hold at a place.
#[derive(Clone, Copy, Default)]
struct Case {
    any_case: bool,
    dot_matches_line_end: bool,
}

impl Case {
    fn set(&mut self, flags: &Flags) {
        let mut on = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => on = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.any_case = on,
                FlagsItemKind::Flag(Flag::DotMatchesNewLine) => self.dot_matches_line_end = on,
                FlagsItemKind::Flag(_) => {}
            }
        }
    }
}

fn read(ast: &Ast, case: &mut Case) -> Node {
    match ast {
        Ast::Empty(_) => Node::Empty,
        Ast::Flags(flags) => {
            case.set(&flags.flags);
            Node::Empty
        }
        Ast::Literal(literal) => text(literal.c, *case),
        Ast::ClassBracketed(class) if !class.negated => match &class.kind {
            ClassSet::Item(ClassSetItem::Literal(literal)) => text(literal.c, *case),
            ClassSet::Item(ClassSetItem::Union(union)) => match union.items.as_slice() {
                [ClassSetItem::Literal(literal)] => text(literal.c, *case),
                _ => Node::Other,
            },
            _ => Node::Other,
        },
        Ast::Repetition(repetition) => {
            let dot = matches!(*repetition.ast, Ast::Dot(_)) && !case.dot_matches_line_end;
            match repetition.op.kind {
                RepetitionKind::ZeroOrMore if dot => Node::Anything,
                RepetitionKind::OneOrMore if dot => Node::Something,
                RepetitionKind::Range(RepetitionRange::AtLeast(0)) if dot => Node::Anything,
                RepetitionKind::Range(RepetitionRange::AtLeast(1)) if dot => Node::Something,
                _ => Node::Other,
            }
        }
        Ast::Group(group) => {
            let mut inner = *case;
            match &group.kind {
                GroupKind::NonCapturing(flags) => {
                    inner.set(flags);
                    read(&group.ast, &mut inner)
                }
                _ => Node::Capture(Box::new(read(&group.ast, &mut inner))),
            }
        }
        Ast::Concat(concat) => join(concat.asts.iter().map(|ast| read(ast, case)).collect()),
        Ast::Alternation(either) => {
            let mut branches = Vec::new();
            for ast in &either.asts {
                match read(ast, case) {
                    Node::Either(inner) => branches.extend(inner),
                    node => branches.push(node),
                }
            }
            factor(branches)
        }
        _ => Node::Other,
    }
}

fn text(char: char, case: Case) -> Node {
    Node::Text {
        text: char.to_string(),
        any_case: case.any_case,
    }
}

/// One after the other; texts beside each other are one.
fn join(nodes: Vec<Node>) -> Node {
    let mut joined: Vec<Node> = Vec::new();
    for node in nodes {
        match (joined.last_mut(), node) {
            (_, Node::Empty) => {}
            (
                Some(Node::Text { text, any_case }),
                Node::Text {
                    text: more,
                    any_case: same,
                },
            ) if *any_case == same => text.push_str(&more),
            (_, node) => joined.push(node),
        }
    }
    let flat = joined.into_iter().flat_map(|node| match node {
        Node::Concat(inner) => inner,
        node => vec![node],
    });
    let mut flat: Vec<_> = flat.collect();
    match flat.len() {
        0 => Node::Empty,
        1 => flat.remove(0),
        _ => Node::Concat(flat),
    }
}

/// The text that a branch begins with.
fn leading(node: &Node) -> Option<(&str, bool)> {
    match node {
        Node::Text { text, any_case } => Some((text, *any_case)),
        Node::Concat(nodes) => leading(nodes.first()?),
        _ => None,
    }
}

fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b);
    let length = same.map_or(a.len().min(b.len()), |((at, _), _)| at);
    &a[..length]
}

/// A branch without the text that it begins with.
fn without_leading(node: Node, length: usize) -> Node {
    match node {
        Node::Text { text, .. } if text.len() <= length => Node::Empty,
        Node::Text { text, any_case } => Node::Text {
            text: text[length..].to_owned(),
            any_case,
        },
        Node::Concat(mut nodes) => {
            let first = without_leading(nodes.remove(0), length);
            if first != Node::Empty {
                nodes.insert(0, first);
            }
            match nodes.len() {
                0 => Node::Empty,
                1 => nodes.remove(0),
                _ => Node::Concat(nodes),
            }
        }
        node => node,
    }
}

/// Alternatives with what neighbours begin with in common put in front of them.
fn factor(branches: Vec<Node>) -> Node {
    let mut groups: Vec<(String, bool, Vec<Node>)> = Vec::new();
    for node in branches {
        let start = leading(&node).map(|(text, any_case)| (text.to_owned(), any_case));
        if let (Some((text, any_case)), Some((prefix, same, nodes))) = (&start, groups.last_mut())
            && any_case == same
        {
            let shared = common(prefix, text).to_owned();
            if !shared.is_empty() {
                *prefix = shared;
                nodes.push(node);
                continue;
            }
        }
        let (text, any_case) = start.unwrap_or_default();
        groups.push((text, any_case, vec![node]));
    }
    let mut factored = Vec::new();
    for (prefix, any_case, mut nodes) in groups {
        if nodes.len() == 1 {
            factored.push(nodes.remove(0));
            continue;
        }
        let length = prefix.len();
        let rest = nodes
            .into_iter()
            .map(|node| without_leading(node, length))
            .collect();
        let text = Node::Text {
            text: prefix,
            any_case,
        };
        let mut parts = vec![text];
        match factor(rest) {
            Node::Concat(inner) => parts.extend(inner),
            node => parts.push(node),
        }
        factored.push(Node::Concat(parts));
    }
    // Single signs beside each other are a class of signs.
    let single = |node: &Node| matches!(node, Node::Text { text, .. } if text.chars().count() == 1);
    let mut collapsed: Vec<Node> = Vec::new();
    let mut previous_single = false;
    for node in factored {
        let is_single = single(&node);
        match collapsed.last_mut() {
            Some(last) if is_single && previous_single => *last = Node::Other,
            Some(Node::Empty) if node == Node::Empty => {}
            _ => collapsed.push(node),
        }
        previous_single = is_single;
    }
    if collapsed.len() == 1 {
        collapsed.remove(0)
    } else {
        Node::Either(collapsed)
    }
}

fn uncaptured(node: Node) -> Node {
    match node {
        Node::Capture(inner) => *inner,
        node => node,
    }
}

fn test(node: Node, whole: bool) -> Option<TextTest> {
    match node {
        Node::Either(branches) => {
            let tests = branches
                .into_iter()
                .map(|node| test(uncaptured(node), whole));
            Some(TextTest::any(tests.collect::<Option<_>>()?))
        }
        Node::Concat(nodes) => concat(nodes, None),
        Node::Capture(inner) => test(*inner, whole),
        Node::Text { text, any_case } => {
            let text = Text::with_case(&text, any_case);
            Some(if whole {
                TextTest::Equal(text)
            } else {
                TextTest::Contains(text)
            })
        }
        Node::Anything | Node::Empty => Some(TextTest::Always),
        Node::Something => Some(TextTest::Present),
        Node::Other => None,
    }
}

/// Up to three parts: `.*`, one text, and alternatives behind it.
fn concat(nodes: Vec<Node>, base: Option<&str>) -> Option<TextTest> {
    let mut nodes: Vec<_> = nodes.into_iter().map(uncaptured).collect();
    nodes.retain(|node| *node != Node::Empty);
    if nodes.len() > 3 {
        return None;
    }
    let mut base = base.map(str::to_owned);
    let (mut has_text, mut base_any_case) = (false, false);
    let mut found = Vec::new();
    for node in nodes {
        match (node, &mut base) {
            (Node::Text { text, any_case }, _) if !has_text => {
                has_text = true;
                base_any_case = any_case;
                base.get_or_insert_default().push_str(&text);
            }
            (Node::Either(branches), Some(base)) => {
                for branch in branches {
                    found.push(alternative(branch, base, base_any_case)?);
                }
            }
            (Node::Anything, _) => {}
            _ => return None,
        }
    }
    if !found.is_empty() {
        return Some(TextTest::any(found));
    }
    Some(TextTest::Contains(Text::with_case(&base?, base_any_case)))
}

/// An alternative behind a text.
fn alternative(branch: Node, base: &str, any_case: bool) -> Option<TextTest> {
    let contains = |text: &str| Some(TextTest::Contains(Text::with_case(text, any_case)));
    match branch {
        Node::Text { any_case: true, .. } if !any_case => None,
        Node::Text { text, .. } => contains(&format!("{base}{text}")),
        Node::Empty | Node::Anything => contains(base),
        Node::Concat(nodes) => concat(nodes, Some(base)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str, whole: bool) -> String {
        fn show(test: &TextTest) -> String {
            match test {
                TextTest::Any(tests) => tests.iter().map(show).collect::<Vec<_>>().join(" or "),
                TextTest::Contains(text) => format!("has {}", text.shown()),
                TextTest::Equal(text) => format!("is {}", text.shown()),
                other => format!("{other:?}"),
            }
        }
        simplify(pattern, whole).map_or("runs".to_owned(), |test| show(&test))
    }

    #[test]
    fn texts_and_alternatives_are_simple() {
        for (pattern, line, label) in [
            ("foo", "has foo", "is foo"),
            ("", "Always", "Always"),
            (".*", "Always", "Always"),
            (".+", "Present", "Present"),
            ("foo.*", "has foo", "has foo"),
            (".*foo.*", "has foo", "has foo"),
            (".*foo.*bar", "runs", "runs"),
            ("foo|bar", "has foo or has bar", "is foo or is bar"),
            ("(foo|bar)", "has foo or has bar", "is foo or is bar"),
            ("api|apiv2", "has api or has apiv2", "has api or has apiv2"),
            (
                "foobar.*|fooqux",
                "has foobar or has fooqux",
                "has foobar or has fooqux",
            ),
            ("foo|", "has foo", "is foo"),
            ("a|b", "runs", "runs"),
            ("foo|fob", "runs", "runs"),
            ("(?i)FOO", "has any foo", "is any foo"),
            ("foo[.]bar", "has foo.bar", "is foo.bar"),
            ("foo(bar)", "runs", "runs"),
            ("fo+", "runs", "runs"),
            ("^foo$", "runs", "runs"),
        ] {
            assert_eq!(shown(pattern, false), line, "{pattern} of a line");
            assert_eq!(shown(pattern, true), label, "{pattern} of a label");
        }
    }
}
