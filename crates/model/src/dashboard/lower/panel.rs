//! Panels.

use obsctl_promql::Expr;
use obsctl_promql::ast::{Call, Name, Number};

use super::{UnitOf, field, source, target, transform};
use crate::dashboard::grafana::{
    self, DatasourceRef, FieldConfig, GridPos, PANEL_VERSION, RepeatDirection,
};
use crate::dashboard::layout::Ids;
use crate::dashboard::{Expression, Panel, Query, Transformation, Visualization};
use crate::{Promql, Unit};

pub(super) fn lower(
    panel: &Panel,
    place: GridPos,
    ids: &mut Ids,
    unit_of: UnitOf<'_>,
) -> grafana::Panel {
    let unit = panel.unit_id(unit_of);
    let visualization = &panel.visualization;
    // A heatmap's unit belongs to its axis.
    let field_unit = match visualization {
        Visualization::Heatmap(_) => None,
        _ => unit.clone(),
    };
    let mut overrides = field::derived_units(panel, unit_of);
    overrides.extend(panel.overrides.iter().map(|one| field::lower(one, panel)));
    grafana::Panel {
        datasource: sources(panel),
        description: panel.description.clone(),
        field_config: FieldConfig {
            defaults: field::defaults(panel, field_unit),
            overrides,
        },
        grid_pos: place,
        id: ids.next(&panel.title),
        interval: panel.min_step.map(|step| step.to_string()),
        links: panel.links.iter().map(field::link).collect(),
        max_data_points: panel.max_points.map(Into::into),
        max_per_row: panel
            .repeat
            .as_ref()
            .and_then(|repeat| repeat.per_row)
            .map(Into::into),
        options: visualization.options(panel, unit.as_deref()),
        plugin_version: PANEL_VERSION.to_owned(),
        repeat: panel.repeat.as_ref().map(|repeat| repeat.variable.clone()),
        repeat_direction: panel.repeat.as_ref().map(|repeat| match repeat.per_row {
            Some(_) => RepeatDirection::Horizontal,
            None => RepeatDirection::Vertical,
        }),
        targets: target::lower(panel),
        time_from: panel.last.map(|last| last.to_string()),
        title: panel.title.clone(),
        transformations: panel.transformations.iter().map(transform::lower).collect(),
        transparent: panel.transparent.then_some(true),
        kind: visualization.plugin().to_owned(),
    }
}

/// The datasource of all queries, or the one that stands for several.
fn sources(panel: &Panel) -> Option<DatasourceRef> {
    let mut sources: Vec<_> = panel
        .queries
        .iter()
        .map(|query| source(&query.expression, query.datasource.as_ref()))
        .collect();
    sources.sort();
    sources.dedup();
    if sources.len() > 1 {
        return Some(DatasourceRef {
            kind: "datasource".to_owned(),
            uid: "-- Mixed --".to_owned(),
        });
    }
    sources.pop()
}

impl Panel {
    /// Grafana's id of the values' unit: what the panel says, else what follows from its first query that is
    /// drawn.
    #[must_use]
    pub fn unit_id(&self, unit_of: UnitOf<'_>) -> Option<String> {
        if let Some(id) = &self.grafana_unit {
            return Some(id.clone());
        }
        let unit = self.unit.or_else(|| {
            let drawn = self.queries.iter().find(|query| !query.hidden)?;
            self.unit_of_query(drawn, unit_of)
        });
        unit.map(|unit| unit.grafana().to_owned())
    }

    /// The unit that follows from one query: for a heatmap, that of what its buckets divide.
    pub(super) fn unit_of_query(&self, query: &Query, unit_of: UnitOf<'_>) -> Option<Unit> {
        let Expression::Promql(promql) = &query.expression else {
            return None;
        };
        match &self.visualization {
            Visualization::Heatmap(heatmap) if !heatmap.calculate => unit_of(&median(promql)),
            _ => unit_of(promql),
        }
    }

    /// Whether series are wanted where the type of the panel asks for one value.
    pub(super) fn wants_series(&self) -> bool {
        self.transformations
            .contains(&Transformation::TimeSeriesTable)
    }
}

/// The median of buckets: its unit is that of the observed values.
fn median(buckets: &Promql) -> Promql {
    let half = Expr::Number(Number {
        value: 0.5,
        duration: false,
        span: obsctl_promql::Span::default(),
    });
    let call = Expr::Call(Call {
        func: Name {
            text: "histogram_quantile".to_owned(),
            ..Name::default()
        },
        args: vec![half, buckets.expr().clone()],
        span: obsctl_promql::Span::default(),
    });
    Promql::from_tree(&call, buckets.origin())
}
