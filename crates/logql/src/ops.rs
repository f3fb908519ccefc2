//! Facts about operators and functions: spelling, precedence, what Loki allows with them.

use std::fmt;

use crate::ast::{AggregateOp, BinaryOp, CompareOp, Conversion, LineFilterOp, RangeOp};

impl RangeOp {
    /// Every function of ranges, by name.
    pub const ALL: [Self; 15] = [
        Self::AbsentOverTime,
        Self::AvgOverTime,
        Self::BytesOverTime,
        Self::BytesRate,
        Self::CountOverTime,
        Self::FirstOverTime,
        Self::LastOverTime,
        Self::MaxOverTime,
        Self::MinOverTime,
        Self::QuantileOverTime,
        Self::Rate,
        Self::RateCounter,
        Self::StddevOverTime,
        Self::StdvarOverTime,
        Self::SumOverTime,
    ];

    /// The function of that name, whatever its case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|op| op.name().eq_ignore_ascii_case(name))
    }

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::RateCounter => "rate_counter",
            Self::CountOverTime => "count_over_time",
            Self::BytesRate => "bytes_rate",
            Self::BytesOverTime => "bytes_over_time",
            Self::AvgOverTime => "avg_over_time",
            Self::SumOverTime => "sum_over_time",
            Self::MinOverTime => "min_over_time",
            Self::MaxOverTime => "max_over_time",
            Self::StddevOverTime => "stddev_over_time",
            Self::StdvarOverTime => "stdvar_over_time",
            Self::QuantileOverTime => "quantile_over_time",
            Self::FirstOverTime => "first_over_time",
            Self::LastOverTime => "last_over_time",
            Self::AbsentOverTime => "absent_over_time",
        }
    }

    /// Whether it counts lines or bytes, so that `unwrap` is not needed.
    #[must_use]
    pub const fn takes_lines(self) -> bool {
        matches!(
            self,
            Self::Rate
                | Self::CountOverTime
                | Self::BytesRate
                | Self::BytesOverTime
                | Self::AbsentOverTime
        )
    }

    /// Whether it works on unwrapped values.
    #[must_use]
    pub const fn takes_values(self) -> bool {
        !matches!(
            self,
            Self::CountOverTime | Self::BytesRate | Self::BytesOverTime
        )
    }

    /// Whether `by` and `without` may follow its parentheses.
    #[must_use]
    pub const fn takes_grouping(self) -> bool {
        matches!(
            self,
            Self::AvgOverTime
                | Self::StddevOverTime
                | Self::StdvarOverTime
                | Self::QuantileOverTime
                | Self::MaxOverTime
                | Self::MinOverTime
                | Self::FirstOverTime
                | Self::LastOverTime
        )
    }

    /// Whether its first argument is a number.
    #[must_use]
    pub const fn takes_parameter(self) -> bool {
        matches!(self, Self::QuantileOverTime)
    }

    /// What it computes, in one line.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Rate => "Lines per second, or the sum of unwrapped values per second.",
            Self::RateCounter => "The rate of unwrapped values that only grow.",
            Self::CountOverTime => "How many lines.",
            Self::BytesRate => "Bytes of lines per second.",
            Self::BytesOverTime => "Bytes of lines.",
            Self::AvgOverTime => "The average of the unwrapped values.",
            Self::SumOverTime => "The sum of the unwrapped values.",
            Self::MinOverTime => "The smallest unwrapped value.",
            Self::MaxOverTime => "The largest unwrapped value.",
            Self::StddevOverTime => "The population standard deviation of the unwrapped values.",
            Self::StdvarOverTime => "The population variance of the unwrapped values.",
            Self::QuantileOverTime => "The φ-quantile of the unwrapped values.",
            Self::FirstOverTime => "The first unwrapped value.",
            Self::LastOverTime => "The last unwrapped value.",
            Self::AbsentOverTime => "1 where there are no lines.",
        }
    }
}

impl AggregateOp {
    /// Every aggregation operator, by name.
    pub const ALL: [Self; 12] = [
        Self::ApproxTopk,
        Self::Avg,
        Self::Bottomk,
        Self::Count,
        Self::Max,
        Self::Min,
        Self::Sort,
        Self::SortDesc,
        Self::Stddev,
        Self::Stdvar,
        Self::Sum,
        Self::Topk,
    ];

    /// The operator of that name, whatever its case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|op| op.name().eq_ignore_ascii_case(name))
    }

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Stddev => "stddev",
            Self::Stdvar => "stdvar",
            Self::Topk => "topk",
            Self::Bottomk => "bottomk",
            Self::ApproxTopk => "approx_topk",
            Self::Sort => "sort",
            Self::SortDesc => "sort_desc",
        }
    }

    /// Whether its first argument is a number.
    #[must_use]
    pub const fn takes_parameter(self) -> bool {
        matches!(self, Self::Topk | Self::Bottomk | Self::ApproxTopk)
    }

    /// Whether it picks or orders whole series, so that they keep all their labels.
    #[must_use]
    pub const fn keeps_series(self) -> bool {
        matches!(
            self,
            Self::Topk | Self::Bottomk | Self::ApproxTopk | Self::Sort | Self::SortDesc
        )
    }
}

impl BinaryOp {
    /// Every operator, loosest first.
    pub const ALL: [Self; 15] = [
        Self::Or,
        Self::And,
        Self::Unless,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Mod,
        Self::Pow,
    ];

    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
        }
    }

    /// How tightly it binds: 1 (`or`) to 6 (`^`).
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And | Self::Unless => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual => 3,
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod => 5,
            Self::Pow => 6,
        }
    }

    /// Whether `a op b op c` is `a op (b op c)`: only for `^`.
    #[must_use]
    pub const fn is_right_associative(self) -> bool {
        matches!(self, Self::Pow)
    }

    /// `== != < <= > >=`
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        self.precedence() == 3
    }

    /// `and or unless`
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.precedence() < 3
    }
}

impl LineFilterOp {
    /// Every line filter.
    pub const ALL: [Self; 6] = [
        Self::Contains,
        Self::NotContains,
        Self::Regex,
        Self::NotRegex,
        Self::Pattern,
        Self::NotPattern,
    ];

    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Contains => "|=",
            Self::NotContains => "!=",
            Self::Regex => "|~",
            Self::NotRegex => "!~",
            Self::Pattern => "|>",
            Self::NotPattern => "!>",
        }
    }

    /// Whether lines that match are left out.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        matches!(self, Self::NotContains | Self::NotRegex | Self::NotPattern)
    }
}

impl CompareOp {
    /// Every comparison.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
    ];

    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

impl Conversion {
    /// Every conversion.
    pub const ALL: [Self; 3] = [Self::Bytes, Self::Duration, Self::DurationSeconds];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Duration => "duration",
            Self::DurationSeconds => "duration_seconds",
        }
    }
}

macro_rules! display_as {
    ($($type:ty => $method:ident),+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.$method())
            }
        }
    )+};
}

display_as!(
    RangeOp => name, AggregateOp => name, BinaryOp => symbol, LineFilterOp => symbol, CompareOp => symbol,
    Conversion => name
);
