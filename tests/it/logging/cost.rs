//! What an event and a span cost in memory, once the first ones have been.

use super::lab::Lab;
use std::time::Duration;
use tracing::{info, info_span};

const DEADLINE: Duration = Duration::from_secs(20);

fn event() {
    let (kind, note) = ("squat", "deep");
    info!(set = 1, weight = 62.5, kind, warm = true, %note, list = ?[1, 2], "lifted");
}

/// L16: an event takes no memory of its own, in spans or not; a span takes two pieces at most.
#[test]
fn events_allocate_nothing_and_spans_twice_at_most() {
    let lab = Lab::new(|_| {});
    lab.run(|| {
        let spans = |work: fn()| {
            let _outer = info_span!("outer", request = 7, kind = "squat").entered();
            let _inner = info_span!("inner", set = 1, name = %"Ada").entered();
            work();
        };
        (0..1_000).for_each(|_| spans(event));
        assert!(lab.telemetry.flush(DEADLINE));
        let made = allocation_counter::measure(|| (0..100).for_each(|_| spans(|| ())));
        assert!(made.count_total <= 2 * 2 * 100, "{made:?}");
        let _outer = info_span!("outer", request = 7, kind = "squat").entered();
        let _inner = info_span!("inner", set = 1, name = %"Ada").entered();
        // What was lent to a line comes back once it is written, by another thread.
        let free = (0..100).filter(|_| {
            assert!(lab.telemetry.flush(DEADLINE));
            allocation_counter::measure(event).count_total == 0
        });
        assert!(free.count() > 90);
    });
    assert_eq!(lab.lines().len(), 1_100);
}

/// What shows nothing more than the span around it keeps nothing of its own.
#[test]
fn spans_without_fields_allocate_nothing() {
    let lab = Lab::new(|_| {});
    lab.run(|| {
        let _outer = info_span!("outer", request = 7).entered();
        let spans = || {
            let _one = info_span!("one").entered();
            let _other = info_span!("other").entered();
        };
        (0..1_000).for_each(|_| spans());
        let made = allocation_counter::measure(|| (0..100).for_each(|_| spans()));
        assert_eq!(made.count_total, 0, "{made:?}");
    });
}
