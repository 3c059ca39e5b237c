//! The parameters of a request's query.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The parameters of one name, decoded; an absent value is empty. What is longer than a
/// parameter may be is left out.
pub(super) fn values<'a>(
    query: Option<&'a str>,
    name: &'a str,
) -> impl Iterator<Item = Cow<'a, str>> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| pair.len() <= LONGEST);
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

const LONGEST: usize = 4 * 1_024;

/// As forms are encoded.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_name_in_their_order() {
        let check = |query: Option<&str>, expected: &[&str]| {
            assert_eq!(values(query, "a").collect::<Vec<_>>(), expected, "{query:?}");
        };
        check(None, &[]);
        check(Some(""), &[]);
        check(Some("b=1&ab=2&A=3"), &[]);
        check(Some("a"), &[""]);
        check(Some("a=1&b=2&a=3=4&&a"), &["1", "3=4", ""]);
        check(Some("%61=x%20y+z&a=%ff%"), &["x y z", "\u{fffd}%"]);
        check(Some(&format!("a={}", "x".repeat(LONGEST))), &[]);
    }
}
