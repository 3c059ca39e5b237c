//! Where the programs installed by `tests/run` are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The Python with the pinned packages of `tests/tools`. Panics where there is none.
pub fn python() -> PathBuf {
    let path = folder().join("venv/bin/python");
    assert!(path.exists(), "{} is missing: run tests/tools python", path.display());
    path
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the library")]
fn folder() -> PathBuf {
    std::env::var_os("OBSKIT_TOOLS").map_or_else(|| root().join("target/tools"), PathBuf::from)
}
