//! A failed call, as its event tells it.

use std::any::type_name;
use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::redaction::{guard, render};

/// A failed call.
#[derive(Debug)]
pub struct Failure<'a> {
    source: Source<'a>,
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

#[derive(Debug)]
enum Source<'a> {
    Now(What<'a>),
    Earlier(&'a Told),
}

/// What an error says of itself and of its causes, which outlives it.
#[derive(Clone)]
pub(super) struct Told {
    text: String,
    /// The beginning of its `Debug`, which is where its type stands.
    debug: String,
    cause: Option<Box<Self>>,
}

/// Of an error with its causes.
const MAX_BYTES: usize = 4 << 10;
const MAX_CAUSES: usize = 16;
const MAX_DEBUG_BYTES: usize = 128;

impl<'a> Failure<'a> {
    pub(super) fn new(what: What<'a>, is_the_callers: bool) -> Self {
        Self { source: Source::Now(what), is_the_callers }
    }

    pub(super) fn told(told: &'a Told, is_the_callers: bool) -> Self {
        Self { source: Source::Earlier(told), is_the_callers }
    }

    /// Whether the caller is to blame.
    pub fn is_the_callers(&self) -> bool {
        self.is_the_callers
    }

    /// What it says of itself, for whoever takes events.
    pub fn error(&self) -> Box<dyn Error> {
        Box::new(match self.source {
            Source::Now(what) => Told::of(what),
            Source::Earlier(told) => told.clone(),
        })
    }
}

impl What<'_> {
    pub(super) fn name<T: ?Sized>() -> Self {
        Self::Name(type_name::<T>())
    }

    /// Whether it says nothing of what has gone wrong.
    pub(super) fn is_opaque(&self) -> bool {
        matches!(self, Self::Status(_) | Self::Name(_))
    }
}

impl Told {
    pub(super) fn of(what: What<'_>) -> Self {
        match what {
            What::Error(error) => Self::with_causes(error),
            What::Display(text) => Self::alone(&format_args!("{text}")),
            What::Status(status) => Self::alone(&format_args!("{status}")),
            What::Name(name) => Self::alone(&format_args!("{name}")),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What the deepest cause says, or the error itself where it has none.
    pub(super) fn root(&self) -> &str {
        self.cause.as_deref().map_or(&self.text, Self::root)
    }

    fn with_causes(error: &dyn Error) -> Self {
        let mut left = MAX_BYTES;
        let mut told = vec![Self::one(error, &mut left)];
        let mut next = guard(|| error.source()).flatten();
        while let Some(cause) = next.filter(|_| left > 0 && told.len() <= MAX_CAUSES) {
            told.push(Self::one(cause, &mut left));
            next = guard(|| cause.source()).flatten();
        }
        let chained = told.into_iter().rev().reduce(|cause, mut error| {
            error.cause = Some(Box::new(cause));
            error
        });
        chained.unwrap_or_else(|| Self::alone(&format_args!("")))
    }

    fn one(error: &dyn Error, left: &mut usize) -> Self {
        let (mut text, mut debug) = (String::new(), String::new());
        render(&format_args!("{error}"), *left, &mut text);
        render(&error, MAX_DEBUG_BYTES, &mut debug);
        *left = left.saturating_sub(text.len());
        Self { text, debug, cause: None }
    }

    fn alone(text: &fmt::Arguments<'_>) -> Self {
        let mut rendered = String::new();
        render(text, MAX_BYTES, &mut rendered);
        // In quotes, so that nobody takes its first word for a type.
        let debug = format!("{rendered:?}");
        Self { text: rendered, debug, cause: None }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl fmt::Debug for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Display(text) => text.fmt(f),
            Self::Status(status) => status.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}
