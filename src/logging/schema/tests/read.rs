//! Reads lines by the rules of their strictest readers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::config::LogFormat;

/// A JSON value whose objects were read without meeting a name twice.
#[derive(Debug, PartialEq)]
struct Unique(serde_json::Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = serde_json::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some((name, Unique(value))) = map.next_entry::<String, _>()? {
            if object.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format!("{name} stands twice")));
            }
        }
        Ok(object.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom("no line has arrays"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(serde_json::Value::Null)
    }
}

/// The members of a line of logfmt, by the rules of its strictest readers.
fn logfmt(line: &str) -> Vec<(String, String)> {
    let (mut rest, mut members) = (line, Vec::<(String, String)>::new());
    while !rest.is_empty() {
        let (key, value) = rest.split_once('=').unwrap();
        assert!(!key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"'), "{key}");
        assert!(members.iter().all(|(other, _)| other != key), "{key} stands twice");
        let text = if value.starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
            let text = values.next().unwrap().unwrap();
            rest = value.get(values.byte_offset()..).unwrap();
            text
        } else {
            let (text, _) = value.split_once(' ').unwrap_or((value, ""));
            assert!(!text.is_empty() && !text.contains(['"', '=', '\\']), "{text}");
            rest = value.get(text.len()..).unwrap();
            text.to_owned()
        };
        assert!(rest.is_empty() || rest.starts_with(' '), "{rest}");
        rest = rest.get(1..).unwrap_or_default();
        members.push((key.to_owned(), text));
    }
    members
}

/// Reads a line by its format's rules, and says which keys stand at its top.
pub(super) fn keys(format: LogFormat, line: &str) -> Vec<String> {
    match format {
        LogFormat::Logfmt => logfmt(line).into_iter().map(|(key, _)| key).collect(),
        LogFormat::Pretty => Vec::new(),
        _ => {
            let Unique(value) =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:.300}"));
            value.as_object().unwrap().keys().cloned().collect()
        }
    }
}
