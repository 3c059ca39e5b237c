//! A failed call, as its event tells it.

use std::any::type_name;
use std::error::Error;
use std::fmt;

use http::StatusCode;

/// A failed call.
#[derive(Debug)]
pub struct Failure<'a> {
    what: What<'a>,
    is_the_callers: bool,
}

/// What is known of the value that says so.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// An error, with its causes.
    Error(&'a (dyn Error + 'a)),
    /// Something that can be told.
    Display(&'a dyn fmt::Display),
    /// A response.
    Status(StatusCode),
    /// Nothing but its type.
    Name(&'static str),
}

impl<'a> Failure<'a> {
    pub(super) fn new(what: What<'a>, is_the_callers: bool) -> Self {
        Self { what, is_the_callers }
    }

    /// Whether the caller is to blame.
    pub fn is_the_callers(&self) -> bool {
        self.is_the_callers
    }

    /// What it says of itself, for whoever takes events.
    pub fn error(&self) -> Box<dyn Error> {
        match self.what {
            What::Error(error) => error.to_string().into(),
            What::Display(text) => text.to_string().into(),
            What::Status(status) => status.to_string().into(),
            What::Name(name) => name.into(),
        }
    }
}

impl What<'_> {
    pub(super) fn name<T: ?Sized>() -> Self {
        Self::Name(type_name::<T>())
    }
}

impl fmt::Debug for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
            Self::Display(text) => f.debug_tuple("Display").field(&format_args!("{text}")).finish(),
            Self::Status(status) => f.debug_tuple("Status").field(status).finish(),
            Self::Name(name) => f.debug_tuple("Name").field(name).finish(),
        }
    }
}
