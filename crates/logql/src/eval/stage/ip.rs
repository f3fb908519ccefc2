//! `ip(…)`: addresses in texts.

use std::net::IpAddr;

/// An address, a network or a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::eval) enum Addresses {
    One(IpAddr),
    /// The network's address and how many bits count.
    Network(IpAddr, u8),
    Range(IpAddr, IpAddr),
}

impl Addresses {
    pub fn parse(text: &str) -> Option<Self> {
        let address = |text: &str| text.parse::<IpAddr>().ok();
        if let Some(address) = address(text) {
            return Some(Self::One(address));
        }
        if let Some((network, bits)) = text.split_once('/') {
            let (network, bits) = (address(network)?, bits.parse().ok()?);
            let most = if network.is_ipv4() { 32 } else { 128 };
            return (bits <= most).then_some(Self::Network(network, bits));
        }
        let (from, to) = text.split_once('-')?;
        let (from, to) = (address(from.trim())?, address(to.trim())?);
        (from.is_ipv4() == to.is_ipv4() && from <= to).then_some(Self::Range(from, to))
    }

    fn contains(&self, address: IpAddr) -> bool {
        match self {
            Self::One(wanted) => *wanted == address,
            Self::Range(from, to) => {
                from.is_ipv4() == address.is_ipv4() && (*from..=*to).contains(&address)
            }
            Self::Network(network, bits) => match (network, address) {
                (IpAddr::V4(network), IpAddr::V4(address)) => {
                    let other = network.to_bits() ^ address.to_bits();
                    other.checked_shr(32 - u32::from(*bits)).unwrap_or_default() == 0
                }
                (IpAddr::V6(network), IpAddr::V6(address)) => {
                    let other = network.to_bits() ^ address.to_bits();
                    other
                        .checked_shr(128 - u32::from(*bits))
                        .unwrap_or_default()
                        == 0
                }
                _ => false,
            },
        }
    }

    /// Whether an address inside of the text is one of these. As in Loki, one address hides another that
    /// begins in the sign behind it.
    pub fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let allowed: &[u8] = if looks_like_v4(rest) {
                b"0123456789."
            } else if looks_like_v6(rest) {
                b"0123456789abcdefABCDEF:."
            } else {
                at += 1;
                continue;
            };
            let length = rest
                .iter()
                .take_while(|byte| allowed.contains(byte))
                .count();
            let address = std::str::from_utf8(&rest[..length]).ok();
            let address = address.and_then(|it| it.parse::<IpAddr>().ok());
            if address.is_some_and(|address| self.contains(address)) {
                return true;
            }
            at += length + 1;
        }
        false
    }
}

/// Whether a text of at least four signs may begin with an address of version 4.
fn looks_like_v4(text: &[u8]) -> bool {
    text.len() > 3 && text[0].is_ascii_digit() && text[1..4].contains(&b'.')
}

/// The same for version 6: up to four digits and a colon, or two colons and a digit.
fn looks_like_v6(text: &[u8]) -> bool {
    if text.len() < 5 {
        return false;
    }
    let digits = text[..4]
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    text.starts_with(b"::") && text[2].is_ascii_hexdigit() || digits > 0 && text[digits] == b':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_texts() {
        let cases = [
            ("10.0.0.1", "from 10.0.0.1 to", true),
            ("10.0.0.1", "from 10.0.0.12 to", false),
            ("10.0.0.0/8", "x=10.1.2.3,", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("10.0.0.1-10.0.0.9", "10.0.0.5", true),
            ("10.0.0.1-10.0.0.9", "10.0.0.10", false),
            ("2001:db8::/32", "a [2001:db8::1] b", true),
            ("::1", "on ::1 now", true),
            ("::/0", "10.0.0.1", false),
            ("10.0.0.1", "", false),
            ("10.0.0.1", "é10.0.0.1", true),
        ];
        for (wanted, text, found) in cases {
            let addresses = Addresses::parse(wanted).unwrap();
            assert_eq!(addresses.are_in(text), found, "{wanted} in {text}");
        }
        for text in [
            "",
            "x",
            "10.0.0",
            "10.0.0.1/33",
            "10.0.0.9-10.0.0.1",
            "::1-10.0.0.1",
        ] {
            assert_eq!(Addresses::parse(text), None, "{text}");
        }
    }
}
