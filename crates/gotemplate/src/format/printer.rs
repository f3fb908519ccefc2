//! Values as verbs print them: `Sprint` and `Sprintln`.

mod verbs;

pub use verbs::sprintf;

use std::iter::repeat_n;

use super::{float, quote, quote_ascii, quote_char, unicode};
use crate::value::Value;

/// The values one behind the other, with a space between two of which neither is a text.
#[must_use]
pub fn sprint(values: &[Value]) -> String {
    let mut printer = Printer::default();
    let mut after_text = false;
    for (index, value) in values.iter().enumerate() {
        let text = matches!(value.underlying(), Value::Text(_));
        if index > 0 && !text && !after_text {
            printer.out.push(' ');
        }
        printer.argument(value, 'v');
        after_text = text;
    }
    printer.out
}

/// The values with a space between each two, and a line break at the end.
#[must_use]
pub fn sprintln(values: &[Value]) -> String {
    let mut printer = Printer::default();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            printer.out.push(' ');
        }
        printer.argument(value, 'v');
    }
    printer.out.push('\n');
    printer.out
}

/// In place of addresses, which no two runs of Prometheus share.
const ADDRESS: u64 = 0xc000_000000;

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    width: Option<usize>,
    precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%+v`: with the names of fields.
    plus_v: bool,
    /// `%#v`: as Go's source.
    sharp_v: bool,
}

#[derive(Debug, Default)]
struct Printer {
    out: String,
    flags: Flags,
    /// While a wrong verb is reported, types do not print themselves.
    erroring: bool,
}

impl Printer {
    fn padding(&mut self, count: usize) {
        let zero = self.flags.zero && !self.flags.minus;
        self.out
            .extend(repeat_n(if zero { '0' } else { ' ' }, count));
    }

    fn pad(&mut self, text: &str) {
        let width = self.flags.width.unwrap_or(0);
        let missing = width.saturating_sub(text.chars().count());
        if self.flags.minus {
            self.out.push_str(text);
            self.padding(missing);
        } else {
            self.padding(missing);
            self.out.push_str(text);
        }
    }

