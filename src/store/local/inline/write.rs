//! Writing a table on one line: fields in the order they are given in, what is empty left out.

use chrono::{Datelike, NaiveDate, Timelike};

use crate::campaign::Time;

/// A table being written.
pub(in crate::store::local) struct Writer<'a> {
    out: &'a mut String,
    gap: &'static str,
}

impl<'a> Writer<'a> {
    pub(in crate::store::local) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, gap: " " }
    }

    fn key(&mut self, key: &str) {
        for part in [self.gap, key, " = "] {
            self.out.push_str(part);
        }
        self.gap = ", ";
    }

    pub(in crate::store::local) fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.value(key, |out| write_string(text, out));
        }
    }

    pub(in crate::store::local) fn value(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        self.key(key);
        write(self.out);
    }

    pub(in crate::store::local) fn number(&mut self, key: &str, number: u64) {
        self.value(key, |out| out.push_str(&number.to_string()));
    }

    pub(in crate::store::local) fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.value(key, |out| out.push_str("true"));
        }
    }

    pub(in crate::store::local) fn date(&mut self, key: &str, date: NaiveDate) {
        self.value(key, |out| write_date(date, out));
    }

    pub(in crate::store::local) fn time(&mut self, key: &str, time: Option<Time>) {
        if let Some(time) = time {
            self.value(key, |out| write_time(time, out));
        }
    }

    pub(in crate::store::local) fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&T, &mut String)) {
        let mut gap = "[";
        for item in items {
            if gap == "[" {
                self.key(key);
            }
            self.out.push_str(gap);
            write(item, self.out);
            gap = ", ";
        }
        if !items.is_empty() {
            self.out.push(']');
        }
    }

    pub(in crate::store::local) fn end(self) {
        self.out.push_str(" }");
    }
}

/// Writes a text as any TOML reader reads it: on one line, control characters escaped.
pub(in crate::store::local) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| must_be_escaped(*c)) {
        out.push_str(&text[plain..at]);
        plain = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

fn must_be_escaped(c: char) -> bool {
    // The last two are also what some programs take for the end of a line.
    matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}') || c.is_control()
}

/// Writes a time in UTC, in whole seconds.
pub(in crate::store::local) fn write_time(time: Time, out: &mut String) {
    write_date(time.date_naive(), out);
    // A leap second counts as the 59th and a thousand million nanoseconds.
    let second = time.second() + time.nanosecond() / 1_000_000_000;
    for (sign, number) in [('T', time.hour()), (':', time.minute()), (':', second)] {
        out.push(sign);
        two_digits(number, out);
    }
    out.push('Z');
}

fn write_date(date: NaiveDate, out: &mut String) {
    match u32::try_from(date.year()) {
        Ok(year @ 0..10_000) => {
            two_digits(year / 100, out);
            two_digits(year % 100, out);
        }
        _ => return out.push_str(&date.to_string()),
    }
    for number in [date.month(), date.day()] {
        out.push('-');
        two_digits(number, out);
    }
}

fn two_digits(number: u32, out: &mut String) {
    out.extend([number / 10, number % 10].into_iter().filter_map(|digit| char::from_digit(digit, 10)));
}
