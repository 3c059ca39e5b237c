//! Who may import whom.

use super::source::{without_comment, without_test_tail};

/// The top modules; an import goes to a strictly lower rank or stays in its module.
const RANKS: [(&str, u8); 20] = [
    ("concurrent", 0),
    ("error", 0),
    ("protobuf", 0),
    ("config", 1),
    ("ledger", 1),
    ("context", 2),
    ("export", 2),
    ("redaction", 2),
    ("health", 3),
    ("logging", 3),
    ("metrics", 3),
    ("reporting", 3),
    ("trace", 3),
    ("admin", 4),
    ("middleware", 4),
    ("monitoring", 4),
    ("__private", 5),
    ("telemetry", 5),
    ("testing", 5),
    ("lib", 6),
];

/// The imports of one file of `src/` that its rank forbids.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let own = top_module(path);
    let Some(rank) = rank_of(own) else {
        return vec![format!("`{own}` has no rank: add it to the table of this test")];
    };
    let imported = imports(path, text).into_iter().filter(|name| name != own);
    imported
        .filter_map(|name| match rank_of(&name) {
            Some(other) if other < rank => None,
            Some(other) => Some(format!("{own} ({rank}) imports {name} ({other})")),
            None => Some(format!("{own} imports `crate::{name}`, which is no module with a rank")),
        })
        .collect()
}

fn rank_of(module: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// `src/context/route.rs` belongs to `context`.
fn top_module(path: &str) -> &str {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.split('/').next().unwrap_or(inner)
}

/// The names after `crate::`, and after as many `super::` as lead out of the top module.
fn imports(path: &str, text: &str) -> Vec<String> {
    let code: Vec<_> = text.lines().map(without_comment).collect();
    let code = code.join("\n");
    let mut found = heads(&code, "crate::");
    // In the tests' own inline module one `super` more is the file itself.
    let code: Vec<_> = without_test_tail(text).lines().map(without_comment).collect();
    let out = "super::".repeat(path.matches('/').count());
    let own = top_module(path);
    if own != "lib" {
        found.extend(heads(&code.join("\n"), &out));
    }
    found.sort();
    found.dedup();
    found
}

/// The first name of every path behind `prefix`, groups in braces included.
fn heads(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (start, _) in code.match_indices(prefix) {
        let inside_a_word =
            code[..start].ends_with(|before: char| is_word(before) || before == ':');
        if inside_a_word {
            continue;
        }
        let rest = &code[start + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_heads(group)),
            None => names.extend(word(rest)),
        }
    }
    names
}

/// `a::{b, c}, d}` gives `a` and `d`.
fn group_heads(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut expecting = true;
    for (at, character) in group.char_indices() {
        match character {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => expecting = true,
            _ if expecting && is_word(character) => {
                names.extend(word(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|character| !is_word(character)).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::check as rule;

    #[track_caller]
    fn check(path: &str, text: &str, problems: &[&str]) {
        assert_eq!(rule(path, text), problems);
    }

    #[test]
    fn lower_ranks_may_be_imported() {
        check("src/metrics.rs", "use crate::context::Exchange;\n", &[]);
        check("src/metrics/red.rs", "use crate::metrics::family::Family;\n", &[]);
        check("src/metrics/red.rs", "use super::family::Family;\n", &[]);
        check("src/lib.rs", "pub use crate::telemetry::init;\n", &[]);
        check("src/metrics.rs", "pub(crate) fn a() {}\n", &[]);
        check("src/metrics.rs", "use other_crate::telemetry;\n", &[]);
    }

    #[test]
    fn equal_and_higher_ranks_may_not() {
        let trace = ["metrics (3) imports trace (3)"];
        check("src/metrics.rs", "use crate::trace::Span;\n", &trace);
        check("src/metrics/a.rs", "fn a() { crate::trace::b(); }\n", &trace);
        check("src/metrics/a.rs", "fn a() { $crate::trace::b!(); }\n", &trace);
        check("src/metrics.rs", "use crate::{config::Metrics, trace::{self, Span}};\n", &trace);
        check("src/metrics.rs", "use crate::{\n    config::{A, B},\n    trace,\n};\n", &trace);
        check(
            "src/context/a.rs",
            "use crate::telemetry;\n",
            &["context (2) imports telemetry (5)"],
        );
        let equal = ["error (0) imports concurrent (0)"];
        check("src/error.rs", "use crate::concurrent::A;\n", &equal);
    }

    #[test]
    fn ways_round_by_super_are_seen() {
        let trace = ["metrics (3) imports trace (3)"];
        check("src/metrics.rs", "use super::trace::Span;\n", &trace);
        check("src/metrics/a.rs", "use super::super::trace::Span;\n", &trace);
        check("src/metrics/a/b.rs", "use super::super::family::Family;\n", &[]);
        check("src/metrics.rs", "#[cfg(test)]\nmod tests {\n    use super::*;\n}\n", &[]);
        check("src/metrics.rs", "//! A.\n#[cfg(test)]\nmod tests {\n    use super::a;\n}\n", &[]);
    }

    #[test]
    fn comments_are_no_imports() {
        check("src/metrics.rs", "/// As [`init`](crate::telemetry::init).\nfn a() {}\n", &[]);
        check("src/metrics.rs", "fn a() {} // crate::telemetry::b\n", &[]);
    }

    #[test]
    fn what_has_no_rank_is_refused() {
        let unknown = ["`things` has no rank: add it to the table of this test"];
        check("src/things.rs", "", &unknown);
        check("src/things/a.rs", "", &unknown);
        let root = ["metrics imports `crate::Error`, which is no module with a rank"];
        check("src/metrics.rs", "use crate::Error;\n", &root);
    }
}
