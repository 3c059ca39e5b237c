//! Errors: a type, a message with its chain of causes, a stack where there is one.

use std::error::Error;
use std::fmt;

use super::Redactor;
use super::render::{self, render};
use super::values::{MAX_TEXT_BYTES, first};

/// What is told of an error, each once at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The name of its type, where that can be told.
    Kind,
    /// With those of its causes behind it.
    Message,
    Stack,
}

/// Causes of causes that are told.
pub(super) const MAX_CAUSES: usize = 16;
pub(super) const MAX_KIND_BYTES: usize = 128;
/// What stands before a stack in the `Debug` of the usual error types.
pub(super) const STACK: [&str; 2] = ["Stack backtrace:\n", "stack backtrace:\n"];
pub(super) const CAUSES: &str = "\n\nCaused by:\n";

impl Redactor {
    /// Hands on an error value: its type by the first word of its `Debug`, its message with those
    /// of its causes behind it.
    pub(crate) fn error(&self, error: &(dyn Error + 'static), take: &mut dyn FnMut(Part, &str)) {
        render::with(|buffer| {
            render(&error, MAX_KIND_BYTES, buffer);
            self.kind(buffer, take);
            buffer.clear();
            let is_cut = chain(error, buffer);
            self.text(buffer, is_cut, |text| take(Part::Message, text));
        });
    }

    /// The same of an error recorded by `%` or `?`.
    pub(crate) fn failure(&self, value: &dyn fmt::Debug, take: &mut dyn FnMut(Part, &str)) {
        render::with(|buffer| {
            let is_cut = render(value, MAX_TEXT_BYTES, buffer);
            self.told(buffer, is_cut, take);
        });
    }

    /// The same of an error recorded as a text.
    pub(crate) fn failure_text(&self, text: &str, take: &mut dyn FnMut(Part, &str)) {
        let kept = first(text, MAX_TEXT_BYTES);
        self.told(kept, kept.len() < text.len(), take);
    }

    /// Takes apart what an error says of itself.
    fn told(&self, text: &str, is_cut: bool, take: &mut dyn FnMut(Part, &str)) {
        let stack = STACK.iter().find_map(|heading| text.split_once(heading));
        let (text, stack) = stack.map_or((text, None), |(text, stack)| (text, Some(stack)));
        self.kind(text, take);
        let is_message_cut = is_cut && stack.is_none();
        let mut message = |text: &str| take(Part::Message, text);
        match text.split_once(CAUSES) {
            Some((first, causes)) => render::with(|buffer| {
                buffer.push_str(first);
                causes.lines().for_each(|line| push_cause(line, buffer));
                self.text(buffer, is_message_cut, &mut message);
            }),
            None => self.text(text.trim_end(), is_message_cut, &mut message),
        }
        if let Some(stack) = stack {
            self.text(stack.trim_end(), is_cut, |text| take(Part::Stack, text));
        }
    }

    fn kind(&self, debug: &str, take: &mut dyn FnMut(Part, &str)) {
        if let Some(kind) = kind(debug) {
            self.text(kind, false, |text| take(Part::Kind, text));
        }
    }
}

/// The name of a type or a variant, if the text is the `Debug` of one: a word that begins with a
/// capital letter and has nothing behind it but its fields.
pub(super) fn kind(debug: &str) -> Option<&str> {
    let end = debug.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let (word, rest) = debug.split_at_checked(end.unwrap_or(debug.len()))?;
    let is_name = word.starts_with(|first: char| first.is_ascii_uppercase());
    let has_fields = rest.is_empty() || rest.starts_with('(') || rest.starts_with(" {");
    (is_name && has_fields).then_some(word)
}

/// Appends the messages of an error and of its causes, and says whether there was more. A cause
/// that the message before it repeats at its end is left out.
fn chain(error: &(dyn Error + 'static), text: &mut String) -> bool {
    let mut is_cut = render(&format_args!("{error}"), MAX_TEXT_BYTES, text);
    let mut next = render::guard(|| error.source()).flatten();
    for _ in 0..MAX_CAUSES {
        let Some(cause) = next.filter(|_| !is_cut) else { break };
        let before = text.len();
        text.push_str(": ");
        let left = MAX_TEXT_BYTES.saturating_sub(text.len());
        is_cut = render(&format_args!("{cause}"), left, text);
        drop_repeated(before, text);
        next = render::guard(|| cause.source()).flatten();
    }
    is_cut
}

/// Appends a cause from a list as `anyhow` writes it: indented, and numbered if there are more.
fn push_cause(line: &str, text: &mut String) {
    let cause = unnumbered(line.trim());
    let before = text.len();
    if !cause.is_empty() {
        text.push_str(": ");
        text.push_str(cause);
        drop_repeated(before, text);
    }
}

/// A line of a list, without its number.
pub(super) fn unnumbered(line: &str) -> &str {
    let is_number = |n: &str| n.bytes().all(|byte| byte.is_ascii_digit());
    line.split_once(": ").filter(|(n, _)| is_number(n)).map_or(line, |(_, cause)| cause)
}

/// Takes back what was appended behind `before` where it says nothing new.
fn drop_repeated(before: usize, text: &mut String) {
    if let Some((told, added)) = text.split_at_checked(before) {
        let cause = added.strip_prefix(": ").unwrap_or(added);
        if told.ends_with(cause) {
            text.truncate(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Redaction;

    #[test]
    fn types_by_their_debug() {
        let cases = [
            ("NotFound", Some("NotFound")),
            ("Custom { kind: Other, error: \"x\" }", Some("Custom")),
            ("ParseIntError(InvalidDigit)", Some("ParseIntError")),
            ("Connection refused", None),
            ("connection", None),
            ("\"text\"", None),
            ("Failed: 3", None),
            ("", None),
        ];
        for (debug, expected) in cases {
            assert_eq!(kind(debug), expected, "{debug}");
        }
    }

    #[derive(Debug)]
    struct Step(&'static str, Option<Box<Step>>);

    impl fmt::Display for Step {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Step {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|step| step as &(dyn Error + 'static))
        }
    }

    #[test]
    fn causes_are_told_once() {
        let cases: [(&[&str], _); 5] = [
            (&["a"], "a"),
            (&["a", "b", "c"], "a: b: c"),
            (&["a: b: c", "b: c", "c"], "a: b: c"),
            (&["a", "a", "b"], "a: b"),
            (&["", "b"], ": b"),
        ];
        for (steps, expected) in cases {
            let chained =
                steps.iter().rev().fold(None, |cause, text| Some(Box::new(Step(text, cause))));
            let mut text = String::new();
            assert!(!chain(chained.unwrap().as_ref(), &mut text));
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_long_text_is_not_copied_whole() {
        let redactor = Redactor::new(&Redaction::default()).unwrap();
        let text = format!("Caused by:\n{CAUSES}{}", "x".repeat(1 << 20));
        let mut told = Vec::new();
        redactor.failure_text(&text, &mut |part, text| told.push((part, text.to_owned())));
        let [(Part::Message, message)] = &*told else { panic!("{told:?}") };
        assert!(message.starts_with("Caused by:\n: xxx"), "{message}");
        render::with(|buffer| assert!(buffer.capacity() <= 4 * MAX_TEXT_BYTES));
    }

    #[derive(Debug)]
    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("on and on.")
        }
    }

    impl Error for Endless {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Endless)
        }
    }

    #[test]
    fn endless_chains_end() {
        let mut text = String::new();
        assert!(!chain(&Endless, &mut text));
        assert_eq!(text, "on and on.");
    }
}
