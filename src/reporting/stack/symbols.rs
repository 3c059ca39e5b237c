//! Names of addresses, kept for as long as the process runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// The names that have been looked up. To look one up is to read a program's debug information,
/// which takes far more time and memory than its name.
#[derive(Debug, Default)]
pub(in super::super) struct Symbols(Mutex<HashMap<usize, Arc<[Symbol]>>>);

/// About 1 MiB.
const MAX_ADDRESSES: usize = 4_096;
/// Deeper stacks are recursions without an end.
const MAX_DEPTH: usize = 512;

impl Symbols {
    /// For each frame, the innermost first, what was called and what was inlined there.
    pub(super) fn of(&self, stack: &Backtrace) -> Vec<Arc<[Symbol]>> {
        let mut is_new = false;
        let named = stack.frames().iter().take(MAX_DEPTH).map(|frame| {
            let address = frame.ip() as usize;
            if let Some(known) = self.lock().get(&address) {
                return Arc::clone(known);
            }
            is_new = true;
            let found = resolve(frame.clone());
            self.keep(address, Arc::clone(&found));
            found
        });
        let named = named.collect();
        if is_new {
            // What was read of the program is not kept for a failure that may never come again.
            backtrace::clear_symbol_cache();
        }
        named
    }

    fn keep(&self, address: usize, symbols: Arc<[Symbol]>) {
        let mut known = self.lock();
        if known.len() >= MAX_ADDRESSES {
            known.clear();
        }
        known.insert(address, symbols);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Arc<[Symbol]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
