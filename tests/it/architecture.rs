//! The rules of the source tree, as tests.

mod imports;
mod source;

use obskit_tests::tools;
use std::fs;
use std::path::Path;

/// A rule reads one file, by its path from the root, and answers what is wrong with it.
type Rule = fn(path: &str, text: &str) -> Vec<String>;

#[test]
fn modules_import_from_lower_ranks_alone() {
    every_file("src", imports::check);
}

#[test]
fn features_switch_items_and_never_parts_of_a_body() {
    every_file("src", source::features);
}

#[test]
fn the_environment_is_read_in_one_file() {
    every_file("src", source::environment);
}

#[test]
fn process_globals_are_set_in_one_file() {
    every_file("src", source::globals);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for folder in ["src", "macros", "examples", "benches", "tests"] {
        every_file(folder, source::form);
    }
}

#[test]
fn the_top_level_holds_what_is_listed() {
    let entries = fs::read_dir(tools::root()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strangers: Vec<_> = names.filter(|name| !source::belongs_at_the_top(name)).collect();
    refuse(&strangers);
}

#[test]
fn full_means_every_feature() {
    let manifest = fs::read_to_string(tools::root().join("Cargo.toml")).unwrap();
    refuse(&source::missing_from_full(&manifest));
}

fn every_file(folder: &str, rule: Rule) {
    let mut problems = Vec::new();
    let read = walk(&tools::root().join(folder), rule, &mut problems);
    assert!(read > 0, "no Rust file in {folder}");
    refuse(&problems);
}

fn walk(folder: &Path, rule: Rule, problems: &mut Vec<String>) -> usize {
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read += walk(&path, rule, problems);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(tools::root()).unwrap().to_str().unwrap();
            let found = rule(name, &fs::read_to_string(&path).unwrap());
            problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
            read += 1;
        }
    }
    read
}

#[track_caller]
fn refuse(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
