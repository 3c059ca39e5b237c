//! Running the `Debug` and `Display` of values that are not ours.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Stands for a value whose own code panicked.
const PANICKED: &str = "<panicked>";

thread_local! {
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Text up to a limit; past it the writer is told to stop.
struct Bounded<'a> {
    text: &'a mut String,
    left: usize,
    is_cut: bool,
}

/// Hands over an empty text that keeps its memory from one use to the next. Values that log while
/// they are rendered get one of their own, and so do threads that end.
#[inline]
pub(crate) fn with(work: impl FnOnce(&mut String)) {
    let mut work = Some(work);
    let _ = BUFFER.try_with(|buffer| {
        let Ok(mut buffer) = buffer.try_borrow_mut() else { return };
        if let Some(work) = work.take() {
            buffer.clear();
            work(&mut buffer);
        }
    });
    if let Some(work) = work {
        work(&mut String::new());
    }
}

/// Appends up to `limit` bytes of what a value says of itself, and says whether there was more.
pub(crate) fn render(value: &dyn fmt::Debug, limit: usize, text: &mut String) -> bool {
    let start = text.len();
    let mut bounded = Bounded { text, left: limit, is_cut: false };
    // What an implementation has written before it fails is kept, so that its answer is no matter.
    let has_panicked = guard(|| write!(bounded, "{value:?}")).is_none();
    let is_cut = bounded.is_cut && !has_panicked;
    if has_panicked {
        text.truncate(start);
        text.push_str(PANICKED);
    }
    is_cut
}

/// Runs code that is not ours, which may panic.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    let payload = match result {
        Ok(value) => return Some(value),
        Err(payload) => payload,
    };
    // Even dropping what it panicked with may panic.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        mem::forget(payload);
    }
    None
}

/// Whether a value's own code runs, so that a panic ends here and concerns nothing but its text.
pub(crate) fn is_guarded() -> bool {
    GUARDED.get()
}

impl Write for Bounded<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.left {
            self.left -= text.len();
            self.text.push_str(text);
            return Ok(());
        }
        self.is_cut = true;
        self.text.push_str(text.get(..text.floor_char_boundary(self.left)).unwrap_or_default());
        self.left = 0;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Panics;

    impl fmt::Debug for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("so far")?;
            std::panic::resume_unwind(Box::new(Payload));
        }
    }

    struct Payload;

    impl Drop for Payload {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                std::panic::resume_unwind(Box::new(""));
            }
        }
    }

    #[test]
    fn values_are_rendered_up_to_the_limit() {
        let cases: [(&dyn fmt::Debug, _, _); 5] = [
            (&"text", "\"text\"", false),
            (&format_args!("1234567890"), "1234567890", false),
            (&format_args!("12345{}", "678901"), "1234567890", true),
            (&format_args!("123456789{}", "é"), "123456789", true),
            (&Panics, PANICKED, false),
        ];
        for (value, expected, expected_cut) in cases {
            let mut text = String::new();
            let is_cut = render(value, 10, &mut text);
            assert_eq!((text.as_str(), is_cut), (expected, expected_cut));
        }
    }

    #[test]
    fn a_text_within_a_text_is_another() {
        with(|outer| {
            outer.push_str("outer");
            with(|inner| assert!(inner.is_empty()));
            assert_eq!(outer, "outer");
        });
    }
}
