//! `Sprintf`: which verb, flags and argument come next in a format.

use super::{Flags, Printer};
use crate::value::Value;

/// The widest field and the most digits that Go takes.
const WIDEST: i64 = 1_000_000;

/// The format with its verbs filled in. What does not fit is said in the text, as Go does: `%!d(string=x)`.
#[must_use]
pub fn sprintf(format: &str, values: &[Value]) -> String {
    let mut run = Run {
        printer: Printer::default(),
        format,
        at: 0,
        values,
        next: 0,
        reordered: false,
        good_index: true,
    };
    run.run();
    run.printer.out
}

/// One pass over a format.
struct Run<'a> {
    printer: Printer,
    format: &'a str,
    at: usize,
    values: &'a [Value],
    /// The next argument.
    next: usize,
    /// Whether a verb named its argument (`%[2]d`).
    reordered: bool,
    good_index: bool,
}

impl Run<'_> {
    fn rest(&self) -> &str {
        &self.format[self.at..]
    }

    fn eat(&mut self, char: char) -> bool {
        let found = self.rest().starts_with(char);
        self.at += if found { char.len_utf8() } else { 0 };
        found
    }

    fn run(&mut self) {
        while let Some(percent) = self.rest().find('%') {
            let end = self.at + percent;
            self.printer.out.push_str(&self.format[self.at..end]);
            self.at = end + 1;
            if !self.verb() {
                return self.extra();
            }
        }
        let rest = &self.format[self.at..];
        self.printer.out.push_str(rest);
        self.extra();
    }

    /// Prints one verb with its flags; whether there was one.
    fn verb(&mut self) -> bool {
        self.good_index = true;
        let mut flags = Flags::default();
        loop {
            match self.rest().as_bytes().first() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_index = self.index();
        if self.eat('*') {
            match self.number_of_argument() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.zero &= width >= 0;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.printer.out.push_str("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.number();
            self.good_index &= !(after_index && flags.width.is_some());
        }
        if self.rest().len() > 1 && self.eat('.') {
            self.good_index &= !after_index;
            after_index = self.index();
            if self.eat('*') {
                match self.number_of_argument() {
                    Some(precision) if precision >= 0 => {
                        flags.precision = usize::try_from(precision).ok();
                    }
                    _ => self.printer.out.push_str("%!(BADPREC)"),
                }
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.rest().chars().next() else {
            self.printer.out.push_str("%!(NOVERB)");
            return false;
        };
        self.at += verb.len_utf8();
        self.fill(verb, flags);
        true
    }

    fn fill(&mut self, verb: char, mut flags: Flags) {
        if verb == '%' {
            return self.printer.out.push('%');
        }
        if !self.good_index {
            return self.printer.out.push_str(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(value) = self.values.get(self.next) else {
            return self.printer.out.push_str(&format!("%!{verb}(MISSING)"));
        };
        if matches!(verb, 'v' | 'w') {
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        self.printer.flags = flags;
        self.printer.argument(value, verb);
        self.next += 1;
    }

    /// What no verb asked for.
    fn extra(&mut self) {
        if self.reordered || self.next >= self.values.len() {
            return;
        }
        self.printer.flags = Flags::default();
        self.printer.out.push_str("%!(EXTRA ");
        for (index, value) in self.values[self.next..].iter().enumerate() {
            if index > 0 {
                self.printer.out.push_str(", ");
            }
            if !matches!(value, Value::Nil) {
                self.printer.out.push_str(&value.type_name());
                self.printer.out.push('=');
            }
            self.printer.argument(value, 'v');
        }
        self.printer.out.push(')');
    }

    /// Digits; nothing where there are none, or where the number is absurd: then the rest is dropped.
    fn number(&mut self) -> Option<usize> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let digits = &rest[..end.unwrap_or(rest.len())];
        if digits.is_empty() {
            return None;
        }
        // Go gives up as soon as the number so far is too large and another digit follows.
        let before_last = &digits[..digits.len() - 1];
        if before_last.parse::<i64>().is_ok_and(|n| n > WIDEST) || before_last.len() > 15 {
            self.at = self.format.len();
            return None;
        }
        let number = digits.parse().ok();
        self.at += digits.len();
        number
    }

    /// `[2]`: the argument that is next; whether there was one.
    fn index(&mut self) -> bool {
        if !self.rest().starts_with('[') {
            return false;
        }
        self.reordered = true;
        let rest = self.rest();
        let Some(close) = rest.find(']').filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let inner = &rest[1..close];
        let digits = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit());
        let index = inner.parse::<usize>().ok().filter(|_| digits);
        self.at += close + 1;
        match index {
            Some(index) if (1..=self.values.len()).contains(&index) => {
                self.next = index - 1;
                true
            }
            other => {
                self.good_index = false;
                other.is_some()
            }
        }
    }

    /// The value of `*`.
    fn number_of_argument(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        match value.underlying() {
            Value::Int(number) => Some(*number).filter(|n| (-WIDEST..=WIDEST).contains(n)),
            Value::Byte(number) => Some(i64::from(*number)),
            _ => None,
        }
    }
}
