//! The queries of files: each text once, and which language it is in where nobody says it.

use obsctl_model::{Origin, Promql};

use crate::memo::Memo;

/// The queries that were read so far. Files repeat each other: of equal texts there is one tree.
#[derive(Debug, Default)]
pub struct Queries {
    known: Memo<Promql>,
}

impl Queries {
    /// The query of that text, said to be written at this place.
    pub(super) fn promql(&self, text: &str, at: Origin) -> Promql {
        self.known.of(text, || Promql::parse(text, at)).at(at)
    }

    /// Whether a text is LogQL and cannot be PromQL.
    pub(super) fn is_logql(&self, text: &str) -> bool {
        // Nearly everything is PromQL; what has no selector is no LogQL.
        text.contains('{')
            && !self.promql(text, Origin::none()).errors().is_empty()
            && obsctl_logql::parse(text).errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_tree_and_keep_their_places() {
        let queries = Queries::default();
        let place = |line| Origin::at("a.yml", line, 1);
        let (one, two) = (
            queries.promql("up", place(1)),
            queries.promql("up", place(2)),
        );
        assert!(std::ptr::eq(one.expr(), two.expr()));
        assert_eq!(one.origin().location(), place(1).location());
        assert_eq!(two.origin().location(), place(2).location());
        assert!(!std::ptr::eq(
            one.expr(),
            queries.promql("up ", place(3)).expr()
        ));
    }
}
