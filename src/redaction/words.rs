//! The words of a name: `X-Api-Key`, `x_api_key` and `xApiKey` are the same three.

/// The longest name that is read whole, in bytes; of a longer one the end counts.
pub(super) const LONGEST: usize = 64;

/// The words of one name in lower case, without what stood between them.
pub(super) struct Words {
    letters: [u8; LONGEST],
    len: usize,
    /// Bit `i`: a word begins at `letters[i]`.
    starts: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Between,
}

impl Words {
    /// Words end at what is no letter, before `K` in `apiKey`, and before it in `APIKey`. Digits
    /// belong to no word. Letters beyond ASCII are letters, in the case that they have.
    pub(super) fn new(name: &[u8]) -> Self {
        let skipped = name.len().saturating_sub(LONGEST);
        let name = name.get(skipped..).unwrap_or_default();
        let mut words = Self { letters: [0; LONGEST], len: 0, starts: 0 };
        let mut before = Kind::Between;
        for (at, &byte) in name.iter().enumerate() {
            let kind = Kind::of(byte);
            if kind != Kind::Between {
                let next = name.get(at + 1).map_or(Kind::Between, |byte| Kind::of(*byte));
                let begins = match (before, kind) {
                    (Kind::Between, _) | (Kind::Lower, Kind::Upper) => true,
                    (Kind::Upper, Kind::Upper) => next == Kind::Lower,
                    _ => false,
                };
                words.push(byte.to_ascii_lowercase(), begins);
            }
            before = kind;
        }
        words
    }

    /// All letters in a row.
    pub(super) fn joined(&self) -> &[u8] {
        self.letters.get(..self.len).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn first(&self) -> &[u8] {
        let rest = self.starts & self.starts.wrapping_sub(1);
        self.letters.get(..self.len.min(rest.trailing_zeros() as usize)).unwrap_or_default()
    }

    pub(super) fn last(&self) -> &[u8] {
        self.tails().next().unwrap_or_default()
    }

    /// The name without its last word.
    pub(super) fn drop_last(&mut self) {
        self.len -= self.last().len();
        if self.len < LONGEST {
            self.starts &= !(u64::MAX << self.len);
        }
    }

    /// The last word, the last two, and so on.
    pub(super) fn tails(&self) -> impl Iterator<Item = &[u8]> {
        let mut left = self.starts;
        std::iter::from_fn(move || {
            let at = left.checked_ilog2()?;
            left ^= 1 << at;
            self.letters.get(at as usize..self.len)
        })
    }

    /// Each word alone, the last first.
    pub(super) fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut end = self.len;
        let mut left = self.starts;
        std::iter::from_fn(move || {
            let at = left.checked_ilog2()?;
            left ^= 1 << at;
            let word = self.letters.get(at as usize..end);
            end = at as usize;
            word
        })
    }

    fn push(&mut self, letter: u8, begins: bool) {
        if let Some(place) = self.letters.get_mut(self.len) {
            *place = letter;
            self.starts |= u64::from(begins) << self.len;
            self.len += 1;
        }
    }
}

impl Kind {
    fn of(byte: u8) -> Self {
        match byte {
            b'A'..=b'Z' => Self::Upper,
            b'a'..=b'z' | 0x80.. => Self::Lower,
            _ => Self::Between,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let words = Words::new(name.as_bytes());
        let mut found: Vec<_> = words.each().map(String::from_utf8_lossy).collect();
        found.reverse();
        assert_eq!(found.join(" "), expected, "{name}");
        assert_eq!(words.first(), expected.split(' ').next().unwrap_or_default().as_bytes());
        assert_eq!(words.joined(), expected.replace(' ', "").as_bytes());
    }

    #[test]
    fn names_fall_into_words() {
        check("password", "password");
        check("X-Api-Key", "x api key");
        check("x_api.key", "x api key");
        check("xApiKey", "x api key");
        check("APIKey", "api key");
        check("APIKEY", "apikey");
        check("user[token]", "user token");
        check("oauth2_token_1", "oauth token");
        check("café_Größe", "café größe");
        check("", "");
        check("__", "");
        check(&"a_".repeat(64), &vec!["a"; 32].join(" "));
        check(&"ab".repeat(64), &"ab".repeat(32));
    }

    #[test]
    fn words_are_dropped_from_the_end() {
        let mut words = Words::new(b"token_value_raw");
        words.drop_last();
        assert_eq!(words.last(), b"value");
        words.drop_last();
        assert_eq!((words.last(), words.first()), (&b"token"[..], &b"token"[..]));
        words.drop_last();
        assert!(words.is_empty() && words.tails().next().is_none());
        words.drop_last();
        assert!(words.is_empty());
    }
}
