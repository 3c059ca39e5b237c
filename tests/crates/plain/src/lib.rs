//! A service whose obskit exports by HTTP without TLS; `tests/refused.rs` asks it for more.
