//! The machine, by the names of the semantic conventions.

/// The system's name for itself.
#[cfg(unix)]
pub(super) fn name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// Windows tells it by a variable, which is not read.
#[cfg(not(unix))]
pub(super) fn name() -> Option<String> {
    None
}

/// `host.arch`
pub(super) fn arch(processor: &str) -> &str {
    match processor {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

/// `os.type`
pub(super) fn os(system: &str) -> &str {
    match system {
        "macos" => "darwin",
        "dragonfly" => "dragonflybsd",
        other => other,
    }
}
