//! The whole of a scrape: names, compression, one for many, callbacks.

use super::{everything, text};
use flate2::read::GzDecoder;
use obskit::metrics::{Format, Metrics, Scrape, Text};
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

fn named(names: &[&str]) -> Scrape {
    Scrape { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Scrape::default() }
}

#[test]
fn names_choose_families() {
    let metrics = everything();
    let check = |names: &[&str], expected: &[&str]| {
        let scraped = metrics.scrape(&named(names));
        let body = String::from_utf8(scraped.body().to_vec()).unwrap();
        let types = body.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        let families: Vec<_> = types.map(|line| line.split_once(' ').unwrap().0).collect();
        assert_eq!(families, expected, "{names:?}");
    };
    check(&["connections"], &["connections"]);
    check(&["mail_sent_total"], &["mail_sent_total"]);
    check(&["mail_sent"], &["mail_sent_total"]);
    check(&["mail_sent_created"], &["mail_sent_total"]);
    check(&["run_duration_seconds_bucket"], &["run_duration_seconds"]);
    check(&["connections", "body_bytes_count"], &["body_bytes", "connections"]);
    check(&["connections_total"], &[]);
    check(&["mail", "no such", ""], &[]);
    let nothing = Scrape { format: Format::OpenMetrics, ..named(&["none"]) };
    assert_eq!(metrics.scrape(&nothing).body(), b"# EOF\n");
    let nothing = Scrape { format: Format::Protobuf, ..named(&["none"]) };
    assert_eq!(metrics.scrape(&nothing).body(), b"");
}

#[test]
fn long_expositions_are_compressed_for_those_who_accept_it() {
    let metrics = everything();
    for format in [Format::Text, Format::OpenMetrics, Format::Protobuf] {
        let plain = metrics.scrape(&Scrape { format, ..Scrape::default() });
        let packed = metrics.scrape(&Scrape { format, gzip: true, ..Scrape::default() });
        assert_eq!((plain.content_encoding(), packed.content_encoding()), (None, Some("gzip")));
        assert!(packed.body().len() < plain.body().len());
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.body()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body());
    }
    let short = metrics.scrape(&Scrape { gzip: true, ..named(&["connections"]) });
    assert_eq!(short.content_encoding(), None);
    assert!(short.body().starts_with(b"# HELP connections"));
}

/// An exposition stays as it was while others are written.
#[test]
fn expositions_do_not_share_memory() {
    let metrics = Metrics::default();
    let gauge = metrics.gauge("n", "Number").register().unwrap();
    let kept: Vec<_> = (0..20).map(|n| (gauge.set(n), metrics.scrape(&named(&["n"]))).1).collect();
    for (n, scraped) in kept.iter().enumerate() {
        assert!(scraped.body().ends_with(format!("\nn {n}\n").as_bytes()));
    }
    drop(kept);
    let long = metrics.gauge("long", "Long").label::<Text>("text").register().unwrap();
    (0..500).for_each(|n| long.get((format!("{n:0100}"),)).set(n));
    let whole = metrics.text();
    assert_eq!(metrics.text(), whole);
    assert!(metrics.scrape(&named(&["n"])).body().ends_with(b"\nn 19\n"));
    assert_eq!(metrics.text(), whole);
}

/// One held up by a callback holds nobody up who asks for something else, and what waits for it
/// gets what it gets.
#[test]
fn scrapes_of_the_same_at_the_same_time_are_one() {
    let metrics = Metrics::default();
    let calls = metrics.counter("calls_total", "Calls of the callback").register().unwrap();
    let (entered, entry) = mpsc::channel();
    let gate = Arc::new(Barrier::new(2));
    metrics.before_scrape({
        let (gate, was_held) = (Arc::clone(&gate), AtomicBool::new(false));
        move || {
            calls.inc();
            if !was_held.swap(true, Ordering::Relaxed) {
                entered.send(()).unwrap();
                gate.wait();
            }
        }
    });
    thread::scope(|scope| {
        let first = scope.spawn(|| metrics.text());
        entry.recv().unwrap();
        assert!(text(&metrics, Format::OpenMetrics).contains("\ncalls_total 2\n"));
        let second = scope.spawn(|| metrics.text());
        assert!(!first.is_finished());
        gate.wait();
        assert!(first.join().unwrap().contains("\ncalls_total 2\n"));
        let second = second.join().unwrap();
        // It began before the first ended, or else it is the third.
        assert!(["\ncalls_total 2\n", "\ncalls_total 3\n"].iter().any(|n| second.contains(n)));
    });
}

/// R27.
#[test]
fn a_callback_may_register_and_scrape() {
    let metrics = Metrics::default();
    let inner = metrics.clone();
    metrics.before_scrape(move || {
        if let Ok(found) = inner.counter("found_total", "Found while scraped").register() {
            found.add(7);
        }
        assert!(inner.text().contains("found_total 7\n"));
    });
    assert!(metrics.text().contains("\nfound_total 7\n"));
    assert!(text(&metrics, Format::OpenMetrics).contains("\nfound_total 7\n"));
    assert!(metrics.text().contains("obskit_scrape_errors_total{reason=\"panic\"} 0\n"));
}

#[test]
fn a_callback_that_panics_is_counted_and_hides_nothing() {
    let metrics = everything();
    metrics.before_scrape(|| panic!("a callback's own fault"));
    let late = metrics.gauge("late", "Set after the panic").register().unwrap();
    metrics.before_scrape(move || late.set(1));
    for n in 1..3 {
        let text = metrics.text();
        let line = format!("obskit_scrape_errors_total{{reason=\"panic\"}} {n}\n");
        assert!(text.contains(&line), "{text}");
        assert!(text.contains("\nlate 1\n") && text.contains("\nconnections -3\n"));
    }
}
