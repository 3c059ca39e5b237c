//! Whose code a frame is of: the application's own, or what it is made with.

/// What most services are made with, for programs whose debug information tells no path.
const KNOWN: [&str; 40] = [
    "actix_web",
    "anyhow",
    "async_trait",
    "axum",
    "axum_core",
    "axum_extra",
    "bytes",
    "clap",
    "color_eyre",
    "deadpool",
    "diesel",
    "eyre",
    "futures",
    "futures_core",
    "futures_executor",
    "futures_util",
    "h2",
    "http",
    "http_body",
    "http_body_util",
    "hyper",
    "hyper_util",
    "mio",
    "rayon",
    "rayon_core",
    "redis",
    "reqwest",
    "rustls",
    "serde",
    "serde_json",
    "sqlx",
    "sqlx_core",
    "test",
    "tokio",
    "tokio_stream",
    "tokio_util",
    "tonic",
    "tower",
    "tower_http",
    "tower_service",
];
/// Those of the language, and what looks at failures.
const NEVER: [&str; 14] = [
    "__rustc",
    "alloc",
    "backtrace",
    "core",
    "log",
    "obskit",
    "panic_unwind",
    "proc_macro",
    "sentry",
    "sentry_core",
    "std",
    "tracing",
    "tracing_core",
    "tracing_subscriber",
];
/// Where cargo and the compiler have code that is not the application's.
const FOREIGN: [&str; 6] = [
    "/registry/src/",
    "/git/checkouts/",
    "/lib/rustlib/src/",
    "/rustc/",
    "/rust/deps/",
    "/toolchains/",
];

/// Whether a frame is of the application. `prefixes` are of functions that are, wherever they are
/// from.
pub(super) fn is_in_app(function: &str, path: Option<&str>, prefixes: &[String]) -> bool {
    let function = undecorated(function);
    if prefixes.iter().any(|prefix| is_within(function, prefix)) {
        return true;
    }
    let Some(name) = crate_of(function) else { return false };
    let is_foreign = path.is_some_and(|path| is_foreign(&path.replace('\\', "/")));
    !(is_foreign || NEVER.contains(&name) || KNOWN.contains(&name))
}

/// Whether a file, by its path with slashes, is of a downloaded package, or the compiler's.
pub(super) fn is_foreign(path: &str) -> bool {
    FOREIGN.iter().any(|part| path.contains(part)) || is_package(path)
}

/// The crate that a function's path begins with. None of C's functions and the language's own.
pub(super) fn crate_of(function: &str) -> Option<&str> {
    let function = undecorated(function);
    let (name, _) = function.split_once("::")?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty()).then_some(name)
}

/// The path of what a method is of: of `<&mut a::B as c::D>::e`, from `a` on; of a type that is but
/// a parameter, as in `<T as c::D>::e`, from `c` on.
fn undecorated(function: &str) -> &str {
    let mut rest = function;
    loop {
        let next = rest.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
        let next = ["mut ", "dyn ", "const ", "impl "]
            .iter()
            .find_map(|word| next.strip_prefix(word))
            .unwrap_or(next);
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    match rest.split_once(" as ") {
        Some((kind, behind)) if !kind.contains("::") => undecorated(behind),
        _ => rest,
    }
}

/// `shop::db` holds `shop::db` and `shop::db::find`, and not `shop::dbx`.
fn is_within(function: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches("::");
    let rest = function.strip_prefix(prefix);
    !prefix.is_empty() && rest.is_some_and(|rest| rest.is_empty() || !rest.starts_with(is_part))
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the path, trimmed by the compiler, begins as `axum-0.8.9/src`.
fn is_package(path: &str) -> bool {
    let Some((package, rest)) = path.split_once('/') else { return false };
    let version = package.rsplit_once('-').map(|(_, version)| version);
    let is_version = |version: &str| {
        version.starts_with(|c: char| c.is_ascii_digit()) && version.matches('.').count() >= 2
    };
    rest.starts_with("src/") && version.is_some_and(is_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_of_a_function() {
        let check = |function: &str, expected: Option<&str>| {
            assert_eq!(crate_of(function), expected, "{function}");
        };
        check("shop::orders::place::{{closure}}", Some("shop"));
        check("<shop::Order as core::fmt::Debug>::fmt", Some("shop"));
        check("<&mut shop::Order as core::fmt::Debug>::fmt", Some("shop"));
        check("<dyn shop::Store>::get", Some("shop"));
        check("<T as core::convert::Into<U>>::into", Some("core"));
        check("<F as axum::handler::Handler<(M,T1),S>>::call", Some("axum"));
        check("<alloc::boxed::Box<F> as core::ops::FnOnce<A>>::call_once", Some("alloc"));
        check("_private::run", Some("_private"));
        check("__rustc::rust_begin_unwind", Some("__rustc"));
        check("__libc_start_main", None);
        check("_start", None);
        check("", None);
    }

    #[test]
    fn the_application_is_what_is_of_nobody_else() {
        let check = |function: &str, path: Option<&str>, expected: bool| {
            let prefixes = ["lib_of_ours".to_owned(), "tokio::ours::".to_owned()];
            assert_eq!(is_in_app(function, path, &prefixes), expected, "{function} {path:?}");
        };
        let registry = "/home/me/.cargo/registry/src/index.crates.io-19/x-1.0.0/src/lib.rs";
        check("shop::place", Some("/home/me/shop/src/orders.rs"), true);
        check("shop::place", None, true);
        check("shop::place", Some(registry), false);
        check("shop::place", Some("shop-1.2.0/src/orders.rs"), false);
        check("shop::place", Some("shop/src/orders.rs"), true);
        check("shop::place", Some("C:\\me\\.cargo\\registry\\src\\i\\x-1.0.0\\src\\a.rs"), false);
        check("lib_of_ours::place", Some(registry), true);
        check("<lib_of_ours::A as shop::B>::c", Some(registry), true);
        check("lib_of_ours2::place", Some(registry), false);
        check("tokio::ours::place", None, true);
        check("tokio::runtime::park", None, false);
        check("core::ops::function::FnOnce::call_once", Some("/home/me/shop/src/a.rs"), false);
        check("obskit::middleware::future::poll", None, false);
        check("shop::a", Some("/rustc/59807616e/library/core/src/a.rs"), false);
        check("main", None, false);
    }
}
