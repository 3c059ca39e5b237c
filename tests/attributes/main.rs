//! The attributes through the public API: a module per subject.

mod by_hand;
