//! Encodings: addresses, Base64, JSON.

use std::sync::Arc;

use obsctl_gotemplate::{List, Value};

/// A text as part of a query of an address.
pub(super) fn url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(super) fn from_url(text: &str) -> Result<String, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = after
                    .get(..2)
                    .filter(|it| it.iter().all(u8::is_ascii_hexdigit));
                let digits = digits.and_then(|it| std::str::from_utf8(it).ok());
                let Some(code) = digits.and_then(|it| u8::from_str_radix(it, 16).ok()) else {
                    let wrong = &after[..after.len().min(2)];
                    let wrong = format!("%{}", String::from_utf8_lossy(wrong));
                    return Err(format!("invalid URL escape {wrong:?}"));
                };
                out.push(code);
                rest = &after[2..];
            }
            _ => out.push(*byte),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The signs of Base64 (RFC 4648).
const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 4 / 3 + 4);
    for chunk in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for sign in 0..4 {
            let index = (bits >> (18 - 6 * sign)) as usize & 63;
            out.push(if sign <= chunk.len() {
                SIGNS[index].into()
            } else {
                '='
            });
        }
    }
    out
}

/// What a text in Base64 says; where it is none, the error, as Sprig gives it.
pub(super) fn from_base64(text: &str) -> String {
    let illegal = |at: usize| format!("illegal base64 data at input byte {at}");
    let signs: Vec<(usize, u8)> = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| !b"\r\n".contains(byte))
        .collect();
    let mut out = Vec::with_capacity(text.len());
    for (number, chunk) in signs.chunks(4).enumerate() {
        let last = (number + 1) * 4 >= signs.len();
        let padding = chunk
            .iter()
            .rev()
            .take_while(|(_, byte)| *byte == b'=')
            .count();
        let mut bits = 0_u32;
        for (at, byte) in &chunk[..chunk.len() - padding] {
            let Some(index) = SIGNS.iter().position(|sign| sign == byte) else {
                return illegal(*at);
            };
            bits = bits << 6 | index as u32;
        }
        if chunk.len() < 4 || padding > 2 || padding > 0 && !last {
            return illegal(chunk[0].0);
        }
        bits <<= 6 * padding;
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A value of JSON as Go reads it.
pub(super) fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::text(text),
        serde_json::Value::Array(elements) => Value::List(Arc::new(List {
            type_name: "[]interface {}".into(),
            elements: elements.into_iter().map(from_json).collect(),
        })),
        serde_json::Value::Object(members) => Value::map(
            members
                .into_iter()
                .map(|(name, value)| (name, from_json(value)))
                .collect(),
        ),
    }
}
