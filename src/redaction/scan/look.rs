//! The look between the fast one and the slow one: each sign in a noisy part is asked, by the
//! bytes around it, whether a secret stands there.
//!
//! What is dismissed is what the slow look would pass over: names are asked by the same code, and
//! of a token's shape the prefix. It takes a bounded time for each sign, but for the text behind
//! `Bearer `, in which no other stands.

use super::Scan;
use crate::redaction::quiet::{self, Part};
use crate::redaction::shapes;
use crate::redaction::words::LONGEST;

impl Scan<'_> {
    /// The first part, of this noisy one and those behind it, in which a sign is of a secret.
    #[inline]
    pub(in crate::redaction) fn next_suspect(&self, noisy: Option<Part>) -> Option<Part> {
        let mut noisy = noisy;
        while let Some(part) = noisy {
            if self.is_suspect(&part) {
                return Some(part);
            }
            if part.end == self.text.len() {
                return None;
            }
            noisy = quiet::next_noisy(self.text, part.end);
        }
        None
    }

    #[inline]
    fn is_suspect(&self, part: &Part) -> bool {
        part.signs().any(|at| self.is_sign_of_secret(at)) || self.has_card(part)
    }

    #[inline]
    fn is_sign_of_secret(&self, at: usize) -> bool {
        match self.text.get(at) {
            Some(b'=' | b':') => self.has_pair(at),
            Some(b'(') => self.tuple_key(at + 1).is_some_and(|(key, _)| self.hides(&key)),
            Some(b'b' | b'B') => self.has_scheme(at),
            _ => self.has_token(at),
        }
    }

    /// Whether the `=` or `:` here is of a hidden name, a URL, or a query.
    #[inline]
    fn has_pair(&self, at: usize) -> bool {
        let colon = self.text.get(at) == Some(&b':');
        match (self.byte_before(at), self.text.get(at + 1)) {
            (Some(b':'), Some(b'/')) => true,
            (Some(b':'), _) => false,
            (_, Some(b':')) if colon => false,
            (_, Some(b'/')) if colon => {
                self.text.get(at + 2) == Some(&b'/') || self.has_hidden_name(at, false)
            }
            (Some(b'0'..=b'9'), _) if colon && self.is_number_before(at) => false,
            _ => self.has_hidden_name(at, !colon),
        }
    }

    #[inline(never)]
    fn has_hidden_name(&self, at: usize, may_be_query: bool) -> bool {
        self.key_before(at).is_some_and(|key| {
            may_be_query && self.byte_before(key.name.start) == Some(b'?') || self.hides(&key)
        })
    }

    /// Whether the name that ends here has only digits: it has no word, then.
    #[inline]
    fn is_number_before(&self, at: usize) -> bool {
        let before = self.text.get(at.saturating_sub(LONGEST)..at).unwrap_or_default();
        let other = before.iter().rev().find(|byte| !byte.is_ascii_digit());
        other.is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b':')
            || other.is_none() && before.len() == at
    }

    #[inline]
    fn has_scheme(&self, at: usize) -> bool {
        matches!(self.text.get(at + 1), Some(b'e' | b'E' | b'a' | b'A'))
            && self.is_word_at(at)
            && shapes::after_scheme(self.text, at).is_some()
    }

    /// Whether this is the first `_` or `-`, the `J` or the `I` of a token's prefix, or a `-`
    /// before a key in PEM.
    #[inline]
    fn has_token(&self, at: usize) -> bool {
        let Some(&[second, first, sign]) =
            at.checked_sub(2).and_then(|start| self.text.get(start..)?.first_chunk())
        else {
            // With one byte before it.
            return at == 1 && self.text.starts_with(b"AIza");
        };
        let back = match (second, first, sign) {
            (b'-', b'-', b'-') => return true,
            (b's', b'k', b'-')
            | (b's' | b'r', b'k', b'_')
            | (b'h', b'f', b'_')
            | (b'e', b'y', b'J')
            | (b'A', b'K' | b'S', b'I') => 2,
            (_, b'A', b'I') => 1,
            (b'h', b'p' | b'o' | b'u' | b's' | b'r', b'_') | (b'p', b'm', b'_') => 3,
            (b'x', b'a' | b'b' | b'e' | b'o' | b'p' | b'r' | b's', b'-') => 4,
            (b'a', b't', b'-') | (b'e', b'c', b'_') => 5,
            (b'u', b'b', b'_') => 6,
            _ => return false,
        };
        at.checked_sub(back).is_some_and(|start| {
            self.is_word_at(start)
                && self.text.get(start..).is_some_and(|rest| shapes::prefix(rest).is_some())
        })
    }

    /// Whether a card begins in the part or so near before it that most of it stands here.
    #[inline]
    fn has_card(&self, part: &Part) -> bool {
        part.has_many_digits() && self.has_card_among_many(part)
    }

    fn has_card_among_many(&self, part: &Part) -> bool {
        let is_digit = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_digit);
        let before = part.start.saturating_sub(Self::BEFORE)..part.start;
        let goes_on = before.clone().rev().take(2).any(is_digit);
        part.numbers().any(|at| self.has_card_at(at))
            || goes_on && before.into_iter().any(|at| is_digit(at) && self.has_card_at(at))
    }

    #[inline]
    fn has_card_at(&self, at: usize) -> bool {
        shapes::may_begin(self.text, at) && self.has_groups(at) && {
            shapes::card(self.text, at).is_some()
        }
    }

    /// Whether behind four digits there are three more, with one byte between or without.
    #[inline]
    fn has_groups(&self, at: usize) -> bool {
        let rest = self.text.get(at + 5..).unwrap_or_default();
        rest.first_chunk::<3>().is_some_and(|three| three.iter().all(u8::is_ascii_digit))
    }
}
