//! What every dashboard promises.

use obsctl_model::dashboard::ExpressionRef;

use super::all;

#[test]
fn every_query_is_promql_that_parses() {
    for dashboard in all() {
        for query in dashboard.queries() {
            if let ExpressionRef::Promql(promql) = query.expression {
                assert!(
                    promql.errors().is_empty(),
                    "{}, {}: {promql}: {:?}",
                    dashboard.title,
                    query.place.describe(),
                    promql.errors()
                );
            }
        }
    }
}
