//! The slow look at the noisy parts of a text: what stands there, and what of it is cut.

mod look;
mod pair;
mod url;

use std::ops::Range;

use super::cut::Cut;
use super::names::Names;
use super::quiet::{self, Part};
use super::shapes;

/// One pass through a text. `at` only grows, so that it is linear in it.
pub(super) struct Scan<'a> {
    text: &'a [u8],
    names: &'a Names,
    queries: &'a [Box<str>],
    at: usize,
    url: url::Extent,
    cuts: Vec<Cut>,
}

/// What a byte may begin; from `Digits` on, only where a word begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Nothing,
    Pair,
    Tuple,
    Query,
    Dash,
    Digits,
    Scheme,
    Token,
}

impl<'a> Scan<'a> {
    /// How far before a noisy part a secret in it may begin.
    const BEFORE: usize = 8;

    pub(super) fn new(text: &'a str, names: &'a Names, queries: &'a [Box<str>]) -> Self {
        let text = text.as_bytes();
        Self { text, names, queries, at: 0, url: url::Extent::default(), cuts: Vec::new() }
    }

    /// All cuts, from the first suspect part on.
    #[cold]
    #[inline(never)]
    pub(super) fn cuts(mut self, first: Part) -> Vec<Cut> {
        let mut suspect = Some(first);
        while let Some(part) = suspect {
            self.at = self.at.max(part.start.saturating_sub(Self::BEFORE));
            while self.at < part.end.max(self.url.end) {
                self.at += self.nothing(part.end);
                let next = self.at + 1;
                self.step();
                self.at = self.at.max(next);
            }
            suspect = self.next_suspect(quiet::next_noisy(self.text, part.end));
        }
        self.cuts
    }

    /// How many bytes from here on, up to `end`, begin nothing. Most shapes begin with a word.
    #[inline]
    fn nothing(&self, end: usize) -> usize {
        let mut in_word = !self.is_word_start();
        let rest = self.text.get(self.at..end).unwrap_or_default();
        let mut begins_nothing = |byte: &u8| {
            let start = Start::of(*byte);
            let begins = start > Start::Nothing && !(in_word && start >= Start::Digits);
            in_word = byte.is_ascii_alphanumeric();
            !begins
        };
        rest.iter().take_while(|byte| begins_nothing(byte)).count()
    }

    fn step(&mut self) {
        match self.text.get(self.at).map_or(Start::Nothing, |byte| Start::of(*byte)) {
            Start::Nothing => self.at += 1,
            Start::Pair => self.pair(),
            Start::Tuple => self.tuple(),
            Start::Query => self.query(),
            Start::Digits => self.digits(),
            Start::Scheme => self.scheme(),
            Start::Token => self.token(),
            Start::Dash => self.private_key(),
        }
    }

    fn digits(&mut self) {
        let begins = shapes::may_begin(self.text, self.at);
        if let Some(end) = begins.then(|| shapes::card(self.text, self.at)).flatten() {
            self.cuts.push(Cut::plain(self.at..end));
            self.at = end;
        }
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn scheme(&mut self) {
        let begins = self.is_word_start();
        match begins.then(|| shapes::after_scheme(self.text, self.at)).flatten() {
            Some(part) => {
                self.at = part.end;
                self.cuts.push(Cut::plain(part));
            }
            None => self.at += 1,
        }
    }

    fn token(&mut self) {
        let begins = self.is_word_start();
        match begins.then(|| shapes::token(self.text, self.at)).flatten() {
            Some(end) => {
                self.cuts.push(Cut::plain(self.at..end));
                self.at = end;
            }
            None => self.at += 1,
        }
    }

    fn private_key(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match shapes::private_key(rest) {
            Some(Range { start, end }) => {
                self.cuts.push(Cut::plain(self.at + start..self.at + end));
                self.at += end;
            }
            None => self.at += 1,
        }
    }

    fn is_word_start(&self) -> bool {
        self.is_word_at(self.at)
    }

    fn is_word_at(&self, at: usize) -> bool {
        self.byte_before(at).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    }
}

impl Start {
    fn of(byte: u8) -> Self {
        const STARTS: [Start; 256] = Start::all();
        STARTS.get(usize::from(byte)).copied().unwrap_or(Start::Nothing)
    }

    #[expect(clippy::indexing_slicing, reason = "in a constant, within the bound")]
    const fn all() -> [Self; 256] {
        let mut starts = [Self::Nothing; 256];
        let mut byte = 0;
        while byte < 256 {
            starts[byte] = Self::computed(byte);
            byte += 1;
        }
        starts
    }

    #[expect(clippy::cast_possible_truncation, reason = "below 256")]
    const fn computed(byte: usize) -> Self {
        match byte as u8 {
            b'=' | b':' => Self::Pair,
            b'(' => Self::Tuple,
            b'?' | b'&' | b'#' => Self::Query,
            b'0'..=b'9' => Self::Digits,
            b'b' | b'B' => Self::Scheme,
            b'-' => Self::Dash,
            // As in `shapes::TOKENS`.
            b'e' | b'A' | b'g' | b'x' | b's' | b'r' | b'w' | b'n' | b'h' => Self::Token,
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_start() {
        for (prefix, _) in shapes::TOKENS {
            assert!(matches!(Start::of(prefix[0]), Start::Token), "{prefix:?}");
        }
    }
}
