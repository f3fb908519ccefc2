//! Hosts with ports, and addresses.

use std::net::IpAddr;

/// The host and the port of `host:port` or `[host]:port`; nothing where Go's `net.SplitHostPort` fails.
fn split(address: &str) -> Option<(&str, &str)> {
    let (before, port) = address.rsplit_once(':')?;
    let host = match before.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?,
        None if before.contains(':') => return None,
        None => before,
    };
    let bracket = |text: &str| text.contains(['[', ']']);
    (!bracket(host) && !bracket(port)).then_some((host, port))
}

/// The host without its port.
pub(super) fn strip_port(address: &str) -> &str {
    split(address).map_or(address, |(host, _)| host)
}

/// The host without its domain, with its port; IP addresses as they are.
pub(super) fn strip_domain(address: &str) -> String {
    let (host, port) = split(address).unwrap_or((address, ""));
    if host.parse::<IpAddr>().is_ok() {
        return address.to_owned();
    }
    let first = host.split('.').next().unwrap_or_default();
    match port {
        "" => first.to_owned(),
        _ if first.contains(':') => format!("[{first}]:{port}"),
        _ => format!("{first}:{port}"),
    }
}

/// The path of an address, without escapes.
pub(super) fn path(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    let mut bytes = vec![];
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
