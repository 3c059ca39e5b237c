//! The user's own regular expressions.

use regex_automata::meta::{BuildError, Cache, Config, Regex};
use regex_automata::{Input, Span};

use super::quoted;

/// Compiled patterns: all in one automaton that says whether any matches, and each alone to say
/// where.
#[derive(Debug)]
pub(crate) struct Patterns {
    any: Regex,
    each: Vec<Regex>,
}

impl Patterns {
    /// The most there may be.
    pub(super) const COUNT: usize = 64;
    /// The longest, in bytes.
    const LENGTH: usize = 1024;
    /// What one may take compiled, in bytes; all together take eight times as much at most.
    const COMPILED: usize = 1 << 20;
    pub(crate) const ACCEPTED: &str = "at most 64 regular expressions of 1 KiB, 1 MiB compiled";

    /// None if there are no patterns.
    ///
    /// # Errors
    ///
    /// What is wrong with each: what was found and what is accepted.
    pub(crate) fn new(patterns: &[String]) -> Result<Option<Self>, Vec<String>> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let accepted = Self::ACCEPTED;
        if patterns.len() > Self::COUNT {
            return Err(vec![format!("{} are given; accepted: {accepted}", patterns.len())]);
        }
        let (mut each, mut flaws) = (Vec::new(), Vec::new());
        for (place, pattern) in (1..).zip(patterns) {
            match compiled(pattern) {
                Ok(regex) => each.push(regex),
                Err(flaw) => flaws.push(told(place, pattern, &flaw)),
            }
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let config = config().nfa_size_limit(Some(8 * Self::COMPILED));
        let any = Regex::builder().configure(config).build_many(patterns);
        let any = any.map_err(|error| vec![format!("{}; accepted: {accepted}", reason(&error))])?;
        Ok(Some(Self { any, each }))
    }

    /// What a thread needs to ask them.
    pub(crate) fn cache(&self) -> Cache {
        self.any.create_cache()
    }

    /// Whether any matches. Linear in the text.
    pub(crate) fn match_in(&self, text: &str, cache: &mut Cache) -> bool {
        let input = Input::new(text).earliest(true);
        self.any.search_half_with(cache, &input).is_some()
    }

    /// Where each of them matches; spans of different patterns may overlap.
    pub(crate) fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Span> + 'a {
        let found = self.each.iter().flat_map(move |regex| regex.find_iter(text));
        found.map(|found| found.span()).filter(|span| !span.is_empty())
    }
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    match pattern.len() {
        0 => return Err("it is empty".to_owned()),
        1..=Patterns::LENGTH => {}
        bytes => return Err(format!("it has {bytes} bytes")),
    }
    let built = Regex::builder().configure(config()).build(pattern);
    built.map_err(|error| reason(&error))
}

/// A text with `@` may be a URL with a password.
fn told(place: usize, pattern: &str, flaw: &str) -> String {
    let pattern = if pattern.contains('@') { "[hidden]".to_owned() } else { quoted(pattern) };
    format!("pattern {place} is {pattern}: {flaw}; accepted: {}", Patterns::ACCEPTED)
}

fn config() -> Config {
    Config::new()
        .nfa_size_limit(Some(Patterns::COMPILED))
        .hybrid_cache_capacity(Patterns::COMPILED)
        .onepass_size_limit(Some(Patterns::COMPILED))
}

/// In one line: the library draws the place of a mistake.
fn reason(error: &BuildError) -> String {
    match (error.syntax_error(), error.size_limit()) {
        (Some(mistake), _) => {
            let drawn = mistake.to_string();
            let last = drawn.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
        (None, Some(_)) => "it is too large when compiled".to_owned(),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|&pattern| pattern.to_owned()).collect()
    }

    #[test]
    fn flaws_are_told_in_one_line() {
        let check = |pattern: &str, expected: &str| {
            let flaws = Patterns::new(&owned(&["a", pattern])).map(|_| ()).unwrap_err().join("|");
            assert!(flaws.contains(expected) && !flaws.contains('\n'), "{flaws}");
        };
        check("(", r#"pattern 2 is "(": unclosed group; accepted: at most 64"#);
        check("a{2", "unclosed counted repetition");
        check("(?=a)", "look-around");
        check("a@(", "pattern 2 is [hidden]: unclosed group");
        check("", "it is empty");
        check(&"a".repeat(1025), "it has 1025 bytes");
        check(r"\w{1000}", "it is too large when compiled");
    }

    #[test]
    fn there_may_be_64() {
        let most = vec!["a".to_owned(); 64];
        assert!(Patterns::new(&most).is_ok());
        let flaws = Patterns::new(&[most, owned(&["a"])].concat()).map(|_| ()).unwrap_err();
        assert!(flaws.concat().starts_with("65 are given; accepted: "), "{flaws:?}");
        assert!(Patterns::new(&[]).is_ok_and(|patterns| patterns.is_none()));
    }

    #[test]
    fn all_matches_of_all_are_found() {
        let patterns = Patterns::new(&owned(&["abc", "bcd+", "x*"])).unwrap().unwrap();
        let found: Vec<_> = patterns.matches("abcdd").map(|span| span.range()).collect();
        assert_eq!(found, [0..3, 1..5]);
    }
}
