//! Pools of connections, as each scrape reads them.

use obskit::Telemetry;
use obskit::metrics::PoolStatus;
use obskit_tests::settings;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

fn telemetry() -> Telemetry {
    Telemetry::build(settings::local()).unwrap()
}

/// The samples of `dependency_pool_connections` without its name.
fn samples(telemetry: &Telemetry) -> Vec<String> {
    let text = telemetry.metrics().text();
    let samples = text.lines().filter_map(|line| line.strip_prefix("dependency_pool_connections"));
    let mut samples: Vec<_> = samples.map(str::to_owned).collect();
    samples.sort();
    samples
}

fn check(status: PoolStatus, expected: &[(&str, i64)]) {
    let telemetry = telemetry();
    telemetry.dependency("postgres").pool(move || status);
    let sample = |(state, count): &(&str, i64)| {
        format!("{{dependency=\"postgres\",state=\"{state}\"}} {count}")
    };
    let expected: Vec<_> = expected.iter().map(sample).collect();
    assert_eq!(samples(&telemetry), expected, "{status:?}");
}

#[test]
fn a_pool_shows_the_states_it_knows() {
    check(PoolStatus::new(8_u32, 5_usize), &[("idle", 5), ("used", 3)]);
    let all = PoolStatus::new(8_u32, 5_usize).max(20_u16).pending(7_i32);
    check(all, &[("idle", 5), ("max", 20), ("pending", 7), ("used", 3)]);
}

/// Read one after the other, a pool's numbers may contradict each other.
#[test]
fn numbers_that_cannot_be_are_the_nearest_that_can() {
    check(PoolStatus::new(3, 5), &[("idle", 5), ("used", 0)]);
    check(PoolStatus::new(-1, -2), &[("idle", 0), ("used", 0)]);
    check(PoolStatus::new(u64::MAX, 0), &[("idle", 0), ("used", i64::MAX)]);
}

#[test]
fn every_scrape_reads_anew_and_pools_of_one_dependency_add_up() {
    let telemetry = telemetry();
    let open = Arc::new(AtomicU32::new(4));
    let read = Arc::clone(&open);
    telemetry
        .dependency("postgres")
        .pool(move || PoolStatus::new(read.load(Ordering::Relaxed), 1).max(10))
        .pool(|| PoolStatus::new(2, 2).max(5));
    telemetry.dependency("redis").pool(|| PoolStatus::new(1, 0));
    let postgres = |idle, max, used| {
        [("idle", idle), ("max", max), ("used", used)]
            .map(|(state, count)| format!("{{dependency=\"postgres\",state=\"{state}\"}} {count}"))
    };
    let redis = [("idle", 0), ("used", 1)]
        .map(|(state, count)| format!("{{dependency=\"redis\",state=\"{state}\"}} {count}"));
    for (now, expected) in
        [(4, postgres(3, 15, 3)), (9, postgres(3, 15, 8)), (1, postgres(3, 15, 0))]
    {
        open.store(now, Ordering::Relaxed);
        for _ in 0..2 {
            assert_eq!(samples(&telemetry), [&expected[..], &redis[..]].concat());
        }
    }
}

#[test]
fn a_pool_that_panics_keeps_no_other_from_being_read() {
    let telemetry = telemetry();
    telemetry
        .dependency("postgres")
        .pool(|| panic!("the pool is closed"))
        .pool(|| PoolStatus::new(2, 2));
    for panics in ["1", "2"] {
        let text = telemetry.metrics().text();
        assert!(text.contains("{dependency=\"postgres\",state=\"idle\"} 2\n"), "{text}");
        let errors = format!("obskit_scrape_errors_total{{reason=\"panic\"}} {panics}\n");
        assert!(text.contains(&errors), "{text}");
    }
}
