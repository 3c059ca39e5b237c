//! Envelopes, read line by line.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Item;

/// The header and the items. What is against the rules is a failure of the test.
pub(super) fn read(bytes: &[u8]) -> (Value, Vec<Item>) {
    let (line, mut rest) = line(bytes);
    let header = json(line);
    let object = header.as_object().expect("the envelope's header is an object");
    let known = BTreeSet::from(["dsn", "event_id", "sdk", "sent_at", "trace"]);
    assert!(object.keys().all(|name| known.contains(&**name)), "{header}");
    let sent = object["sent_at"].as_str().expect("a time");
    assert!(sent.ends_with('Z') && sent.len() == "2026-11-21T17:50:00.000000Z".len(), "{sent}");
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (item, left) = item(rest);
        items.push(item);
        rest = left;
    }
    check(&header, &items);
    (header, items)
}

fn item(bytes: &[u8]) -> (Item, &[u8]) {
    let (line, rest) = line(bytes);
    let header = json(line);
    let kind = header["type"].as_str().expect("a type").to_owned();
    let length = header["length"].as_u64().expect("a length");
    let (payload, rest) = rest.split_at(usize::try_from(length).unwrap());
    let (end, rest) = rest.split_first().expect("a line feed behind the payload");
    assert_eq!(*end, b'\n', "behind the payload of {kind}");
    (Item { kind, header, payload: json(payload) }, rest)
}

/// An envelope is of one event or transaction, and has its ID.
fn check(header: &Value, items: &[Item]) {
    let is_event = |item: &&Item| ["event", "transaction", "feedback"].contains(&&*item.kind);
    let events: Vec<_> = items.iter().filter(is_event).collect();
    assert!(events.len() <= 1, "{events:#?}");
    if let Some(event) = events.first() {
        let id = event.payload["event_id"].as_str().expect("an ID");
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(id.len() == 32 && id.bytes().all(is_digit), "{id}");
        assert_eq!(header["event_id"], id, "the envelope's and the event's");
    }
}

fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line has an end");
    (&bytes[..end], &bytes[end + 1..])
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}
