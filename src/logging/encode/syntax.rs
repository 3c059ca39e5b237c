//! How texts and keys are spelt in each syntax.

use crate::protobuf::Message;

use super::any_value;
use super::escape::{escape, escape_unquoted};

/// How keys and values are spelt.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no records"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logging) enum Syntax {
    Json {
        /// Integers that do not fit 64 bits with a sign are texts, for readers that refuse them.
        wide_as_text: bool,
    },
    /// `key=value`, the value in quotes as JSON has them where it is not plain.
    Logfmt,
    /// As `Logfmt`, for eyes: a message has no quotes, and keys are dimmed where there are colours.
    Pretty { colours: bool },
    /// Values as OpenTelemetry's protocol has them, keys as the members that stand before them. A
    /// text that is no message has so many characters at most.
    AnyValue { longest: Option<u32> },
}

pub(in crate::logging) const DIM: &str = "\u{1b}[2m";
pub(in crate::logging) const RESET: &str = "\u{1b}[0m";

impl Syntax {
    #[inline]
    pub(in crate::logging) fn is_json(self) -> bool {
        matches!(self, Self::Json { .. })
    }

    #[inline]
    pub(super) fn is_any_value(self) -> bool {
        matches!(self, Self::AnyValue { .. })
    }

    #[inline]
    pub(in crate::logging) fn text(self, text: &str, out: &mut Vec<u8>) {
        if let Self::AnyValue { longest } = self {
            return any_value::text(text, longest, out);
        }
        if !self.is_json() && is_plain(text) {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.push(b'"');
        escape(text, out);
        out.push(b'"');
    }

    pub(super) fn message(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Pretty { .. } => escape_unquoted(text, out),
            Self::AnyValue { .. } => any_value::text(text, None, out),
            Self::Json { .. } | Self::Logfmt => self.text(text, out),
        }
    }

    /// A key with what stands before and behind it, the separator from the last member included.
    pub(in crate::logging) fn key(self, name: &str) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Json { .. } => {
                out.extend_from_slice(b",\"");
                escape(name, &mut out);
                out.extend_from_slice(b"\":");
            }
            Self::Logfmt | Self::Pretty { colours: false } => {
                out.push(b' ');
                plain_key(name, &mut out);
                out.push(b'=');
            }
            Self::Pretty { colours: true } => {
                out.extend_from_slice(b" ");
                out.extend_from_slice(DIM.as_bytes());
                plain_key(name, &mut out);
                out.push(b'=');
                out.extend_from_slice(RESET.as_bytes());
            }
            Self::AnyValue { .. } => Message::new(&mut out).bytes(any_value::KEY, name.as_bytes()),
        }
        out
    }
}

/// Whether a reader of logfmt takes the text as it is, without quotes.
fn is_plain(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\');
    !text.is_empty() && text.as_bytes().iter().all(plain)
}

/// A key of logfmt has no quotes: what cannot stand in it is percent-encoded, so that two names are
/// two keys. The empty name is a lone percent sign.
fn plain_key(name: &str, out: &mut Vec<u8>) {
    if name.is_empty() {
        out.push(b'%');
    }
    for byte in name.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\' | b'%') {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
}
