//! What reports are alike by.

use crate::context::{Cause, Evidence, Weight};

use super::normal::normal;

/// What Sentry groups reports by, and obskit limits them by: what is the same for the same failure
/// of any request, host and build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) Vec<String>);

impl Fingerprint {
    /// That of a panic is its file and message; of a status, its method and template; of an error,
    /// the types of it and of its causes, where it was told, and what it and its deepest cause say.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let Evidence { weight, causes, message, target, place, .. } = evidence;
        let mut parts = Vec::with_capacity(4 + causes.len());
        match weight {
            Weight::Panic => {
                parts.push("panic".to_owned());
                parts.extend(place.as_ref().map(|(file, _)| portable(file).to_owned()));
                parts.push(normal(evidence.root()));
            }
            Weight::Status => {
                parts.push("status".to_owned());
                parts.extend(
                    causes
                        .iter()
                        .flat_map(|Cause { kind, message }| [kind.clone(), message.clone()]),
                );
            }
            Weight::Failure | Weight::Message => {
                parts.extend(["error".to_owned(), target.clone(), normal(message)]);
                parts.extend(causes.iter().map(|cause| cause.kind.clone()));
                if let Some(root) = causes.last() {
                    parts.push(normal(&root.message));
                }
            }
        }
        Self(parts)
    }

    /// As `event.fingerprint` has it.
    pub(crate) fn parts(&self) -> &[String] {
        &self.0
    }
}

/// A file's path without what is of the machine that it was compiled on.
fn portable(file: &str) -> &str {
    // `…/registry/src/<index>/<crate>-<version>/src/lib.rs`, `/rustc/<commit>/library/…`
    let below = |root: &str| file.split_once(root)?.1.split_once(['/', '\\']).map(|(_, rest)| rest);
    below("/registry/src/").or_else(|| below("/rustc/")).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_without_the_machine() {
        for (file, expected) in [
            ("src/main.rs", "src/main.rs"),
            ("/root/.cargo/registry/src/index.crates.io-1f/a-1.2.3/src/b.rs", "a-1.2.3/src/b.rs"),
            ("/rustc/59807616e1fa/library/core/src/option.rs", "library/core/src/option.rs"),
            ("", ""),
        ] {
            assert_eq!(portable(file), expected);
        }
    }
}
