//! The stack of a failure: addresses become names, off the request's path.

mod in_app;
mod symbols;

use backtrace::Backtrace;
use sentry::protocol::{Frame, Stacktrace};

use self::in_app::{crate_of, is_foreign, is_in_app};
use self::symbols::Symbol;

pub(super) use self::symbols::{capture, rest};

/// How many frames are told, and how many of those outside of the application's outermost.
const MAX_FRAMES: usize = 100;
const MAX_OUTSIDE: usize = 16;
/// Below it there is but what starts a thread.
const BOTTOM: &str = "__rust_begin_short_backtrace";
/// What is between a failure and whoever looks at its stack.
const BETWEEN: [&str; 10] = [
    "__rustc",
    "alloc",
    "backtrace",
    "core",
    "log",
    "obskit",
    "sentry_core",
    "std",
    "tracing",
    "tracing_core",
];
const LAYERS: &str = "tracing_subscriber";

/// The stack as Sentry has it, the innermost frame last, without what is between the failure and
/// obskit, and without what started the thread. None where no name is known, as in a program that
/// was stripped: its addresses differ from run to run.
pub(super) fn of(stack: &Backtrace, prefixes: &[String]) -> Option<Stacktrace> {
    let named = symbols::of(stack);
    told(named.iter().flat_map(|frame| frame.iter()), prefixes)
}

fn told<'a>(
    innermost: impl Iterator<Item = &'a Symbol>,
    prefixes: &[String],
) -> Option<Stacktrace> {
    let mut frames: Vec<Frame> = innermost
        .take_while(|symbol| !symbol.function.contains(BOTTOM))
        .skip_while(|symbol| is_between(symbol))
        .take(MAX_FRAMES)
        .map(|symbol| frame(symbol, prefixes))
        .collect();
    let outermost = frames.iter().rposition(|frame| frame.in_app == Some(true));
    frames.truncate(outermost.map_or(MAX_FRAMES, |outermost| outermost + 1 + MAX_OUTSIDE));
    frames.reverse();
    (!frames.is_empty()).then(|| Stacktrace { frames, ..Stacktrace::default() })
}

/// What has no crate is the system's, or a symbol of the language's own. Closures that macros write
/// into the application have its names, and places of their own.
fn is_between(symbol: &Symbol) -> bool {
    let is_of_macro = symbol.path.as_deref().is_some_and(is_of_macro);
    let name = crate_of(&symbol.function);
    is_of_macro || name.is_none_or(|name| BETWEEN.contains(&name) || name == LAYERS)
}

/// Whether a path is of the macros by which failures are told, as `tracing-0.1.44/src/macros.rs`.
fn is_of_macro(path: &str) -> bool {
    let mut parts = path.rsplit(['/', '\\']);
    let (file, source, package) = (parts.next(), parts.next(), parts.next());
    let name = package.and_then(|package| package.rsplit_once('-')).map(|(name, _)| name);
    (file, source) == (Some("macros.rs"), Some("src")) && matches!(name, Some("log" | "tracing"))
}

fn frame(symbol: &Symbol, prefixes: &[String]) -> Frame {
    Frame {
        function: Some(symbol.function.clone()),
        filename: symbol.path.as_deref().map(short),
        abs_path: symbol.path.clone(),
        lineno: symbol.line.map(u64::from),
        colno: symbol.column.map(u64::from),
        in_app: Some(is_in_app(&symbol.function, symbol.path.as_deref(), prefixes)),
        ..Frame::default()
    }
}

