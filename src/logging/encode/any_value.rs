//! `AnyValue`, the one type of values in OpenTelemetry's protocol.

use crate::protobuf::Message;

/// Of a `KeyValue`: its key, which is a text, and its `AnyValue`.
pub(super) const KEY: u32 = 1;
#[cfg(feature = "otlp")]
pub(in crate::logging) const VALUE: u32 = 2;

/// As much of a text as may be, between characters.
pub(super) fn text(text: &str, longest: Option<u32>, out: &mut Vec<u8>) {
    let longest = longest.and_then(|longest| usize::try_from(longest).ok());
    // As many bytes are as many characters at most.
    let end = longest.filter(|longest| text.len() > *longest).and_then(|longest| {
        let (end, _) = text.char_indices().nth(longest)?;
        Some(end)
    });
    let kept = end.and_then(|end| text.get(..end)).unwrap_or(text);
    Message::new(out).bytes(1, kept.as_bytes());
}

pub(super) fn bool(value: bool, out: &mut Vec<u8>) {
    Message::new(out).number(2, value.into());
}

pub(super) fn integer(value: i64, out: &mut Vec<u8>) {
    Message::new(out).number(3, value.cast_unsigned());
}

pub(super) fn double(value: f64, out: &mut Vec<u8>) {
    Message::new(out).double(4, value);
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_cut_between_characters() {
        let cases = [
            ("aé𝄞z", None, 8),
            ("aé𝄞z", Some(3), 7),
            ("aéz", Some(2), 3),
            ("abc", Some(3), 3),
            ("abc", Some(0), 0),
            ("", Some(0), 0),
        ];
        for (text, longest, expected) in cases {
            let mut out = Vec::new();
            super::text(text, longest, &mut out);
            assert_eq!(out.get(2..), Some(&text.as_bytes()[..expected]), "{text} {longest:?}");
        }
    }
}
