//! What writes process globals: its own process, so that nothing else is disturbed.
