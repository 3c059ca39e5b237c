//! What the server takes: longer texts, deeper values and other characters it would cut and remark
//! upon, so they are cut here.

use serde_json::{Map, Value};

/// Stands at the end of what was cut.
const CUT: &str = "…";
const MAX_MESSAGE_CHARS: usize = 8_192;
const MAX_TAG_CHARS: usize = 200;
const MAX_CRUMB_BYTES: usize = 2_048;
const MAX_EXTRA_BYTES: usize = 16 << 10;
const MAX_EXTRAS_BYTES: usize = 256 << 10;
/// Members of `extra` and of `data` may be as deep.
const MAX_DEPTH: usize = 4;

/// Makes an event, or a transaction, fit. What it holds is clean.
pub(super) fn fit(event: &mut Value) {
    let Value::Object(event) = event else { return };
    let bounds = [
        ("transaction", 200),
        ("server_name", 256),
        ("release", 200),
        ("environment", 64),
        ("logger", 64),
        ("message", MAX_MESSAGE_CHARS),
    ];
    for (name, chars) in bounds {
        member(event, name, |value| cut(value, chars));
    }
    member(event, "request", |request| inner(request, "url", |url| cut(url, 256)));
    member(event, "logentry", |entry| inner(entry, "message", |text| cut(text, MAX_MESSAGE_CHARS)));
    member(event, "tags", tags);
    member(event, "extra", extra);
    member(event, "contexts", contexts);
    for (name, each) in
        [("exception", exception as fn(&mut Value)), ("breadcrumbs", crumb), ("threads", thread)]
    {
        member(event, name, |list| inner(list, "values", |values| each_of(values, each)));
    }
}

fn exception(exception: &mut Value) {
    inner(exception, "type", |text| cut(text, 256));
    inner(exception, "module", |text| cut(text, 256));
    inner(exception, "value", |text| cut(text, MAX_MESSAGE_CHARS));
    inner(exception, "stacktrace", stack);
}

fn thread(thread: &mut Value) {
    inner(thread, "stacktrace", stack);
}

fn stack(stack: &mut Value) {
    let frame = |frame: &mut Value| {
        for (name, chars) in [("function", 256), ("symbol", 256), ("filename", 256)] {
            inner(frame, name, |text| cut(text, chars));
        }
        // Its end says more.
        inner(frame, "abs_path", |text| cut_start(text, 256));
    };
    inner(stack, "frames", |frames| each_of(frames, frame));
}

fn crumb(crumb: &mut Value) {
    inner(crumb, "type", |text| cut(text, 128));
    inner(crumb, "category", |text| cut(text, 128));
    inner(crumb, "message", |text| cut(text, MAX_MESSAGE_CHARS));
    inner(crumb, "data", |data| {
        let Value::Object(data) = data else { return };
        let mut left = MAX_CRUMB_BYTES;
        data.values_mut().for_each(|value| shallow(value, MAX_DEPTH));
        data.retain(|name, value| takes(name.len() + 4, value, &mut left));
    });
}

fn extra(extra: &mut Value) {
    let Value::Object(extra) = extra else { return };
    let mut left = MAX_EXTRAS_BYTES;
    for value in extra.values_mut() {
        shallow(value, MAX_DEPTH);
        if size(value) > MAX_EXTRA_BYTES {
            *value = shortened(value, MAX_EXTRA_BYTES);
        }
    }
    extra.retain(|name, value| takes(name.len() + 4, value, &mut left));
}

/// The SDK's type for one that it does not know is no type of the server's, which goes by the key.
fn contexts(contexts: &mut Value) {
    let Value::Object(contexts) = contexts else { return };
    for context in contexts.values_mut().filter_map(Value::as_object_mut) {
        if context.get("type").is_some_and(|kind| kind == "unknown") {
            context.remove("type");
        }
        context.values_mut().for_each(|value| shallow(value, MAX_DEPTH));
    }
}

fn tags(tags: &mut Value) {
    let Value::Object(tags) = tags else { return };
    for (name, mut value) in std::mem::take(tags) {
        let name = tag_name(&name);
        if let Value::String(text) = &mut value {
            *text = tag_value(text);
        }
        // The server refuses what is empty.
        if !name.is_empty() && value.as_str().is_none_or(|text| !text.is_empty()) {
            tags.insert(name, value);
        }
    }
}

/// As the server takes it: 200 characters of `[a-zA-Z0-9_.:-]`.
pub(super) fn tag_name(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    let named = name.trim().chars().take(MAX_TAG_CHARS);
    named.map(|c| if allowed(c) { c } else { '-' }).collect()
}

/// As the server takes it: 200 characters of one line.
pub(super) fn tag_value(value: &str) -> String {
    let told = value.trim().chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c });
    let mut text: String = told.take(MAX_TAG_CHARS + 1).collect();
    cut_text(&mut text, MAX_TAG_CHARS);
    text
}

fn member(of: &mut Map<String, Value>, name: &str, work: impl FnOnce(&mut Value)) {
    if let Some(value) = of.get_mut(name) {
        work(value);
    }
}

fn inner(of: &mut Value, name: &str, work: impl FnOnce(&mut Value)) {
    if let Some(value) = of.get_mut(name) {
        work(value);
    }
}

fn each_of(values: &mut Value, mut work: impl FnMut(&mut Value)) {
    if let Value::Array(values) = values {
        values.iter_mut().for_each(&mut work);
    }
}

