//! What waits is bounded, and so is what is sent at once.

use std::time::Duration;

use super::*;

const DELAY: Duration = Duration::from_secs(5);

#[test]
fn a_queue_is_bounded_by_count_and_by_bytes() {
    let ledger = Ledger::default();
    let batch = Batch { queue_size: 5, ..Batch::with_delay(DELAY) };
    let outlet = Outlet::new(Signal::Span, batch.clone(), ledger.clone());
    (0..8).for_each(|_| outlet.push(b"a span"));
    assert_eq!((outlet.waiting(), ledger.account(Signal::Span).lost()), (5, 3));
    let batch = Batch { queue_size: 5_000, queue_bytes: 64 << 10, ..batch };
    let outlet = Outlet::new(Signal::Span, batch, ledger.clone());
    (0..100).for_each(|_| outlet.push(&[0; 1 << 10]));
    assert_eq!((outlet.waiting(), ledger.account(Signal::Span).lost()), (64, 3 + 36));
    // Room that was made is taken again.
    drop(outlet.take(10, usize::MAX));
    (0..100).for_each(|_| outlet.push(&[0; 1 << 10]));
    assert_eq!(outlet.waiting(), 64);
    outlet.close();
    let account = ledger.account(Signal::Span);
    // Five wait in the other.
    assert_eq!((account.accepted, account.lost()), (208, 203));
}

#[test]
fn a_parcel_is_bounded_by_bytes() {
    let ledger = Ledger::default();
    let batch = Batch { queue_bytes: 1 << 30, ..Batch::with_delay(DELAY) };
    let outlet = Outlet::new(Signal::Span, batch, ledger.clone());
    let sizes = [3 << 20, 400 << 10, 300 << 10, 1, PARCEL_BYTES, 1];
    for size in sizes {
        outlet.push(&vec![0; size]);
    }
    outlet.push(&vec![0; PARCEL_BYTES + 1]);
    assert_eq!(ledger.account(Signal::Span).lost(), 1);
    let mut counts = Vec::new();
    while let Some(parcel) = outlet.take(512, PARCEL_BYTES) {
        assert!(parcel.bytes() <= PARCEL_BYTES);
        counts.push(parcel.len());
        parcel.delivered(0);
    }
    assert_eq!(counts, [2, 2, 1, 1]);
    assert_eq!((outlet.waiting(), ledger.account(Signal::Span).waiting()), (0, 0));
}
