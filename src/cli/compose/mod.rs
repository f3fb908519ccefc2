//! The local stack: Docker Compose over the generated compose file. The commands about it share this.

mod addresses;
mod docker;
mod dotenv;
mod health;
mod ports;
mod state;
mod values;

/// The container of the demo's API.
pub(super) const DEMO: &str = "api";

pub(super) use addresses::{Address, addresses, show as show_addresses};
pub(super) use docker::Docker;
pub(super) use health::wait;
pub(super) use ports::check as check_ports;
pub(super) use state::{Container, Health, states};
pub(super) use values::Values;
