//! Numbers without noise.

use serde::{Deserialize, Serialize, Serializer};

/// A number as people write it: whole numbers without `.0`, and no digits that only the machine's
/// arithmetic made (`0.001`, never `0.0009999999999999998`).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(from = "f64")]
pub struct Number(f64);

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        // Twelve digits are more than anyone writes and fewer than rounding spoils.
        let clean = format!("{value:.11e}").parse().unwrap_or(value);
        Self(clean)
    }
}

impl From<u8> for Number {
    fn from(value: u8) -> Self {
        Self(f64::from(value))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(f64::from(value))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Beyond this a double cannot hold every whole number.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < WHOLE {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_people_write() {
        let text = |value: f64| serde_json::to_string(&Number::from(value)).unwrap();
        assert_eq!(text(80.0), "80");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(1.0 - 0.999), "0.001");
        assert_eq!(text(14.4 * 0.001), "0.0144");
        assert_eq!(text(1e-9), "1e-9");
    }
}
