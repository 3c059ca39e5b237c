//! Names of addresses, kept for as long as the process runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use backtrace::{Backtrace, BacktraceFrame, BacktraceSymbol};

/// What a program's debug information says of an address.
#[derive(Debug)]
pub(super) struct Symbol {
    /// The whole path, without a hash.
    pub(super) function: String,
    pub(super) path: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
}

type Known = HashMap<usize, Arc<[Symbol]>>;

/// The names that have been looked up, which are the same for all of a process. To look one up is
/// to read the program's debug information: that takes far more time and memory than its name.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// Whether the debug information is in memory: [`CLOSED`], [`OPEN`] or [`RESTING`].
static INFORMATION: AtomicU8 = AtomicU8::new(CLOSED);
const CLOSED: u8 = 0;
const OPEN: u8 = 1;
/// Not looked at for a while.
const RESTING: u8 = 2;

/// About 1 MiB.
const MAX_ADDRESSES: usize = 4_096;
/// Deeper stacks are recursions without an end.
const MAX_DEPTH: usize = 512;

/// For each frame, the innermost first, what was called and what was inlined there.
pub(super) fn of(stack: &Backtrace) -> Vec<Arc<[Symbol]>> {
    let frames = stack.frames().iter().take(MAX_DEPTH);
    frames.map(|frame| known(frame).unwrap_or_else(|| keep(frame))).collect()
}

/// To be called from time to time: debug information that was not looked at since the last time is
/// let go.
pub(in super::super) fn rest() {
    let next = |state| match state {
        OPEN => Some(RESTING),
        RESTING => Some(CLOSED),
        _ => None,
    };
    let before = INFORMATION.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    if before == Ok(RESTING) {
        backtrace::clear_symbol_cache();
    }
}

fn known(frame: &BacktraceFrame) -> Option<Arc<[Symbol]>> {
    lock().get(&(frame.ip() as usize)).map(Arc::clone)
}

fn keep(frame: &BacktraceFrame) -> Arc<[Symbol]> {
    INFORMATION.store(OPEN, Ordering::Relaxed);
    let symbols = resolve(frame.clone());
    let mut known = lock();
    if known.len() >= MAX_ADDRESSES {
        known.clear();
    }
    known.insert(frame.ip() as usize, Arc::clone(&symbols));
    symbols
}

fn lock() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn resolve(mut frame: BacktraceFrame) -> Arc<[Symbol]> {
    frame.resolve();
    frame.symbols().iter().filter_map(symbol).collect()
}

fn symbol(symbol: &BacktraceSymbol) -> Option<Symbol> {
    Some(Symbol {
        function: format!("{:#}", symbol.name()?),
        path: symbol.filename().map(|path| path.to_string_lossy().into_owned()),
        line: symbol.lineno().filter(|line| *line > 0),
        column: symbol.colno().filter(|column| *column > 0),
    })
}
