//! Errors, each of their causes by itself.

use std::error::Error;
use std::fmt;

use super::Redactor;
use super::failure::{CAUSES, MAX_CAUSES, MAX_KIND_BYTES, STACK, kind, unnumbered};
use super::render::{self, guard, render};
use super::values::{MAX_TEXT_BYTES, first};

/// What is told of an error, from the outermost in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told<'a> {
    /// An error or one of its causes: the name of its type, empty where that cannot be told.
    Cause {
        kind: &'a str,
        message: &'a str,
    },
    Stack(&'a str),
}

impl Redactor {
    /// Hands on an error value and its causes.
    pub(crate) fn causes(&self, error: &(dyn Error + 'static), take: &mut dyn FnMut(Told<'_>)) {
        let (mut next, mut left) = (Some(error), MAX_TEXT_BYTES);
        for _ in 0..=MAX_CAUSES {
            let Some(error) = next.filter(|_| left > 0) else { break };
            let mut debug = String::new();
            render(&error, MAX_KIND_BYTES, &mut debug);
            render::with(|buffer| {
                let is_cut = render(&format_args!("{error}"), left, buffer);
                left = left.saturating_sub(buffer.len());
                self.cause(kind(&debug), buffer, is_cut, take);
            });
            next = guard(|| error.source()).flatten();
        }
    }

    /// The same of an error recorded by `%` or `?`.
    pub(crate) fn causes_of(&self, value: &dyn fmt::Debug, take: &mut dyn FnMut(Told<'_>)) {
        render::with(|buffer| {
            let is_cut = render(value, MAX_TEXT_BYTES, buffer);
            self.causes_in(buffer, is_cut, take);
        });
    }

    /// The same of an error recorded as a text.
    pub(crate) fn causes_of_text(&self, text: &str, take: &mut dyn FnMut(Told<'_>)) {
        let kept = first(text, MAX_TEXT_BYTES);
        self.causes_in(kept, kept.len() < text.len(), take);
    }

    /// Takes apart what an error says of itself, which may be a list of causes as `anyhow` and
    /// `eyre` write it.
    fn causes_in(&self, text: &str, is_cut: bool, take: &mut dyn FnMut(Told<'_>)) {
        let stack = STACK.iter().find_map(|heading| text.split_once(heading));
        let (text, stack) = stack.map_or((text, None), |(text, stack)| (text, Some(stack)));
        let is_text_cut = is_cut && stack.is_none();
        let (outermost, causes) = text.split_once(CAUSES).unwrap_or((text.trim_end(), ""));
        self.cause(kind(text), outermost, is_text_cut && causes.is_empty(), take);
        // `eyre` has more to say behind an empty line.
        let list = causes.lines().map(str::trim).take_while(|line| !line.is_empty());
        for line in list.take(MAX_CAUSES) {
            self.cause(None, unnumbered(line), is_text_cut, take);
        }
        if let Some(stack) = stack {
            self.text(stack.trim_end(), is_cut, |text| take(Told::Stack(text)));
        }
    }

    fn cause(
        &self,
        kind: Option<&str>,
        message: &str,
        is_cut: bool,
        take: &mut dyn FnMut(Told<'_>),
    ) {
        self.text(kind.unwrap_or_default(), false, |kind| {
            self.text(message, is_cut, |message| take(Told::Cause { kind, message }));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Redaction;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)], expected_stack: &str) {
        let redactor = Redactor::new(&Redaction::default()).unwrap();
        let (mut causes, mut stack) = (Vec::new(), String::new());
        redactor.causes_of_text(text, &mut |told| match told {
            Told::Cause { kind, message } => causes.push((kind.to_owned(), message.to_owned())),
            Told::Stack(text) => text.clone_into(&mut stack),
        });
        let causes: Vec<_> = causes.iter().map(|(kind, text)| (&**kind, &**text)).collect();
        assert_eq!((&*causes, &*stack), (expected, expected_stack));
    }

    #[test]
    fn texts_are_taken_apart() {
        check("refused", &[("", "refused")], "");
        check("NotFound", &[("NotFound", "NotFound")], "");
        check(
            "not saved\n\nCaused by:\n    disk full",
            &[("", "not saved"), ("", "disk full")],
            "",
        );
        check(
            "a\n\nCaused by:\n    0: b\n    1: c: d\n\nStack backtrace:\n   0: main\n",
            &[("", "a"), ("", "b"), ("", "c: d")],
            "   0: main",
        );
        check("password=hunter2 was wrong", &[("", "password=[redacted] was wrong")], "");
    }
}