/// The part of a path that is the same wherever it was built.
fn short(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').collect();
    let source = parts.iter().rposition(|part| *part == "src").filter(|_| !is_foreign(&path));
    let package = parts.windows(2).position(|pair| pair == ["registry", "src"]).map(|at| at + 3);
    let library = parts.iter().position(|part| *part == "library");
    let from = package.or(library).or(source.map(|at| at.saturating_sub(1)));
    let from = from.unwrap_or_else(|| parts.len().saturating_sub(3));
    parts.get(from..).unwrap_or_default().join("/").trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(function: &str) -> Symbol {
        Symbol { function: function.to_owned(), path: None, line: None, column: None }
    }

    /// The innermost first, with `+` before those of the application.
    #[track_caller]
    fn check(functions: &[&str], expected: &[&str]) {
        let symbols: Vec<_> = functions.iter().map(|function| symbol(function)).collect();
        let told = told(symbols.iter(), &[]).map(|stack| stack.frames).unwrap_or_default();
        let shown = |frame: &Frame| {
            let mark = if frame.in_app == Some(true) { "+" } else { "" };
            format!("{mark}{}", frame.function.as_deref().unwrap_or_default())
        };
        assert_eq!(told.iter().rev().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_a_macro_writes_is_not_the_failure() {
        let check = |path: &str, expected: bool| assert_eq!(is_of_macro(path), expected, "{path}");
        check("/home/me/.cargo/registry/src/i-19/tracing-0.1.44/src/macros.rs", true);
        check("C:\\me\\.cargo\\registry\\src\\i-19\\log-0.4.29\\src\\macros.rs", true);
        check("tracing-0.1.44/src/macros.rs", true);
        check("/home/me/shop/src/macros.rs", false);
        check("tracing-0.1.44/src/span.rs", false);
        check("macros.rs", false);
    }

    #[test]
    fn a_panic_is_told_from_where_it_was() {
        check(
            &[
                "obskit::reporting::Reports::panic",
                "obskit::telemetry::install::hook::{{closure}}",
                "<alloc::boxed::Box<F,A> as core::ops::function::Fn<Args>>::call",
                "std::panicking::panic_with_hook",
                "std::panicking::panic_handler::{closure#0}",
                "std::sys::backtrace::__rust_end_short_backtrace::<a, !>",
                "__rustc::rust_begin_unwind",
                "core::panicking::panic_fmt",
                "core::option::unwrap_failed",
                "core::option::Option<T>::unwrap",
                "shop::orders::total",
                "core::iter::traits::iterator::Iterator::map",
                "shop::orders::place::{{closure}}",
                "<F as axum::handler::Handler<T,S>>::call",
                "std::panicking::catch_unwind::do_call",
                "tokio::runtime::task::raw::poll",
                "std::sys::backtrace::__rust_begin_short_backtrace",
                "std::thread::lifecycle::spawn_unchecked",
                "start_thread",
            ],
            &[
                "+shop::orders::total",
                "core::iter::traits::iterator::Iterator::map",
                "+shop::orders::place::{{closure}}",
                "<F as axum::handler::Handler<T,S>>::call",
                "std::panicking::catch_unwind::do_call",
                "tokio::runtime::task::raw::poll",
            ],
        );
    }

    #[test]
    fn a_panic_of_a_library_is_told_from_there() {
        let of = ["std::panicking::panic_with_hook", "bytes::panic_advance", "shop::read", "main"];
        check(&of, &["bytes::panic_advance", "+shop::read", "main"]);
    }

    #[test]
    fn what_is_far_outside_of_the_application_is_not_told() {
        let mut functions = vec!["shop::place"];
        functions.extend(["hyper::server::poll"; 100]);
        let told: Vec<_> = std::iter::once("+shop::place")
            .chain(std::iter::repeat_n("hyper::server::poll", MAX_OUTSIDE))
            .collect();
        check(&functions, &told);
        let foreign = ["hyper::server::poll"; 200];
        check(&foreign, &foreign[..MAX_FRAMES]);
    }

    #[test]
    fn without_names_there_is_no_stack() {
        check(&[], &[]);
        check(&["clone3", "start_thread"], &[]);
    }

    #[test]
    fn paths_are_told_from_their_package_on() {
        let check = |path, expected| assert_eq!(short(path), expected, "{path}");
        check("/home/me/shop/src/routes/orders.rs", "shop/src/routes/orders.rs");
        check("/srv/shop/tests/it/orders.rs", "tests/it/orders.rs");
        check(
            "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/axum-0.8.9/src/lib.rs",
            "axum-0.8.9/src/lib.rs",
        );
        check("/rustc/59807616e/library/core/src/option.rs", "library/core/src/option.rs");
        check("src/main.rs", "src/main.rs");
        check("C:\\shop\\src\\main.rs", "shop/src/main.rs");
        check("main.rs", "main.rs");
    }
}
