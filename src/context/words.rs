//! Whether one text tells what another does.

/// Whether a text has the other in it, as words of their own.
pub(crate) fn contains_words(text: &str, told: &str) -> bool {
    let is_part_of_a_word = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
    let mut found = text.match_indices(told).filter(|_| !told.is_empty());
    found.any(|(at, _)| {
        let (before, from) = text.split_at(at);
        let after = from.strip_prefix(told).unwrap_or_default();
        !is_part_of_a_word(before.chars().next_back()) && !is_part_of_a_word(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        for (text, told, expected) in [
            ("disk full", "disk full", true),
            ("not saved: disk full", "disk full", true),
            ("code: 'Internal error', message: \"disk full\"", "disk full", true),
            ("code 503", "5", false),
            ("code 5", "5", true),
            ("disk fully used", "disk full", false),
            ("Überlauf", "lauf", false),
            ("anything", "", false),
        ] {
            assert_eq!(contains_words(text, told), expected, "{told:?} in {text:?}");
        }
    }
}
