//! Texts that are compared whole with a file of the repository.

use crate::tools;
use std::fs;

/// Compares `actual` with the file at `name`, a path from the root such as `tests/golden/a.txt`;
/// `UPDATE_GOLDEN=1` writes the file in place of that.
#[track_caller]
pub fn check(name: &str, actual: &str) {
    let path = tools::root().join(name);
    if updating() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if let Some(difference) = first_difference(&expected, actual) {
        panic!("{name} differs at {difference}\nif that is meant: UPDATE_GOLDEN=1 cargo test");
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the library")]
fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

fn first_difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let mut expected = expected.split('\n');
    let mut actual = actual.split('\n');
    for line in 1.. {
        let (wanted, found) = (expected.next(), actual.next());
        if wanted != found {
            return Some(format!("line {line}\n  expected {wanted:?}\n  found    {found:?}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[track_caller]
    fn check(expected: &str, actual: &str, line: Option<&str>) {
        let found = first_difference(expected, actual);
        assert_eq!(found.as_deref().and_then(|text| text.lines().next()), line);
    }

    #[test]
    fn the_first_differing_line_is_named() {
        check("a\nb\n", "a\nb\n", None);
        check("a\nb\n", "a\nc\n", Some("line 2"));
        check("a\n", "a", Some("line 2"));
        check("a", "a\n", Some("line 2"));
        check("", "a", Some("line 1"));
    }
}
