//! Which alerts an SLO has.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which alerts say that an SLO's budget burns.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SloAlerts {
    /// A page for a fast burn, a ticket for a slow one.
    #[default]
    Both,
    /// A page alone.
    Page,
    /// A ticket alone.
    Ticket,
    /// None: the budget is on dashboards only.
    None,
}

impl SloAlerts {
    /// The alerts of which each is wanted or not.
    #[must_use]
    pub const fn of(page: bool, ticket: bool) -> Self {
        match (page, ticket) {
            (true, true) => Self::Both,
            (true, false) => Self::Page,
            (false, true) => Self::Ticket,
            (false, false) => Self::None,
        }
    }

    /// The alerts of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Both, Self::Page, Self::Ticket, Self::None];
        all.into_iter().find(|one| one.word() == word)
    }

    /// As it is written: `both`, `page`, `ticket`, `none`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::None => "none",
        }
    }

    /// Whether a fast burn pages.
    #[must_use]
    pub const fn pages(self) -> bool {
        matches!(self, Self::Both | Self::Page)
    }

    /// Whether a slow burn opens a ticket.
    #[must_use]
    pub const fn opens_tickets(self) -> bool {
        matches!(self, Self::Both | Self::Ticket)
    }

    /// Whether these are the alerts that an SLO has of itself.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::Both
    }
}

impl fmt::Display for SloAlerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_files() {
        for page in [true, false] {
            for ticket in [true, false] {
                let alerts = SloAlerts::of(page, ticket);
                assert_eq!((alerts.pages(), alerts.opens_tickets()), (page, ticket));
                assert_eq!(SloAlerts::parse(alerts.word()), Some(alerts));
                let written = serde_json::to_string(&alerts).unwrap();
                assert_eq!(written, format!("\"{alerts}\""));
            }
        }
        assert_eq!(SloAlerts::parse("Both"), None);
    }
}
