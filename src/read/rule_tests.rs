//! Unit tests of rules, in promtool's form: which series they play and which alerts they expect. What they say
//! otherwise is promtool's to judge.

use obsctl_model::Origin;

use super::Reader;
use super::node::Node;

/// A unit test of rules.
#[derive(Clone, Debug)]
pub struct RuleTest {
    /// Its name, or that of its file and its number in it.
    pub name: String,
    /// The series it plays, and the queries it evaluates.
    pub series: Vec<String>,
    /// The alerts it expects, or expects not to fire.
    pub alerts: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// The keys of which one makes a map a test.
pub(super) const KEYS: [&str; 6] = [
    "input_series",
    "input_streams",
    "alert_rule_test",
    "promql_expr_test",
    "logql_expr_test",
    "route_test",
];

/// Whether a map is a file of tests.
pub(super) fn is_tests(node: &Node<'_>) -> bool {
    let tests = node.get("tests").map_or(&[][..], Node::items);
    let mut keys = tests.iter().flat_map(Node::entries);
    keys.any(|(key, _)| KEYS.contains(&key.text))
}

/// Reads the tests of a file.
pub(super) fn tests(reader: &mut Reader<'_>, node: &Node<'_>) {
    let tests = node.get("tests").map_or(&[][..], Node::items);
    for (test, number) in tests.iter().zip(1..) {
        let texts = |list: &str, key: &str| -> Vec<String> {
            let items = test.get(list).map_or(&[][..], Node::items).iter();
            items.map(|item| item.text(&[key]).to_owned()).collect()
        };
        let name = match test.text(&["name"]) {
            "" => format!("{}, test {number}", reader.source.path),
            name => name.to_owned(),
        };
        let mut series = texts("input_series", "series");
        series.extend(texts("promql_expr_test", "expr"));
        let mut alerts = texts("alert_rule_test", "alertname");
        alerts.sort();
        alerts.dedup();
        let test = RuleTest {
            name,
            series,
            alerts,
            origin: reader.source.origin(test.at),
        };
        reader.found.tests.push(test);
    }
}
