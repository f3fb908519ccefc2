use obsctl::model::prelude::*;
pub fn dashboards() -> Vec<Dashboard> { vec![] }
