//! What is cut out of a text, and the text without it.

use std::borrow::Cow;
use std::ops::Range;

use super::HIDDEN;

/// A part of a text that is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) part: Range<usize>,
    /// Where the text has the quote to put around the mark, as `"` or `\"`; may be empty.
    pub(super) quote: Range<usize>,
}

impl Cut {
    pub(super) fn plain(part: Range<usize>) -> Self {
        Self { part, quote: 0..0 }
    }
}

/// The text with a mark for each part. Parts that touch become one.
pub(super) fn apply(text: &str, mut cuts: Vec<Cut>) -> Cow<'_, str> {
    let is_mark = |cut: &Cut| text.get(cut.part.clone()) == Some(HIDDEN) && cut.quote.is_empty();
    cuts.retain(|cut| !cut.part.is_empty() && !is_mark(cut));
    if cuts.is_empty() {
        return Cow::Borrowed(text);
    }
    cuts.sort_by_key(|cut| (cut.part.start, cut.part.end));
    let mut joined: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match joined.last_mut().filter(|last| cut.part.start < last.part.end) {
            Some(last) => last.part.end = last.part.end.max(cut.part.end),
            None => joined.push(cut),
        }
    }
    let mut clean = String::with_capacity(text.len() + HIDDEN.len());
    let mut from = 0;
    for Cut { part, quote } in joined {
        let quote = text.get(quote).unwrap_or_default();
        clean.push_str(text.get(from..part.start).unwrap_or_default());
        clean.push_str(quote);
        clean.push_str(HIDDEN);
        clean.push_str(quote);
        from = part.end;
    }
    clean.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(clean)
}

/// The part, widened so that marks of an earlier pass stay whole.
pub(super) fn around_marks(text: &str, part: Range<usize>) -> Range<usize> {
    let reach = HIDDEN.len() - 1;
    let low = text.floor_char_boundary(part.start.saturating_sub(reach));
    let high = text.ceil_char_boundary((part.end + reach).min(text.len()));
    let near = text.get(low..high).unwrap_or_default();
    let marks = near.match_indices(HIDDEN).map(|(at, _)| low + at..low + at + HIDDEN.len());
    let touching = marks.filter(|mark| mark.start < part.end && part.start < mark.end);
    touching.fold(part.clone(), |wide, mark| wide.start.min(mark.start)..wide.end.max(mark.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_marks() {
        let cut = |part, quote| Cut { part, quote };
        let check = |cuts: &[Cut], expected: &str| {
            assert_eq!(apply("ab\"cdefgh", cuts.to_vec()), expected);
        };
        check(&[], "ab\"cdefgh");
        check(&[cut(4..4, 0..0)], "ab\"cdefgh");
        check(&[cut(6..8, 2..3), cut(0..2, 0..0)], "[redacted]\"cde\"[redacted]\"h");
        check(&[cut(4..8, 0..0), cut(0..5, 0..0), cut(5..6, 0..0)], "[redacted]h");
    }

    #[test]
    fn marks_are_not_cut() {
        let check = |text: &str, part, expected| assert_eq!(around_marks(text, part), expected);
        check("a [redacted] b", 3..11, 2..12);
        check("a [redacted] b", 0..3, 0..12);
        check("a [redacted] b", 0..2, 0..2);
        check("ü[redacted]ü", 11..14, 2..14);
    }
}
