//! A failure in words that may leave the process.

use std::fmt::{self, Display, Write};
use std::sync::Arc;

use crate::redaction::Redactor;

/// Of what is shown.
const MAX_BYTES: usize = 1_024;
/// Of what is read of the error: more than is shown, so that no secret is cut before it is known.
const MAX_READ: usize = 8 * 1_024;
/// A reason, redacted and cut.
pub(super) fn describe(reason: &dyn Display, redactor: &Redactor) -> Arc<str> {
    let mut text = Bounded::default();
    // Only the bound stops it, and what fits is kept.
    let _ = write!(text, "{reason}");
    text.clean(redactor)
}

/// Takes what fits.
#[derive(Default)]
struct Bounded(String);

impl Bounded {
    fn clean(&self, redactor: &Redactor) -> Arc<str> {
        cut(&redactor.clean(&self.0), MAX_BYTES).into()
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let part = cut(text, MAX_READ - self.0.len());
        self.0.push_str(part);
        if part.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}
