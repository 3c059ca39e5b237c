//! Whatever is logged, a line is one line, valid and within its bounds (L1, L2, L14, L15).

use super::lab::Lab;
use obskit::config::LogFormat;
use obskit_tests::unique;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::fmt;
use std::panic::resume_unwind;
use tracing::field::{FieldSet, Value};
use tracing::subscriber::Interest;
use tracing::{Callsite, Event, Level, Metadata, callsite, info};

const FIELDS: usize = 4;
const MAX_LINE_BYTES: usize = 16 << 10;
const JSON: [LogFormat; 4] = [LogFormat::App, LogFormat::Otel, LogFormat::Ecs, LogFormat::Gcp];

/// A value of any kind that `tracing` knows, or one whose `Debug` is trouble.
#[derive(Clone, Debug)]
enum Field {
    Text(String),
    Long(String, usize),
    Unsigned(u64),
    Signed(i64),
    Wide(i128),
    Float(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Shown(String),
    Panics,
    Fails,
    Logs,
    Endless,
}

struct Trouble(Field);

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Field::Panics => {
                f.write_str("before \"")?;
                resume_unwind(Box::new(()))
            }
            Field::Fails => f.write_str("half").and(Err(fmt::Error)),
            Field::Logs => {
                info!(inner = ?"\"", "logged while it is rendered");
                f.write_str("logs")
            }
            Field::Endless => loop {
                f.write_str("on and on\n")?;
            },
            Field::Shown(text) => f.write_str(text),
            other => write!(f, "{other:?}"),
        }
    }
}

impl Field {
    fn value(&self) -> Box<dyn Value + '_> {
        match self {
            Self::Text(text) => Box::new(text.as_str()),
            Self::Long(text, times) => Box::new(text.repeat(*times)),
            Self::Unsigned(number) => Box::new(*number),
            Self::Signed(number) => Box::new(*number),
            Self::Wide(number) => Box::new(*number),
            Self::Float(number) => Box::new(*number),
            Self::Bool(value) => Box::new(*value),
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
            other => Box::new(tracing::field::debug(Trouble(other.clone()))),
        }
    }
}

fn fields() -> impl Strategy<Value = Field> {
    prop_oneof![
        any::<String>().prop_map(Field::Text),
        "[\u{0}-\u{9f}\u{2028}\u{2029}\\\\\"é🦀]{0,40}".prop_map(Field::Text),
        (any::<String>(), 0..40_000_usize).prop_map(|(text, times)| {
            let times = times / (text.len() + 1);
            Field::Long(text, times)
        }),
        any::<u64>().prop_map(Field::Unsigned),
        Just(Field::Unsigned(u64::MAX)),
        any::<i64>().prop_map(Field::Signed),
        any::<i128>().prop_map(Field::Wide),
        proptest::num::f64::ANY.prop_map(Field::Float),
        any::<bool>().prop_map(Field::Bool),
        vec(any::<u8>(), 0..40).prop_map(Field::Bytes),
        any::<String>().prop_map(Field::Shown),
        Just(Field::Panics),
        Just(Field::Fails),
        Just(Field::Logs),
        Just(Field::Endless),
    ]
}

fn names() -> impl Strategy<Value = String> {
    let known = [
        "",
        "message",
        "error",
        "level",
        "timestamp",
        "trace_id",
        "requestId",
        "metadata",
        "attr",
        "attr.level",
        "userId",
        "log",
        "http",
        "truncated",
        "a",
        "a.b",
        "service.name",
    ];
    prop_oneof![any::<String>(), proptest::sample::select(known.to_vec()).prop_map(str::to_owned)]
}

fn log(names: Vec<String>, target: String, values: &[Field]) {
    let names = names.into_iter().map(|name| &*name.leak()).collect::<Vec<_>>().leak();
    let identity: &'static Identity = Box::leak(Box::new(Identity(std::sync::OnceLock::new())));
    let fields = FieldSet::new(names, callsite::Identifier(identity));
    let metadata = Box::leak(Box::new(Metadata::new(
        "event",
        target.leak(),
        Level::ERROR,
        None,
        None,
        None,
        fields,
        tracing::metadata::Kind::EVENT,
    )));
    let metadata = identity.0.get_or_init(|| metadata);
    let keys: Vec<_> = metadata.fields().iter().collect();
    let values: Vec<_> = values.iter().map(Field::value).collect();
    let pairs: [_; FIELDS] = std::array::from_fn(|n| (&keys[n], Some(&*values[n] as &dyn Value)));
    Event::dispatch(metadata, &metadata.fields().value_set(&pairs));
}

/// The identity of a call site whose metadata is made after it.
struct Identity(std::sync::OnceLock<&'static Metadata<'static>>);

impl Callsite for Identity {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.0.get().expect("set before the event")
    }
}

fn check_bytes(line: &[u8]) {
    let (last, text) = line.split_last().unwrap();
    assert_eq!(*last, b'\n');
    assert!(line.len() <= MAX_LINE_BYTES, "{} bytes", line.len());
    let text = str::from_utf8(text).unwrap();
    let raw = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!text.contains(raw), "{text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_one_valid_line(
        names in vec(names(), FIELDS),
        target in any::<String>(),
        values in vec(fields(), FIELDS),
    ) {
        let nested = values.iter().filter(|value| matches!(value, Field::Logs)).count();
        let formats = JSON.into_iter().chain([LogFormat::Logfmt, LogFormat::Pretty]);
        for format in formats {
            let lab = Lab::new(|config| {
                config.logs.format = format;
                config.logs.flood.lines = 0;
            });
            lab.run(|| log(names.clone(), target.clone(), &values));
            let bytes = lab.bytes();
            let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            prop_assert!((1..=1 + nested).contains(&lines.len()), "{} lines", lines.len());
            for line in lines {
                check_bytes(line);
                if JSON.contains(&format) {
                    prop_assert!(unique::read(line).unwrap().is_object());
                }
            }
        }
    }
}

/// The value of a field named `f`, alone on its line.
fn told(field: &Field) -> Json {
    let lab = Lab::new(|config| config.logs.flood.lines = 0);
    let rest = ["g", "h", "i"].map(str::to_owned);
    let names = [vec!["f".to_owned()], rest.into()].concat();
    let values = [field.clone(), Field::Bool(true), Field::Bool(true), Field::Bool(true)];
    lab.run(|| log(names, "t".to_owned(), &values));
    lab.lines().pop().unwrap()["metadata"]["f"].clone()
}

#[test]
fn values_are_read_back() {
    let cases = [
        (Field::Text("a\"\\\u{1}\u{9b}é".to_owned()), Json::from("a\"\\\u{1}\u{9b}é")),
        (Field::Unsigned(u64::MAX), Json::from(u64::MAX)),
        (Field::Signed(i64::MIN), Json::from(i64::MIN)),
        (Field::Float(0.1), Json::from(0.1)),
        (Field::Float(f64::NAN), Json::Null),
        (Field::Float(f64::INFINITY), Json::Null),
        (Field::Bytes(b"\xff\x00".to_vec()), Json::from("ff00")),
        (Field::Panics, Json::from("<panicked>")),
        (Field::Fails, Json::from("half")),
        (Field::Logs, Json::from("logs")),
    ];
    for (field, expected) in cases {
        assert_eq!(told(&field), expected, "{field:?}");
    }
}
