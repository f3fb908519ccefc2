//! Regular expressions of matchers, as Prometheus reads them: anchored on both sides, `.` matches everything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::dfa::{Automaton, dense};
use regex_automata::meta::Regex;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util};

use obsctl_promql::eval::translate;
use obsctl_promql::regex::read;

use crate::memo::Memo;

/// Compiles every expression once.
#[derive(Debug, Default)]
pub struct Patterns {
    compiled: Memo<Option<Arc<Regex>>>,
    overlaps: Mutex<BTreeMap<(String, String), Option<bool>>>,
}

/// Larger automata than this are not compared; bytes.
const LARGEST: usize = 1 << 20;
/// More pairs of states than this are not compared.
const MOST_PAIRS: usize = 50_000;

impl Patterns {
    /// Whether Prometheus would accept the expression.
    #[must_use]
    pub fn is_valid(regex: &str) -> bool {
        is_plain(regex) || read(regex).is_ok()
    }

    /// Whether a value matches; nothing where the expression cannot be compiled.
    #[must_use]
    pub fn matches(&self, regex: &str, value: &str) -> Option<bool> {
        Some(self.compiled(regex)?.is_match(value))
    }

    /// Whether some text matches both; nothing where that cannot be told.
    #[must_use]
    pub fn overlap(&self, left: &str, right: &str) -> Option<bool> {
        let key = (left.to_owned(), right.to_owned());
        // What another thread left is whole: it only ever inserts.
        let known = || self.overlaps.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(&key).copied();
        before.unwrap_or_else(|| {
            let found = overlap(left, right);
            known().insert(key, found);
            found
        })
    }

    fn compiled(&self, regex: &str) -> Option<Arc<Regex>> {
        self.compiled.of(regex, || {
            // It is asked for few and short texts: a whole automaton would take longer to make than it saves.
            let mut builder = Regex::builder();
            builder.configure(Regex::config().dfa(false));
            builder.build(&anchored(regex)).ok().map(Arc::new)
        })
    }
}

/// Whether an expression is made of nothing but texts, alternatives and `.*`: nearly all are, and none of these is invalid.
fn is_plain(regex: &str) -> bool {
    let text = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:/|. ".contains(&byte);
    let mut before = None;
    regex.bytes().all(|byte| {
        let repeats = before.replace(byte) == Some(b'.') && matches!(byte, b'*' | b'+');
        repeats || text(byte)
    })
}

fn anchored(regex: &str) -> String {
    format!("^(?s:{})$", translate(regex))
}

/// Walks both automata at once, until both accept.
fn overlap(left: &str, right: &str) -> Option<bool> {
    let build = |regex: &str| {
        dense::Builder::new()
            .configure(
                dense::Config::new()
                    .dfa_size_limit(Some(LARGEST))
                    .determinize_size_limit(Some(LARGEST)),
            )
            .build(&anchored(regex))
            .ok()
    };
    let (left, right) = (build(left)?, build(right)?);
    let start = |dfa: &dense::DFA<Vec<u32>>| {
        let config = util::start::Config::new().anchored(Anchored::Yes);
        dfa.start_state(&config).ok()
    };
    let first = (start(&left)?, start(&right)?);
    let mut seen = std::collections::BTreeSet::from([first]);
    let mut pending: Vec<(StateID, StateID)> = vec![first];
    while let Some((a, b)) = pending.pop() {
        if left.is_match_state(left.next_eoi_state(a))
            && right.is_match_state(right.next_eoi_state(b))
        {
            return Some(true);
        }
        for byte in 0..=u8::MAX {
            let next = (left.next_state(a, byte), right.next_state(b, byte));
            let dead = left.is_dead_state(next.0) || right.is_dead_state(next.1);
            if left.is_quit_state(next.0) || right.is_quit_state(next.1) {
                return None;
            }
            if !dead && seen.insert(next) {
                if seen.len() > MOST_PAIRS {
                    return None;
                }
                pending.push(next);
            }
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_are_anchored() {
        let patterns = Patterns::default();
        assert_eq!(patterns.matches("a|b", "ab"), Some(false));
        assert_eq!(patterns.matches("a.*", "a\nb"), Some(true));
        assert_eq!(patterns.matches("(", "a"), None);
        assert!(!Patterns::is_valid("(") && Patterns::is_valid(r"\Qa.b\E"));
    }

    #[test]
    fn expressions_are_those_of_re2() {
        let patterns = Patterns::default();
        let path = "/users/{id}/.*";
        assert!(Patterns::is_valid(path));
        assert_eq!(patterns.matches(path, "/users/{id}/a"), Some(true));
        assert_eq!(patterns.overlap(path, "/users/x/.*"), Some(false));
        for wrong in ["5**", "a{1001}", "[[:foo:]]", "(?x)a"] {
            assert!(!Patterns::is_valid(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_is_valid(regex in "[a-z.*+|_ :-]{0,8}") {
            prop_assert!(!is_plain(&regex) || Patterns::default().compiled(&regex).is_some(), "{}", regex);
        }
    }

    #[test]
    fn overlaps_are_exact() {
        let patterns = Patterns::default();
        let status = "[1-5][0-9][0-9]";
        for (regex, expected) in [
            ("5..", true),
            ("5.", false),
            ("6..", false),
            (".*", true),
            ("2..|OK", true),
            ("OK", false),
            ("é+", false),
        ] {
            assert_eq!(patterns.overlap(regex, status), Some(expected), "{regex}");
        }
    }
}
