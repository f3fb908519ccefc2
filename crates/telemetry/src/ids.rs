//! Identifiers: random ones of traces, spans, runs and correlations.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// 64 bits that no other call returned: a counter under a keyed hash whose key comes from the operating system.
pub(crate) fn random() -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    KEY.get_or_init(RandomState::new)
        .hash_one(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The identifier of a trace: 16 bytes, never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

impl TraceId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self((u128::from(random()) << 64 | u128::from(random())).max(1))
    }

    /// The one of these bytes; none for zero, which W3C forbids.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        match u128::from_be_bytes(bytes) {
            0 => None,
            id => Some(Self(id)),
        }
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Its hexadecimal digits.
    pub(crate) fn hex(self, buffer: &mut [u8; 32]) -> &str {
        hex(&self.to_bytes(), buffer)
    }

    /// A number spread evenly over all traces, the same wherever the trace goes.
    #[must_use]
    pub fn spread(self) -> u64 {
        let [high, low] = [self.0 >> 64, self.0].map(|half| half as u64);
        mix(high ^ mix(low))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex(&mut [0; 32]))
    }
}

/// The identifier of a span: 8 bytes, never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

impl SpanId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(random().max(1))
    }

    /// The one of these bytes; none for zero, which W3C forbids.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        match u64::from_be_bytes(bytes) {
            0 => None,
            id => Some(Self(id)),
        }
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Its hexadecimal digits.
    pub(crate) fn hex(self, buffer: &mut [u8; 16]) -> &str {
        hex(&self.to_bytes(), buffer)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex(&mut [0; 16]))
    }
}

/// Bytes as hexadecimal digits; the buffer has two for each.
fn hex<'a>(bytes: &[u8], buffer: &'a mut [u8]) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(buffer.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    // Digits are text.
    str::from_utf8(buffer).unwrap_or_default()
}

/// A random UUID, version 4.
#[must_use]
pub fn uuid() -> String {
    let bits = (u128::from(random()) << 64 | u128::from(random()))
        & !(0xf000 << 64 | 0xc000_0000_0000_0000)
        | 0x4000 << 64
        | 0x8000_0000_0000_0000;
    let hex = format!("{bits:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// A bijection that turns near numbers into far ones (the finalizer of SplitMix64).
pub(crate) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        let made: BTreeSet<String> = (0..1000).map(|_| uuid()).collect();
        assert_eq!(made.len(), 1000);
        for id in made {
            assert_eq!(id.len(), 36);
            assert_eq!(id.as_bytes()[14], b'4', "{id}");
            assert!(
                matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'),
                "{id}"
            );
        }
    }

    #[test]
    fn zero_is_no_identifier() {
        assert_eq!(TraceId::from_bytes([0; 16]), None);
        assert_eq!(SpanId::from_bytes([0; 8]), None);
        assert_eq!(TraceId::random().to_string().len(), 32);
        assert_eq!(SpanId::random().to_string().len(), 16);
    }
}