    fn pad_with_spaces(&mut self, text: &str) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text);
        self.flags.zero = zero;
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.erroring = true;
        self.out.push_str("%!");
        self.out.push(verb);
        self.out.push('(');
        if let Value::Nil = value {
            self.out.push_str("<nil>");
        } else {
            self.out.push_str(&value.type_name());
            self.out.push('=');
            self.argument(value, 'v');
        }
        self.out.push(')');
        self.erroring = false;
    }

    /// Prints an argument.
    fn argument(&mut self, value: &Value, verb: char) {
        match verb {
            _ if matches!(value, Value::Nil) => match verb {
                'T' | 'v' => self.pad("<nil>"),
                _ => self.bad_verb(value, verb),
            },
            'T' => self.string(&value.type_name(), 's', value),
            'p' => match value {
                Value::Pointer(_) | Value::List(_) | Value::Map(_) => self.pointer(value, verb),
                _ => self.bad_verb(value, verb),
            },
            _ => self.value(value, verb, 0),
        }
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if self.by_itself(value, verb) {
            return;
        }
        match value.underlying() {
            Value::Nil | Value::Object(_) if self.flags.sharp_v => {
                self.out.push_str("interface {}(nil)");
            }
            Value::Nil | Value::Object(_) if verb == 'v' => self.out.push_str("<nil>"),
            Value::Nil | Value::Object(_) => self.bad_verb(value, verb),
            Value::Bool(own) => match verb {
                't' | 'v' => self.pad(if *own { "true" } else { "false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(own) => self.integer(own.unsigned_abs(), *own < 0, verb, value),
            Value::Byte(own) if verb == 'v' && self.flags.sharp_v => {
                self.out.push_str(&format!("{own:#x}"));
            }
            Value::Byte(own) => self.integer(u64::from(*own), false, verb, value),
            Value::Float(own) => self.float(*own, verb, value),
            Value::Text(own) => self.string(own, verb, value),
            Value::List(list) => {
                let parts = list.elements.iter().map(|element| (None, element));
                self.group(value, "[", parts, "]", verb, depth);
            }
            Value::Map(map) => {
                let parts = map
                    .entries
                    .iter()
                    .map(|(key, one)| (Some(Key::Text(key)), one));
                self.group(value, "map[", parts, "]", verb, depth);
            }
            Value::Struct(own) => {
                let parts = own
                    .fields
                    .iter()
                    .map(|field| (Some(Key::Field(field.name)), &field.value));
                self.group(value, "{", parts, "}", verb, depth);
            }
            Value::Pointer(target) => {
                let shown = matches!(
                    target.underlying(),
                    Value::List(_) | Value::Map(_) | Value::Struct(_)
                );
                if depth == 0 && shown {
                    self.out.push('&');
                    self.value(target, verb, depth + 1);
                } else {
                    self.pointer(value, verb);
                }
            }
        }
    }

    /// Lets a type print itself that can; whether it did.
    fn by_itself(&mut self, value: &Value, verb: char) -> bool {
        let Value::Object(object) = value.target() else {
            return false;
        };
        if self.erroring || self.flags.sharp_v || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let Some(text) = object.text() else {
            return false;
        };
        self.string(&text, verb, value);
        true
    }

    fn group<'v>(
        &mut self,
        value: &Value,
        open: &str,
        parts: impl Iterator<Item = (Option<Key<'v>>, &'v Value)>,
        close: &str,
        verb: char,
        depth: usize,
    ) {
        let source = self.flags.sharp_v;
        if source {
            self.out.push_str(&value.type_name());
        }
        self.out.push_str(if source { "{" } else { open });
        for (index, (key, part)) in parts.enumerate() {
            if index > 0 {
                self.out.push_str(if source { ", " } else { " " });
            }
            match key {
                Some(Key::Text(key)) => {
                    self.value(&Value::text(key), verb, depth + 1);
                    self.out.push(':');
                }
                Some(Key::Field(name)) if source || self.flags.plus_v => {
                    self.out.push_str(name);
                    self.out.push(':');
                }
                _ => {}
            }
            self.value(part, verb, depth + 1);
        }
        self.out.push_str(if source { "}" } else { close });
    }

    fn pointer(&mut self, value: &Value, verb: char) {
        match verb {
            'v' | 'p' => {
                let text = format!("{ADDRESS:#x}");
                self.pad_with_spaces(&text);
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(ADDRESS, false, verb, value),
            _ => self.bad_verb(value, verb),
        }
    }

    fn integer(&mut self, number: u64, negative: bool, verb: char, value: &Value) {
        let digits = match verb {
            'v' | 'd' => number.to_string(),
            'b' => format!("{number:b}"),
            'o' | 'O' => format!("{number:o}"),
            'x' => format!("{number:x}"),
            'X' => format!("{number:X}"),
            'c' | 'q' | 'U' => return self.character(number, negative, verb),
            _ => return self.bad_verb(value, verb),
        };
        let flags = self.flags;
        let mut least = 0;
        if let Some(precision) = flags.precision {
            if precision == 0 && number == 0 {
                return self.pad_with_spaces("");
            }
            least = precision;
        } else if let (true, false, Some(width)) = (flags.zero, flags.minus, flags.width) {
            least = width.saturating_sub(usize::from(negative || flags.plus || flags.space));
        }
        let mut text = "0".repeat(least.saturating_sub(digits.len())) + &digits;
        let prefix = match verb {
            'O' if flags.sharp && !text.starts_with('0') => "0o0",
            'O' => "0o",
            'b' if flags.sharp => "0b",
            'o' if flags.sharp && !text.starts_with('0') => "0",
            'x' if flags.sharp => "0x",
            'X' if flags.sharp => "0X",
            _ => "",
        };
        text.insert_str(0, prefix);
        let sign = if negative {
            "-"
        } else if flags.plus {
            "+"
        } else if flags.space {
            " "
        } else {
            ""
        };
        text.insert_str(0, sign);
        self.pad_with_spaces(&text);
    }

    fn character(&mut self, number: u64, negative: bool, verb: char) {
        let code = if negative {
            number.wrapping_neg()
        } else {
            number
        };
        let char = u32::try_from(code).ok().and_then(char::from_u32);
        let shown = char.unwrap_or(char::REPLACEMENT_CHARACTER);
        match verb {
            'c' => self.pad(shown.encode_utf8(&mut [0; 4])),
            'q' => {
                let text = quote_char(shown, self.flags.plus);
                self.pad(&text);
            }
            _ => {
                let digits = self.flags.precision.unwrap_or(4).max(4);
                let mut text = format!("U+{code:0digits$X}");
                if let (true, Some(char)) = (self.flags.sharp, char)
                    && let Some((_, quoted)) = unicode(char).split_once(' ')
                {
                    text.push(' ');
                    text.push_str(quoted);
                }
                self.pad_with_spaces(&text);
            }
        }
    }

    fn float(&mut self, number: f64, verb: char, value: &Value) {
        let (form, default) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let flags = self.flags;
        let precision = flags.precision.or(default);
        let text = float(number, form, precision);
        let (mut sign, body) = match text.strip_prefix(['+', '-']) {
            Some(body) => (&text[..1], body),
            None => ("+", text.as_str()),
        };
        if flags.space && sign == "+" && !flags.plus {
            sign = " ";
        }
        if body.starts_with(['I', 'N']) {
            let bare = body.starts_with('N') && !flags.space && !flags.plus
                || body.starts_with('I') && sign == "+" && !text.starts_with('+');
            let text = if bare {
                body.to_owned()
            } else {
                format!("{sign}{body}")
            };
            return self.pad_with_spaces(&text);
        }
        let body = if flags.sharp && form != 'b' {
            with_point(body, form, precision)
        } else {
            body.to_owned()
        };
        if !flags.plus && sign == "+" {
            return self.pad(&body);
        }
        let width = flags.width.unwrap_or(0);
        if flags.zero && !flags.minus && width > body.len() + 1 {
            self.out.push_str(sign);
            self.padding(width - body.len() - 1);
            self.out.push_str(&body);
        } else {
            self.pad(&format!("{sign}{body}"));
        }
    }

    fn string(&mut self, text: &str, verb: char, value: &Value) {
        let end = self
            .flags
            .precision
            .and_then(|n| text.char_indices().nth(n));
        let cut = &text[..end.map_or(text.len(), |(at, _)| at)];
        match verb {
            'v' if !self.flags.sharp_v => self.pad(cut),
            's' => self.pad(cut),
            'x' | 'X' => self.hexadecimal(text, verb == 'X'),
            'v' | 'q' => {
                let raw = self.flags.sharp
                    && !cut.contains(|c: char| {
                        c == '`' || c == '\u{feff}' || c.is_control() && c != '\t'
                    });
                let quoted = if raw {
                    format!("`{cut}`")
                } else if self.flags.plus {
                    quote_ascii(cut)
                } else {
                    quote(cut)
                };
                self.pad(&quoted);
            }
            _ => self.bad_verb(value, verb),
        }
    }

    /// The bytes of a text; a precision counts bytes, not digits.
    fn hexadecimal(&mut self, text: &str, upper: bool) {
        let flags = self.flags;
        let bytes = text.as_bytes();
        let bytes = &bytes[..bytes.len().min(flags.precision.unwrap_or(usize::MAX))];
        let mark = match (flags.sharp, upper) {
            (false, _) => "",
            (true, false) => "0x",
            (true, true) => "0X",
        };
        let mut out = String::new();
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && flags.space {
                out.push(' ');
            }
            if index == 0 || flags.space {
                out.push_str(mark);
            }
            out += &if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            };
        }
        self.pad(&out);
    }
}

/// The name of a part of a value.
enum Key<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// A float with its point, and with the zeros that `%g` takes away.
fn with_point(body: &str, form: char, precision: Option<usize>) -> String {
    let exponent = match form {
        'x' | 'X' => body.find(['p', 'P']),
        _ => body.find(['e', 'E']),
    };
    let (number, tail) = body.split_at(exponent.unwrap_or(body.len()));
    let mut digits = match form {
        'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let shown = number.chars().filter(|c| *c != '.');
    digits = digits.saturating_sub(shown.skip_while(|c| *c == '0').count());
    let mut number = number.to_owned();
    if !number.contains('.') {
        if number == "0" {
            digits = digits.saturating_sub(1);
        }
        number.push('.');
    }
    number.push_str(&"0".repeat(digits));
    number + tail
}
