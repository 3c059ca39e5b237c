//! Names of addresses, kept for as long as the process runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

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

/// Who wants a stack just now. `backtrace` takes stacks and looks names up under one lock, which
/// the thread that looks up would have again before anybody else.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// A thread that lets others go before looks so often whether they have.
const MAX_YIELDS: usize = 1_000;

/// About 1 MiB.
const MAX_ADDRESSES: usize = 4_096;
/// Deeper stacks are recursions without an end.
const MAX_DEPTH: usize = 512;

/// The stack of the calling thread, without names. It waits for one name to be looked up at most.
pub(in super::super) fn capture() -> Backtrace {
    WAITING.fetch_add(1, Ordering::Relaxed);
    let stack = Backtrace::new_unresolved();
    WAITING.fetch_sub(1, Ordering::Relaxed);
    stack
}

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
    let mut others = 0..MAX_YIELDS;
    while WAITING.load(Ordering::Relaxed) > 0 && others.next().is_some() {
        thread::yield_now();
    }
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
