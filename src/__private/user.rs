//! Who makes the request, as an attribute says it.

use std::fmt::{Display, Write};

use arrayvec::ArrayString;

use crate::context::MAX_USER_BYTES;
use crate::redaction::guard;

use super::call::Call;

/// What a user can be told as: nothing more than the message of an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no user",
    label = "`user` wants what implements `Display`, or an `Option` of it"
)]
pub trait User {}

impl User for str {}

/// The beginning of a text.
struct Bounded(ArrayString<MAX_USER_BYTES>);

impl Call {
    pub(super) fn tell_user(&self, user: &dyn Display) {
        let Some(context) = self.context() else { return };
        let mut text = Bounded(ArrayString::new());
        // Past the bound the rest is not asked for, which is no failure.
        if guard(|| write!(text, "{user}")).is_some() {
            context.set_user(&text.0);
        }
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let kept = text.floor_char_boundary(self.0.remaining_capacity());
        self.0.push_str(text.get(..kept).unwrap_or_default());
        if kept < text.len() { Err(std::fmt::Error) } else { Ok(()) }
    }
}
