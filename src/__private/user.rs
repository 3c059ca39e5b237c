//! Who makes the request, as an attribute says it.

/// What a user can be told as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no user",
    label = "`user` wants what implements `Display`, or an `Option` of it"
)]
pub trait User {}

impl<T: std::fmt::Display + ?Sized> User for T {}
