//! Values as the schemas spell them.

use super::read::keys;
use super::{FORMATS, full, schema};
use crate::config::LogFormat;
use crate::logging::encode::Encoder;
use crate::logging::line::Failure;

#[test]
fn numbers_are_exact() {
    let write = |number: usize, encoder: &Encoder, out: &mut Vec<u8>| match number {
        0 => encoder.u64(u64::MAX, out),
        1 => encoder.i64(i64::MIN, out),
        2 => encoder.u128(u128::MAX, out),
        3 => encoder.i128(i128::MIN, out),
        4 => encoder.f64(f64::NAN, out),
        5 => encoder.f64(f64::NEG_INFINITY, out),
        6 => encoder.f64(0.1, out),
        _ => encoder.bool(true, out),
    };
    let (u64, i64) = ("18446744073709551615", "-9223372036854775808");
    let u128 = "340282366920938463463374607431768211455";
    let i128 = "-170141183460469231731687303715884105728";
    let quoted = [u64, u128, i128].map(|number| format!("\"{number}\""));
    let [q64, qu128, qi128] = quoted.each_ref().map(String::as_str);
    let cases = [
        (LogFormat::App, [u64, i64, u128, i128, "null", "null", "0.1", "true"]),
        (LogFormat::Ecs, [q64, i64, qu128, qi128, "null", "null", "0.1", "true"]),
        (LogFormat::Logfmt, [u64, i64, u128, i128, "NaN", "-inf", "0.1", "true"]),
    ];
    for (format, expected) in cases {
        let schema = schema(format, false);
        for (number, expected) in expected.into_iter().enumerate() {
            let mut out = Vec::new();
            write(number, schema.encoder(), &mut out);
            assert_eq!(str::from_utf8(&out).unwrap(), expected);
        }
    }
}

#[test]
fn bytes_are_text_or_digits() {
    for (bytes, expected) in [(&b"text \x01"[..], "\"text \\u0001\""), (b"\xff\x00a", "\"ff0061\"")]
    {
        let mut out = Vec::new();
        schema(LogFormat::App, false).encoder().bytes(bytes, &mut out);
        assert_eq!(str::from_utf8(&out).unwrap(), expected);
    }
}

#[test]
fn errors_that_were_recorded_as_texts_are_taken_apart() {
    let anyhow = concat!(
        "no order\n\nCaused by:\n    0: no table\n    1: no table: gone\n\n",
        "Stack backtrace:\n   0: main\n",
    );
    let cases = [
        ("plain", ["", "plain", ""]),
        ("Missing { id: 7 }", ["Missing", "Missing { id: 7 }", ""]),
        ("a\n\nCaused by:\n    b", ["", "a: b", ""]),
        (anyhow, ["", "no order: no table: no table: gone", "0: main"]),
    ];
    let schema = schema(LogFormat::App, false);
    for (text, expected) in cases {
        let mut failure = Failure::default();
        schema.encoder().failure(&format_args!("{text}"), &mut failure);
        let rendered = [&failure.kind, &failure.message, &failure.stack];
        let texts = rendered.map(|v| serde_json::from_slice::<String>(v).unwrap_or_default());
        assert_eq!(texts.each_ref().map(|text| text.trim()), expected);
    }
}

#[test]
fn lines_with_everything_are_read_back() {
    for format in FORMATS {
        let schema = schema(format, false);
        let line = full(&schema);
        assert!(!keys(format, &line).is_empty() || format == LogFormat::Pretty);
        assert!(!line.contains('\u{1b}') && line.contains("order"), "{line}");
    }
}
