//! The ways to write a variant's name as a label's value.

/// How the words of a name are written and joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Case {
    #[default]
    Snake,
    Kebab,
    Camel,
    Pascal,
    Lower,
    Upper,
    ScreamingSnake,
}

/// As `rename_all` names them.
const CASES: [(&str, Case); 7] = [
    ("snake_case", Case::Snake),
    ("kebab-case", Case::Kebab),
    ("camelCase", Case::Camel),
    ("PascalCase", Case::Pascal),
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
];

impl Case {
    /// The case of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        CASES.iter().find(|(known, _)| *known == name).map(|(_, case)| *case)
    }

    /// What `rename_all` accepts.
    pub(super) fn names() -> String {
        CASES.map(|(name, _)| format!("{name:?}")).join(", ")
    }

    /// A name in Rust's case for variants, in this one.
    pub(super) fn apply(self, name: &str) -> String {
        let words = words(name).into_iter().enumerate();
        let words = words.map(|(position, word)| match self {
            Self::Snake | Self::Kebab | Self::Lower => word.to_lowercase(),
            Self::Upper | Self::ScreamingSnake => word.to_uppercase(),
            Self::Camel if position == 0 => word.to_lowercase(),
            Self::Camel | Self::Pascal => capitalised(&word),
        });
        words.collect::<Vec<_>>().join(self.separator())
    }

    fn separator(self) -> &'static str {
        match self {
            Self::Snake | Self::ScreamingSnake => "_",
            Self::Kebab => "-",
            Self::Camel | Self::Pascal | Self::Lower | Self::Upper => "",
        }
    }
}

/// `HTTPServer2Error` is `HTTP`, `Server2` and `Error`: a word begins at a capital behind a small
/// letter or a digit, and at the last of several capitals.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<_> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (position, &letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|position| letters.get(position));
        let small_follows = letters.get(position + 1).is_some_and(|next| next.is_lowercase());
        let capitals = before.is_some_and(|before| before.is_uppercase());
        let begins = letter.is_uppercase() && (!capitals || small_follows);
        if (begins || letter == '_') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter != '_' {
            word.push(letter);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: [&str; 7]) {
        for ((case, _), expected) in CASES.iter().zip(expected) {
            assert_eq!(Case::named(case).unwrap().apply(name), expected, "{name} in {case}");
        }
    }

    #[test]
    fn words_are_told_apart() {
        check("Push", ["push", "push", "push", "Push", "push", "PUSH", "PUSH"]);
        check(
            "PushDay",
            ["push_day", "push-day", "pushDay", "PushDay", "pushday", "PUSHDAY", "PUSH_DAY"],
        );
        check(
            "HTTPServer2Error",
            [
                "http_server2_error",
                "http-server2-error",
                "httpServer2Error",
                "HttpServer2Error",
                "httpserver2error",
                "HTTPSERVER2ERROR",
                "HTTP_SERVER2_ERROR",
            ],
        );
        check("A", ["a", "a", "a", "A", "a", "A", "A"]);
        check("AB", ["ab", "ab", "ab", "Ab", "ab", "AB", "AB"]);
        check("X_Y1z", ["x_y1z", "x-y1z", "xY1z", "XY1z", "xy1z", "XY1Z", "X_Y1Z"]);
        check(
            "ÜberGröße",
            [
                "über_größe",
                "über-größe",
                "überGröße",
                "ÜberGröße",
                "übergröße",
                "ÜBERGRÖSSE",
                "ÜBER_GRÖSSE",
            ],
        );
    }

    #[test]
    fn unknown_cases_are_none() {
        for name in ["", "snake", "Snake_Case", "SCREAMING-KEBAB-CASE"] {
            assert_eq!(Case::named(name), None, "{name}");
        }
    }
}
