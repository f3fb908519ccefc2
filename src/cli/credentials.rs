//! What proves who is asking: the environment says it, so that it is in no command line.
#![expect(
    clippy::disallowed_methods,
    reason = "credentials come from the environment"
)]

use super::CommandError;
use crate::live::{Address, Peer};

/// The address that an option gives, with what proves who is asking.
pub(super) fn address(peer: Peer, flag: &'static str, url: &str) -> Result<Address, CommandError> {
    let address = Address::parse(url).map_err(|reason| CommandError::Address { flag, reason })?;
    let variable = |suffix: &str| {
        let value = std::env::var(format!("{}_{suffix}", peer.variable()));
        value.ok().filter(|value| !value.is_empty())
    };
    let address = match (variable("TOKEN"), variable("USER")) {
        (Some(token), _) => address.bearer(&token),
        (None, Some(user)) => address.basic(&user, &variable("PASSWORD").unwrap_or_default()),
        (None, None) => address,
    };
    Ok(match variable("TENANT") {
        Some(tenant) => address.tenant(&tenant),
        None => address,
    })
}
