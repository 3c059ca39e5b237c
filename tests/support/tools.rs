//! Where the programs installed by `tests/run` are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The Python with the pinned packages of `tests/tools`. Panics where there is none.
pub fn python() -> PathBuf {
    installed("venv/bin/python", "python")
}

/// The Python with chdb. Panics where there is none.
pub fn chdb() -> PathBuf {
    installed("chdb/bin/python", "chdb")
}

/// The Python with Bugsink and Relay's normaliser. Panics where there is none.
pub fn sentry() -> PathBuf {
    installed("sentry/bin/python", "sentry")
}

/// An empty database of Bugsink's. Panics where there is none.
pub fn bugsink_database() -> PathBuf {
    installed("sentry/db.sqlite3", "sentry")
}

/// qryn's program for Node. Panics where there is none.
pub fn qryn() -> PathBuf {
    installed("qryn/node_modules/qryn/qryn.mjs", "qryn")
}

/// rotel's program, which its Python package holds. Panics where there is none.
pub fn rotel() -> PathBuf {
    let packages = installed("venv/lib", "python").read_dir().unwrap();
    let agents = packages.map(|each| each.unwrap().path().join("site-packages/rotel/rotel-agent"));
    let mut agents = agents.filter(|agent| agent.exists());
    agents.next().expect("rotel is missing: run tests/tools python")
}

/// otelite's program. Panics where there is none.
pub fn otelite() -> PathBuf {
    installed("bin/otelite", "otelite")
}

fn installed(path: &str, part: &str) -> PathBuf {
    let path = folder().join(path);
    assert!(path.exists(), "{} is missing: run tests/tools {part}", path.display());
    path
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the library")]
fn folder() -> PathBuf {
    std::env::var_os("OBSKIT_TOOLS").map_or_else(|| root().join("target/tools"), PathBuf::from)
}
