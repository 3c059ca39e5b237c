//! Rules over the text of one file.

const FILE_LINES: usize = 400;
const LINE_COLUMNS: usize = 100;
const TOP: [&str; 15] = [
    "Cargo.lock",
    "Cargo.toml",
    "build.rs",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "benches",
    "clippy.toml",
    "deny.toml",
    "docs",
    "examples",
    "macros",
    "rustfmt.toml",
    "src",
    "tests",
];

/// A head, a bound on the length, no `mod.rs`.
pub fn form(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if path.ends_with("/mod.rs") {
        problems.push("mod.rs: name the file as its folder".to_owned());
    }
    if !text.starts_with("//! ") {
        problems.push("the first line is no `//! ` head".to_owned());
    }
    let lines = without_test_tail(text).lines().count();
    if lines > FILE_LINES {
        problems.push(format!("{lines} lines, of {FILE_LINES} at most"));
    }
    problems.extend(numbered(text).filter_map(|(number, line)| {
        let columns = line.chars().count();
        (columns > LINE_COLUMNS).then(|| format!("line {number} has {columns} columns"))
    }));
    problems
}

/// `cfg(feature = …)` stands at column 0.
pub fn features(_: &str, text: &str) -> Vec<String> {
    code(text, |line| {
        let inner = line.starts_with([' ', '\t']) || line.contains("cfg!(");
        inner && line.contains("cfg") && line.contains("feature = ")
    })
}

/// The environment is read in `config/env.rs`.
pub fn environment(path: &str, text: &str) -> Vec<String> {
    if path == "src/config/env.rs" {
        return Vec::new();
    }
    code(text, |line| line.contains("std::env") || line.contains("env::var"))
}

/// Process globals are set in `telemetry/install.rs`.
pub fn globals(path: &str, text: &str) -> Vec<String> {
    if path == "src/telemetry/install.rs" {
        return Vec::new();
    }
    code(text, |line| line.contains("set_global_default") || line.contains("set_hook"))
}

/// Whether the repository's root may hold `name`.
pub fn belongs_at_the_top(name: &str) -> bool {
    name == "target" || name.starts_with('.') || TOP.contains(&name)
}

/// The features of a manifest that its `full` leaves out.
pub fn missing_from_full(manifest: &str) -> Vec<String> {
    let table = manifest.split_once("\n[features]\n").map_or("", |(_, rest)| rest);
    let table = table.split("\n[").next().unwrap_or("");
    let features = table.lines().filter(|line| !line.starts_with('#'));
    let features: Vec<_> = features.filter_map(|line| line.split_once(" = ")).collect();
    let Some((_, full)) = features.iter().find(|(name, _)| *name == "full") else {
        return vec!["no feature `full`, on a line of its own".to_owned()];
    };
    let names = features.iter().map(|(name, _)| *name);
    let missing = names.filter(|name| !["default", "full"].contains(name));
    let missing = missing.filter(|name| !full.contains(&format!("\"{name}\"")));
    missing.map(|name| format!("`full` leaves out `{name}`")).collect()
}

/// The file without its column-0 `#[cfg(test)] mod … {` and what follows.
pub fn without_test_tail(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ")
        .filter(|start| text[*start..].lines().nth(2).is_some_and(|line| line.ends_with('{')))
        .map_or(text, |start| &text[..=start])
}

/// A line up to its comment.
pub fn without_comment(line: &str) -> &str {
    line.find("//").map_or(line, |start| &line[..start])
}

fn code(text: &str, offends: impl Fn(&str) -> bool) -> Vec<String> {
    let offending = numbered(text).filter(|(_, line)| offends(without_comment(line)));
    offending.map(|(number, line)| format!("line {number}: {}", line.trim())).collect()
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: super::super::Rule, path: &str, text: &str, problems: usize) {
        let found = rule(path, text);
        assert_eq!(found.len(), problems, "{found:#?}");
    }

    #[test]
    fn form_is_held() {
        let long = format!("//! A.\n{}", "\n".repeat(FILE_LINES));
        let tail = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(FILE_LINES));
        let wide = format!("//! A.\n// {}\n", "é".repeat(LINE_COLUMNS - 2));
        check(form, "src/a.rs", "//! A.\n", 0);
        check(form, "src/a.rs", "// A.\n", 1);
        check(form, "src/a.rs", "", 1);
        check(form, "src/a/mod.rs", "//! A.\n", 1);
        check(form, "src/a.rs", &long, 1);
        check(form, "src/a.rs", &long[..long.len() - 1], 0);
        check(form, "src/a.rs", &tail, 0);
        check(form, "src/a.rs", &wide, 1);
        check(form, "src/a.rs", &wide.replacen('é', "", 1), 0);
    }

    #[test]
    fn features_stand_at_column_0() {
        check(features, "", "#[cfg(feature = \"a\")]\nmod a;\n", 0);
        check(features, "", "    #[cfg(feature = \"a\")]\n", 1);
        check(features, "", "\t#[cfg(all(unix, feature = \"a\"))]\n", 1);
        check(features, "", "    #[cfg_attr(feature = \"a\", must_use)]\n", 1);
        check(features, "", "if cfg!(feature = \"a\") {\n", 1);
        check(features, "", "    // cfg(feature = \"a\")\n", 0);
        check(features, "", "    #[cfg(unix)]\n", 0);
    }

    #[test]
    fn the_environment_stays_in_its_file() {
        check(environment, "src/a.rs", "let x = std::env::var(\"X\");\n", 1);
        check(environment, "src/a.rs", "use std::env;\n", 1);
        check(environment, "src/a.rs", "let x = env::vars_os();\n", 1);
        check(environment, "src/a.rs", "/// Reads by `std::env::var`.\n", 0);
        check(environment, "src/a.rs", "let x = env!(\"CARGO_PKG_NAME\");\n", 0);
        check(environment, "src/config/env.rs", "use std::env;\n", 0);
    }

    #[test]
    fn globals_stay_in_their_file() {
        check(globals, "src/a.rs", "tracing::subscriber::set_global_default(x)\n", 1);
        check(globals, "src/a.rs", "panic::set_hook(x)\n", 1);
        check(globals, "src/a.rs", "// panic::set_hook(x)\n", 0);
        check(globals, "src/telemetry/install.rs", "panic::set_hook(x)\n", 0);
    }

    #[test]
    fn the_top_is_a_list() {
        for name in ["src", "Cargo.toml", ".ci", "target"] {
            assert!(belongs_at_the_top(name), "{name}");
        }
        for name in ["NOTES.md", "scripts", "a.log", "Src"] {
            assert!(!belongs_at_the_top(name), "{name}");
        }
    }

    #[test]
    fn full_is_read() {
        let manifest = |full| format!("[package]\n\n[features]\n# A.\na = []\nb = []\n{full}\n");
        let check = |full, problems| {
            assert_eq!(missing_from_full(&manifest(full)).len(), problems, "{full}");
        };
        check("full = [\"a\", \"b\"]\n\n[dependencies]\nc = \"1\"", 0);
        check("full = [\"a\"]", 1);
        check("", 1);
    }

    #[test]
    fn only_a_column_0_module_is_a_tail() {
        let check = |text, expected| assert_eq!(without_test_tail(text), expected);
        check("a\n#[cfg(test)]\nmod tests {\n}\n", "a\n");
        check("a\n#[cfg(test)]\nmod tests;\nb\n", "a\n#[cfg(test)]\nmod tests;\nb\n");
        check("a\n    #[cfg(test)]\nmod tests {\n", "a\n    #[cfg(test)]\nmod tests {\n");
    }
}