fn cut(value: &mut Value, chars: usize) {
    if let Value::String(text) = value {
        cut_text(text, chars);
    }
}

fn cut_text(text: &mut String, chars: usize) {
    if text.len() > chars && text.chars().nth(chars).is_some() {
        let end = text.char_indices().nth(chars - 1).map_or(text.len(), |(at, _)| at);
        text.truncate(end);
        text.push_str(CUT);
    }
}

fn cut_start(value: &mut Value, chars: usize) {
    let Value::String(text) = value else { return };
    let count = text.chars().count();
    if count > chars {
        *text = CUT.chars().chain(text.chars().skip(count + 1 - chars)).collect();
    }
}

/// What is deeper is told as a text.
fn shallow(value: &mut Value, depth: usize) {
    match value {
        Value::Array(_) | Value::Object(_) if depth == 0 => {
            *value = shortened(value, MAX_CRUMB_BYTES);
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shallow(value, depth - 1)),
        Value::Object(members) => members.values_mut().for_each(|value| shallow(value, depth - 1)),
        _ => {}
    }
}

/// A value's beginning, as a text.
fn shortened(value: &Value, bytes: usize) -> Value {
    let mut text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.len() > bytes {
        // Each may take two bytes, as a quote does.
        text.truncate(text.floor_char_boundary(bytes / 2));
        text.push_str(CUT);
    }
    text.into()
}

fn takes(more: usize, value: &Value, left: &mut usize) -> bool {
    let size = more + size(value);
    let fits = size <= *left;
    *left -= if fits { size } else { 0 };
    fits
}

/// As JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(values) => 2 + values.iter().map(|value| size(value) + 1).sum::<usize>(),
        Value::Object(members) => {
            let each = |(name, value): (&String, &Value)| name.len() + size(value) + 4;
            2 + members.iter().map(each).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fitted(mut event: Value) -> Value {
        fit(&mut event);
        event
    }

    #[test]
    fn texts_are_cut_to_their_bounds() {
        let check = |path: &str, mut event: Value, chars: usize| {
            for (text, expected) in [("ä".repeat(chars), chars), ("ä".repeat(9_000), chars)] {
                *event.pointer_mut(path).unwrap() = text.into();
                let fitted = fitted(event.clone());
                let told = fitted.pointer(path).unwrap().as_str().unwrap();
                assert_eq!(told.chars().count(), expected, "{path}");
            }
        };
        check("/transaction", json!({ "transaction": "" }), 200);
        check("/logger", json!({ "logger": "" }), 64);
        check("/request/url", json!({ "request": { "url": "" } }), 256);
        check("/tags/a", json!({ "tags": { "a": "" } }), 200);
        let exception = json!({ "exception": { "values": [{ "type": "", "value": "" }] } });
        check("/exception/values/0/type", exception.clone(), 256);
        check("/exception/values/0/value", exception, MAX_MESSAGE_CHARS);
        let crumb = json!({ "breadcrumbs": { "values": [{ "message": "" }] } });
        check("/breadcrumbs/values/0/message", crumb, MAX_MESSAGE_CHARS);
        let frames = json!({ "stacktrace": { "frames": [{ "abs_path": "" }] } });
        let thread = json!({ "threads": { "values": [frames] } });
        check("/threads/values/0/stacktrace/frames/0/abs_path", thread, 256);
    }

    #[test]
    fn tags_are_as_the_server_takes_them() {
        let event = json!({ "tags": { "a b/c": "x\ny ", "": "x", "d": "" } });
        assert_eq!(fitted(event), json!({ "tags": { "a-b-c": "x y" } }));
    }

    #[test]
    fn values_are_as_large_and_deep_as_the_server_takes_them() {
        let deep = (0..20).fold(json!("x"), |value, _| json!({ "a": value }));
        let long = "x\"".repeat(MAX_EXTRA_BYTES);
        let mut extra: Map<String, Value> =
            (0..100).map(|number| (number.to_string(), json!(long))).collect();
        extra.insert("deep".into(), deep.clone());
        let crumb = json!({ "data": { "a": long, "b": "short", "deep": deep } });
        let fitted = fitted(json!({ "extra": extra, "breadcrumbs": { "values": [crumb] } }));
        let extra = fitted["extra"].as_object().unwrap();
        assert!(size(&fitted["extra"]) <= MAX_EXTRAS_BYTES + 2, "{}", extra.len());
        assert!(extra.len() > 10 && extra.contains_key("deep"));
        for value in extra.values() {
            assert!(value.to_string().len() <= MAX_EXTRA_BYTES + CUT.len() + 2);
        }
        assert!(depth(&extra["deep"]) <= 6, "{}", depth(&extra["deep"]));
        let data = &fitted["breadcrumbs"]["values"][0]["data"];
        assert_eq!(data["b"], "short");
        assert!(data.to_string().len() <= MAX_CRUMB_BYTES);
        assert!(depth(data) <= 6);
    }

    fn depth(value: &Value) -> usize {
        let inner = match value {
            Value::Array(values) => values.iter().map(depth).max(),
            Value::Object(members) => members.values().map(depth).max(),
            _ => None,
        };
        1 + inner.unwrap_or_default()
    }

    #[test]
    fn a_type_that_the_server_does_not_know_is_left_out() {
        let event =
            json!({ "contexts": { "a": { "type": "unknown", "b": 1 }, "os": { "type": "os" } } });
        let expected = json!({ "contexts": { "a": { "b": 1 }, "os": { "type": "os" } } });
        assert_eq!(fitted(event), expected);
    }
}
