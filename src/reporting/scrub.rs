//! The redaction policy upon what is sent to Sentry, as a whole: the last thing before its bytes.

use std::mem;

use serde_json::{Map, Value};

use crate::redaction::{HIDDEN, Redactor};

/// Deeper values are not told.
const MAX_DEPTH: usize = 24;

/// Hides what must not leave in an event, a transaction or the like: the values of names that are
/// hidden, where names are a user's own, and what any text holds. IDs, times and what frames say
/// of code stay as they are.
pub(crate) fn scrub(value: &mut Value, redactor: &Redactor) {
    Scrub { redactor, depth: 0 }.value(value, Names::Ours);
}

struct Scrub<'a> {
    redactor: &'a Redactor,
    depth: usize,
}

/// Whose names the members of an object have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// The protocol's.
    Ours,
    /// Whoever gave the values has named them.
    Theirs,
    /// Those of a frame, whose texts are of the program and not of its data.
    Frame,
}

impl Scrub<'_> {
    fn value(&mut self, value: &mut Value, names: Names) {
        if self.depth == MAX_DEPTH {
            return hide(value);
        }
        self.depth += 1;
        match value {
            Value::String(text) => self.text(text),
            Value::Array(values) => {
                if names == Names::Theirs {
                    self.pair(values);
                }
                values.iter_mut().for_each(|value| self.value(value, names));
            }
            Value::Object(members) => match names {
                Names::Ours => self.ours(members),
                Names::Theirs => self.theirs(members),
                Names::Frame => self.frame(members),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        self.depth -= 1;
    }

    /// `["a", 1]` may be a name and its value.
    fn pair(&self, values: &mut [Value]) {
        if let [Value::String(name), value] = values
            && self.redactor.hides(name)
        {
            hide(value);
        }
    }

    fn ours(&mut self, members: &mut Map<String, Value>) {
        for (name, value) in members {
            match name.as_str() {
                _ if is_id(name, value) => {}
                "contexts" | "data" | "env" | "extra" | "headers" | "modules" | "tags" | "user"
                | "vars" => self.value(value, Names::Theirs),
                "cookies" => hide(value),
                "query_string" => self.query(value),
                "frames" => self.value(value, Names::Frame),
                _ => self.value(value, Names::Ours),
            }
        }
    }

    /// Names may themselves be of somebody's data.
    fn theirs(&mut self, members: &mut Map<String, Value>) {
        self.flag(members);
        for (name, mut value) in mem::take(members) {
            if self.redactor.hides(&name) {
                hide(&mut value);
            } else if !is_id(&name, &value) {
                self.value(&mut value, Names::Theirs);
            }
            members.insert(self.redactor.clean(&name).into_owned(), value);
        }
    }

    /// `{"flag": "a", "result": true}` is named by its flag.
    fn flag(&self, members: &mut Map<String, Value>) {
        let name = members.get("flag").and_then(Value::as_str);
        if name.is_some_and(|name| self.redactor.hides(name))
            && let Some(result) = members.get_mut("result")
        {
            hide(result);
        }
    }

    fn frame(&mut self, members: &mut Map<String, Value>) {
        for (name, value) in members {
            match name.as_str() {
                "function" | "raw_function" | "symbol" | "module" | "package" | "filename"
                | "abs_path" | "image_addr" | "instruction_addr" | "symbol_addr" => {}
                "vars" => self.value(value, Names::Theirs),
                _ => self.value(value, Names::Ours),
            }
        }
    }

    fn text(&self, text: &mut String) {
        let mut clean = None;
        self.redactor.text(text, false, |told| {
            clean = (told != text.as_str()).then(|| told.to_owned());
        });
        if let Some(clean) = clean {
            *text = clean;
        }
    }

    /// What stands behind a URL's question mark is hidden as it is there.
    fn query(&mut self, value: &mut Value) {
        let Value::String(text) = value else { return self.value(value, Names::Theirs) };
        let mut url = format!("http://host/?{}", text.trim_start_matches('?'));
        self.text(&mut url);
        *text = url.split_once('?').map_or(HIDDEN, |(_, query)| query).to_owned();
    }
}

/// Whether a member is an ID by its name and its form.
fn is_id(name: &str, value: &Value) -> bool {
    let digits = match name {
        "event_id" | "trace_id" | "check_in_id" | "associated_event_id" => 32,
        "span_id" | "parent_span_id" => 16,
        _ => return false,
    };
    let is_hex = |text: &str| {
        text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    value.as_str().is_some_and(is_hex)
}

fn hide(value: &mut Value) {
    if !value.is_null() {
        *value = HIDDEN.into();
    }
}
