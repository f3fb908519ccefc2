//! Whether the machine's ports are free, before Docker finds out half-way.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use super::Values;
use crate::cli::Obstacle;
use crate::generate::targets::compose::{Published, VARIABLES};

/// Every port is one, is wanted once, and is free or `ours` already.
pub(in crate::cli) fn check(
    published: &[Published],
    values: &Values,
    ours: &BTreeSet<u16>,
) -> Result<(), Obstacle> {
    let mut wanted: BTreeMap<u16, &Published> = BTreeMap::new();
    for one in published {
        let port = values.port(one)?;
        if let Some(other) = wanted.insert(port, one) {
            return Err(Obstacle::new(
                format!(
                    "`{}` and `{}` are both {port}",
                    other.setting.name, one.setting.name
                ),
                format!("give them different values in `{VARIABLES}` or the environment"),
            ));
        }
    }
    let taken: Vec<_> = wanted
        .iter()
        .filter(|(port, _)| !ours.contains(port) && !is_free(**port))
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    let what = taken
        .iter()
        .map(|(port, one)| format!("{port} for `{}`", one.container));
    let help = taken.iter().map(|(port, one)| {
        let other = other_port(**port, &wanted);
        format!("`{}={other}`", one.setting.name)
    });
    Err(Obstacle::new(
        format!(
            "in use already: port {}",
            what.collect::<Vec<_>>().join(", port ")
        ),
        format!(
            "end what listens there, or set {} in `{VARIABLES}`",
            help.collect::<Vec<_>>().join(" and ")
        ),
    ))
}

/// The next port above that is free and that nobody wants.
fn other_port(taken: u16, wanted: &BTreeMap<u16, &Published>) -> u16 {
    (taken..=u16::MAX)
        .chain(1024..taken)
        .find(|port| !wanted.contains_key(port) && is_free(*port))
        .unwrap_or(taken)
}

/// Whether nothing listens there. A port that may not be tried is Docker's to refuse.
fn is_free(port: u16) -> bool {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::AddrInUse,
    }
}
