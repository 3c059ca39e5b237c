//! What names a user.

use std::fmt::Display;

use super::Probe;
use crate::__private::call::Call;
use crate::__private::user::User;

impl<T: Display> Probe<'_, Option<T>> {
    /// Says who makes the request, if that is known.
    #[inline]
    pub fn tell_user(&self, call: &Call) {
        if let Some(user) = self.0 {
            call.tell_user(user);
        }
    }
}

impl<T: Display> Probe<'_, &Option<T>> {
    /// Says who makes the request, if that is known.
    #[inline]
    pub fn tell_user(&self, call: &Call) {
        if let Some(user) = self.0 {
            call.tell_user(user);
        }
    }
}

/// What can be told.
pub trait ShownUser {
    /// Says who makes the request.
    fn tell_user(&self, call: &Call);
}

/// Anything else, which does not compile.
pub trait RefusedUser<T: ?Sized> {
    /// Says nothing.
    fn tell_user(&self, call: &Call)
    where
        T: User;
}

impl<T: Display> ShownUser for &Probe<'_, T> {
    #[inline]
    fn tell_user(&self, call: &Call) {
        call.tell_user(&self.0);
    }
}

impl<T: ?Sized> RefusedUser<T> for Probe<'_, T> {
    fn tell_user(&self, _call: &Call)
    where
        T: User,
    {
    }
}
