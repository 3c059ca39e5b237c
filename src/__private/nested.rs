//! Which failures the running call has heard of, so that each is told by the innermost call alone.

use std::cell::Cell;
use std::collections::VecDeque;
use std::mem::{self, ManuallyDrop};

use crate::context::contains_words;

use super::failure::{Told, What};

/// What a call knows of failures within it that were told, or will be.
#[derive(Debug, Default)]
pub(super) enum Heard {
    /// There is no call.
    #[default]
    NoCall,
    Nothing,
    Failures(Box<Failures>),
}

/// The latest ones.
#[derive(Debug)]
pub(super) struct Failures(VecDeque<Mark>);

/// What a failure is known by when its error comes back in another.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    /// What it says of itself.
    text: Box<str>,
    /// What its deepest cause does.
    root: Box<str>,
}

thread_local! {
    /// Of the call that runs on this thread. Outside of calls there is nothing to drop.
    static HEARD: Cell<ManuallyDrop<Heard>> = const { Cell::new(ManuallyDrop::new(Heard::NoCall)) };
}

/// Of one call; an older one may be told again.
const MAX_FAILURES: usize = 128;
const MAX_TEXT_BYTES: usize = 512;

/// While it lives, the slot's call is the running one, and the slot holds what was known of the one
/// around it.
pub(super) struct Nested<'a>(&'a mut Heard);

impl<'a> Nested<'a> {
    #[inline]
    pub(super) fn new(slot: &'a mut Heard) -> Self {
        swap(slot);
        Self(slot)
    }
}

impl Drop for Nested<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.0);
    }
}

impl Heard {
    /// Whether a failure comes of one that is known: its deepest cause says what that one did, or
    /// its deepest cause. What is no more than an answer or a type is taken for it.
    pub(super) fn has(&self, what: What<'_>) -> bool {
        let Self::Failures(known) = self else { return false };
        what.is_opaque() || {
            let told = Told::of(what);
            let root = told.root();
            known
                .0
                .iter()
                .any(|mark| contains_words(root, &mark.root) || contains_words(root, &mark.text))
        }
    }

    fn is_empty(&self) -> bool {
        !matches!(self, Self::Failures(_))
    }

    fn add(&mut self, mark: Mark) {
        if let Self::Failures(known) = self {
            known.add(mark);
        } else {
            *self = Self::Failures(Box::new(Failures(VecDeque::from([mark]))));
        }
    }

    fn marks(self) -> VecDeque<Mark> {
        match self {
            Self::Failures(known) => known.0,
            Self::NoCall | Self::Nothing => VecDeque::new(),
        }
    }
}

impl Failures {
    fn add(&mut self, mark: Mark) {
        if self.0.contains(&mark) {
            return;
        }
        if self.0.len() >= MAX_FAILURES {
            self.0.pop_front();
        }
        self.0.push_back(mark);
    }
}

impl Mark {
    fn of(what: What<'_>) -> Self {
        let told = Told::of(what);
        Self { text: bounded(told.text()), root: bounded(told.root()) }
    }
}

/// Says to the running call which failures within it were told, or will be: those that the call
/// before had heard of, and its own, which may be one of them in other words.
pub(super) fn hand_on(heard: Heard, own: Option<What<'_>>) {
    if heard.is_empty() && own.is_none() {
        return;
    }
    let mut around = Heard::NoCall;
    swap(&mut around);
    if !matches!(around, Heard::NoCall) {
        let own = own.map(Mark::of);
        heard.marks().into_iter().chain(own).for_each(|mark| around.add(mark));
    }
    swap(&mut around);
}

/// Without the word that the bound cuts.
fn bounded(text: &str) -> Box<str> {
    let kept = text.get(..text.floor_char_boundary(MAX_TEXT_BYTES)).unwrap_or_default();
    if kept.len() == text.len() {
        return kept.into();
    }
    let whole = kept.trim_end_matches(char::is_alphanumeric);
    whole.trim_end_matches(|last: char| !last.is_alphanumeric()).into()
}

#[inline]
fn swap(slot: &mut Heard) {
    let theirs = HEARD.replace(ManuallyDrop::new(mem::take(slot)));
    *slot = ManuallyDrop::into_inner(theirs);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        let text = "word ".repeat(1 << 10);
        let kept = bounded(&text);
        assert!(kept.len() > 500 && kept.len() <= 512 && kept.ends_with("word"), "{kept}");
        assert!(contains_words(&format!("in vain: {text}"), &kept));
        assert_eq!(&*bounded(&"x".repeat(1 << 10)), "");
    }
}
