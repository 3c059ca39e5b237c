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
                for value in values {
                    self.value(value, names);
                }
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
                "contexts" | "data" | "env" | "extra" | "headers" | "modules" | "params"
                | "tags" | "user" | "vars" => self.value(value, Names::Theirs),
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
        url.split_once('?').map_or(HIDDEN, |(_, query)| query).clone_into(text);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::config::Redaction;

    const SECRET: &str = "hunter2xyz";

    fn scrubbed(mut value: Value) -> Value {
        let redaction = Redaction { fields: vec!["name".into()], ..Redaction::default() };
        scrub(&mut value, &Redactor::new(&redaction).unwrap());
        value
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "both are written where it is called")]
    fn check(value: Value, expected: Value) {
        assert_eq!(scrubbed(value), expected);
    }

    #[test]
    fn names_of_others_are_hidden_and_those_of_the_protocol_are_not() {
        let hidden = HIDDEN;
        check(json!({ "tags": { "password": 1 } }), json!({ "tags": { "password": hidden } }));
        check(
            json!({ "server_name": "a", "extra": { "user": { "name": ["b"], "id": null } } }),
            json!({ "server_name": "a", "extra": { "user": { "name": hidden, "id": null } } }),
        );
        check(
            json!({ "user": { "id": "7", "name": "b" }, "request": { "cookies": "a=b" } }),
            json!({ "user": { "id": "7", "name": hidden }, "request": { "cookies": hidden } }),
        );
        check(
            json!({ "contexts": { "flags": { "values": [{ "flag": "pin", "result": "1" }] } } }),
            json!({ "contexts": { "flags": { "values": [{ "flag": "pin", "result": hidden }] } } }),
        );
        check(
            json!({ "logentry": { "params": [{ "password": "a" }, "pwd=b"] } }),
            json!({ "logentry": { "params": [{ "password": hidden }, "pwd=[redacted]"] } }),
        );
        check(
            json!({ "request": { "headers": [["cookie", "a"], ["accept", "b"]] } }),
            json!({ "request": { "headers": [["cookie", hidden], ["accept", "b"]] } }),
        );
    }

    #[test]
    fn texts_are_clean_wherever_they_stand() {
        check(
            json!({ "message": "token=abc", "exception": { "values": [{ "value": "pwd=x" }] } }),
            json!({
                "message": "token=[redacted]",
                "exception": { "values": [{ "value": "pwd=[redacted]" }] },
            }),
        );
        check(
            json!({ "request": { "query_string": "a=b&c=d" } }),
            json!({ "request": { "query_string": "a=[redacted]&c=[redacted]" } }),
        );
        let scrubbed = scrubbed(json!({ "extra": { "token=abc": "x" } }));
        assert!(!scrubbed.to_string().contains("abc"), "{scrubbed}");
    }

    #[test]
    fn ids_times_and_frames_stay() {
        let card = "4111111111111111";
        let frame = json!({ "function": "a::password=b", "abs_path": "/a/token=b", "lineno": 1 });
        for value in [
            json!({ "event_id": "4111111111111111".repeat(2), "timestamp": 1_700_000_000.25 }),
            json!({ "contexts": { "trace": { "span_id": card, "trace_id": card.repeat(2) } } }),
            json!({ "exception": { "values": [{ "stacktrace": { "frames": [frame] } }] } }),
        ] {
            check(value.clone(), value);
        }
        check(json!({ "span_id": format!("{card} ") }), json!({ "span_id": "[redacted] " }));
        let vars = json!({ "frames": [{ "function": "a", "vars": { "token": "b" } }] });
        let hidden = json!({ "frames": [{ "function": "a", "vars": { "token": HIDDEN } }] });
        check(vars, hidden);
    }

    #[test]
    fn what_is_too_deep_is_not_told() {
        let deep = (0..100).fold(json!(SECRET), |value, _| json!([value]));
        assert!(!scrubbed(json!({ "extra": deep })).to_string().contains(SECRET));
    }

    /// Values that hold a secret behind a name, in a text or as a name.
    fn planted() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            "[a-z ]{0,8}".prop_map(|text| json!(format!("{text} password={SECRET}"))),
            "[a-z]{0,8}".prop_map(|path| json!(format!("https://u:{SECRET}@h/{path}?a={SECRET}"))),
            Just(json!({ "api_key": SECRET })),
            Just(json!({ "Authorization": [SECRET, { "a": SECRET }] })),
            Just(json!(["client_secret", SECRET])),
            any::<i64>().prop_map(|number| json!(number)),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_secret_is_left(value in planted(), place in 0..7_usize) {
            let place = ["extra", "tags", "contexts", "user", "headers", "data", "vars"][place];
            let scrubbed = scrubbed(json!({ "a": [{ place: value }] }));
            let text = scrubbed.to_string();
            prop_assert!(!text.contains(SECRET), "{text}");
        }

        #[test]
        fn what_is_clean_stays_so(value in planted()) {
            let once = scrubbed(json!({ "extra": value }));
            prop_assert_eq!(scrubbed(once.clone()), once);
        }
    }
}
