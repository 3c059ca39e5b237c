//! Families: their series, limits and names.

use obskit::metrics::{Counter, Family, Format, Label, LabelValue, Metrics, Scrape, Text};
use obskit_tests::metric_family;
use std::fs;
use std::thread;

enum DayType {
    Push,
    Pull,
    Legs,
}

impl Label for DayType {
    const VALUES: &'static [&'static str] = &["push", "pull", "legs"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Legs => "legs",
        });
    }
}

/// The sample lines of one family.
fn lines(metrics: &Metrics, family: &str) -> Vec<String> {
    let names = vec![family.to_owned()];
    let scraped = metrics.scrape(&Scrape { names, ..Scrape::default() });
    let text = std::str::from_utf8(scraped.body()).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn by_text(metrics: &Metrics, limit: u32) -> Family<(Text,), Counter> {
    let hits = metrics.counter("hits_total", "Hits").label::<Text>("n").limit(limit);
    hits.register().unwrap()
}

/// R31: what can be known is there before it happens.
#[test]
fn known_values_exist_at_zero() {
    let metrics = Metrics::default();
    let done = metrics.counter("done_total", "Done").label::<DayType>("day").label::<bool>("paid");
    let done = done.register().unwrap();
    let at_zero = [
        "done_total{day=\"push\",paid=\"false\"} 0",
        "done_total{day=\"push\",paid=\"true\"} 0",
        "done_total{day=\"pull\",paid=\"false\"} 0",
        "done_total{day=\"pull\",paid=\"true\"} 0",
        "done_total{day=\"legs\",paid=\"false\"} 0",
        "done_total{day=\"legs\",paid=\"true\"} 0",
    ];
    assert_eq!(lines(&metrics, "done_total"), at_zero);
    done.get((DayType::Push, true)).inc();
    done.get((DayType::Pull, false)).inc();
    done.get((DayType::Legs, true)).inc();
    assert_eq!(lines(&metrics, "done_total").len(), 6);
    metrics.gauge("plain", "Without labels").register().unwrap();
    assert_eq!(lines(&metrics, "plain"), ["plain 0"]);
}

#[test]
fn values_known_in_part_are_not_guessed() {
    let metrics = Metrics::default();
    let done = metrics.counter("done_total", "Done").label::<DayType>("day").label::<Text>("by");
    done.register().unwrap();
    assert!(lines(&metrics, "done_total").is_empty());
}

/// R18.
#[test]
fn past_the_limit_one_series_takes_all() {
    let metrics = Metrics::default();
    let hits = by_text(&metrics, 3);
    let overflow = "obskit_series_overflow_total{metric=\"hits_total\"}";
    assert_eq!(lines(&metrics, "obskit_series_overflow"), [format!("{overflow} 0")]);
    for n in 0..10 {
        hits.get((n.to_string(),)).add(1);
    }
    hits.get(("1",)).inc();
    let expected = [
        "hits_total{n=\"0\"} 1",
        "hits_total{n=\"1\"} 2",
        "hits_total{n=\"2\"} 1",
        "hits_total{n=\"overflow\"} 7",
    ];
    assert_eq!(lines(&metrics, "hits_total"), expected);
    assert_eq!(lines(&metrics, "obskit_series_overflow"), [format!("{overflow} 7")]);
    hits.get(("new",)).inc();
    assert_eq!(lines(&metrics, "obskit_series_overflow"), [format!("{overflow} 8")]);
}

/// What the program declares has places of its own.
#[test]
fn known_values_do_not_count_towards_the_limit() {
    let metrics = Metrics::default();
    let done = metrics.counter("done_total", "Done").label::<DayType>("day").limit(0);
    let done = done.register().unwrap();
    done.get((DayType::Legs,)).inc();
    assert_eq!(lines(&metrics, "done_total")[2], "done_total{day=\"legs\"} 1");
    let overflow = "obskit_series_overflow_total{metric=\"done_total\"} 0";
    assert_eq!(lines(&metrics, "obskit_series_overflow"), [overflow]);
}

/// R17: millions of values past the limit.
#[test]
fn memory_is_flat_past_the_limit() {
    let metrics = Metrics::default();
    let hits = by_text(&metrics, 1_000);
    let hit = |n: u32| {
        let mut digits = [b'0'; 8];
        let mut left = n;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(left % 10).unwrap();
            left /= 10;
        }
        hits.get((std::str::from_utf8(&digits).unwrap(),)).inc();
    };
    (0..100_000).for_each(hit);
    let before = resident_kib();
    (100_000..MANY).for_each(hit);
    let grown = resident_kib().saturating_sub(before);
    // Other tests of this process allocate too.
    assert!(grown < 32 << 10, "{grown} KiB more");
    assert_eq!(lines(&metrics, "hits_total").len(), 1_001);
    let overflow =
        format!("obskit_series_overflow_total{{metric=\"hits_total\"}} {}", MANY - 1_000);
    assert_eq!(lines(&metrics, "obskit_series_overflow"), [overflow]);
}

const MANY: u32 = 3_000_000;

fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// R26: values that make the same text together are not the same.
#[test]
fn values_are_kept_apart() {
    let metrics = Metrics::default();
    let pairs = metrics.counter("pairs_total", "Pairs").label::<Text>("a").label::<Text>("b");
    let pairs = pairs.register().unwrap();
    let all = [("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"), ("a\",b=\"b", "c")];
    for (times, (a, b)) in (1..).zip(all) {
        pairs.get((a, b)).add(times);
    }
    let expected = [
        "pairs_total{a=\"a\",b=\"bc\"} 1",
        "pairs_total{a=\"ab\",b=\"c\"} 2",
        "pairs_total{a=\"abc\"} 3",
        "pairs_total{a=\"\",b=\"abc\"} 4",
        "pairs_total{a=\"a\\\",b=\\\"b\",b=\"c\"} 5",
    ];
    assert_eq!(lines(&metrics, "pairs_total"), expected);
}

/// However many series there are, each is found again, and none twice.
#[test]
fn series_are_one_for_each_set_of_values() {
    const SERIES: usize = 30_000;
    let metrics = Metrics::default();
    let hits = by_text(&metrics, 50_000);
    for _ in 0..3 {
        (0..SERIES).for_each(|n| hits.get((n.to_string(),)).inc());
    }
    let lines = lines(&metrics, "hits_total");
    assert_eq!(lines.len(), SERIES);
    for (n, line) in lines.iter().enumerate() {
        assert_eq!(*line, format!("hits_total{{n=\"{n}\"}} 3"));
    }
}

/// Every kind of value a label may be of, and one that is too long.
#[test]
fn values_of_every_kind() {
    let metrics = Metrics::default();
    let all = metrics.counter("all_total", "All").label::<&'static str>("text").label::<u16>("n");
    let all = all.label::<i8>("small").label::<bool>("yes").label::<Text>("free");
    let all = all.register().unwrap();
    all.get(("a", 65_535, -128, true, String::from("owned"))).inc();
    all.get(("a", 65_535, -128, true, "owned")).inc();
    let long = "ö".repeat(100);
    all.get(("b", 0, 0, false, &long)).inc();
    let expected = [
        "all_total{text=\"a\",n=\"65535\",small=\"-128\",yes=\"true\",free=\"owned\"} 2".to_owned(),
        format!(
            "all_total{{text=\"b\",n=\"0\",small=\"0\",yes=\"false\",free=\"{}\"}} 1",
            "ö".repeat(64)
        ),
    ];
    assert_eq!(lines(&metrics, "all_total"), expected);
}

/// R25.
#[test]
fn a_name_is_registered_once() {
    let metrics = Metrics::default();
    let first = line!() + 1;
    metrics.counter("jobs_total", "Jobs").register().unwrap();
    metrics.histogram("run_seconds", "Runs").register().unwrap();
    let check = |taken: Result<(), obskit::Error>, name: &str, places: [u32; 2]| {
        let error = taken.unwrap_err();
        assert!(error.is_metric());
        let message = error.to_string();
        for part in [name.to_owned(), place(places[0]), place(places[1])] {
            assert!(message.contains(&part), "{part} is not in {message}");
        }
    };
    let taken = metrics.counter("jobs_total", "Jobs").register().map(drop);
    check(taken, "\"jobs_total\"", [first, line!() - 1]);
    let taken = metrics.gauge("jobs", "Jobs").register().map(drop);
    check(taken, "\"jobs\"", [first, line!() - 1]);
    let taken = metrics.counter("run_seconds_count_total", "Its count").register().map(drop);
    check(taken, "\"run_seconds\"", [first + 1, line!() - 1]);
    let taken = metrics.gauge("obskit_scrape_errors", "Ours").register().map(drop);
    assert!(taken.unwrap_err().to_string().contains("\"obskit_scrape_errors_total\""));
    Metrics::default().counter("jobs_total", "Another registry's").register().unwrap();
}

fn place(line: u32) -> String {
    format!("families.rs:{line}")
}

#[test]
fn names_and_labels_are_checked() {
    let check = |name: &str, labels: &[&str], accepted: bool| {
        let metrics = Metrics::default();
        let gauge = metrics.gauge(name.to_owned(), "Help");
        let registered = match labels {
            [] => gauge.register().map(drop),
            [one] => gauge.label::<Text>(String::from(*one)).register().map(drop),
            [one, two, ..] => {
                let gauge = gauge.label::<Text>(String::from(*one));
                gauge.label::<Text>(String::from(*two)).register().map(drop)
            }
        };
        assert_eq!(registered.is_ok(), accepted, "{name} {labels:?}");
    };
    check("a_gauge:of_1", &["label_1", "_2"], true);
    check("", &[], false);
    check("1st", &[], false);
    check("a b", &[], false);
    check("a\nb", &[], false);
    check("größe", &[], false);
    check("a_total", &[], false);
    check("a_bucket", &[], false);
    check(&"a".repeat(201), &[], false);
    check("a", &[""], false);
    check("a", &["b c"], false);
    check("a", &["b\"c"], false);
    check("a", &["__name__"], false);
    check("a", &["b", "b"], false);
    check("a", &["le"], true);
    let metrics = Metrics::default();
    let le = metrics.histogram("a", "Help").label::<Text>("le").register();
    assert!(le.unwrap_err().to_string().contains("le"));
    assert!(metrics.counter("jobs", "No suffix").register().is_err());
    assert!(metrics.gauge("a", "").register().is_err());
    assert!(metrics.gauge("a", "h".repeat(1_025)).register().is_err());
}

/// R24: what is made, changed and scraped by two threads at once is all there in the end.
#[test]
fn hammering_loses_nothing() {
    const ROUNDS: u32 = 10_000;
    let metrics = Metrics::default();
    let family = by_text(&metrics, 50_000);
    thread::scope(|scope| {
        let hammer = || {
            for n in 0..ROUNDS {
                family.get((n.to_string(),)).inc();
            }
        };
        let hammers = [scope.spawn(hammer), scope.spawn(hammer)];
        let mut last = 0.0;
        while hammers.iter().any(|hammer| !hammer.is_finished()) {
            for format in [Format::Text, Format::Protobuf] {
                let names = vec!["hits".into()];
                let scraped = metrics.scrape(&Scrape { format, gzip: false, names });
                let total = match format {
                    Format::Protobuf => protobuf_total(scraped.body()),
                    _ => text_total(scraped.body()),
                };
                assert!(total >= last, "{total} after {last}");
                last = total;
            }
        }
    });
    let names = vec!["hits".into()];
    let scraped = metrics.scrape(&Scrape { names, ..Scrape::default() });
    assert_eq!(Some(text_total(scraped.body())), Some((2 * ROUNDS).into()));
    let lines = std::str::from_utf8(scraped.body()).unwrap().lines();
    assert_eq!(lines.filter(|line| line.ends_with("} 2")).count(), 10_000);
}

fn text_total(body: &[u8]) -> f64 {
    let lines = std::str::from_utf8(body).unwrap().lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
}

fn protobuf_total(body: &[u8]) -> f64 {
    let families = metric_family::decode(body).unwrap();
    let metrics = families.iter().flat_map(|family| &family.metric);
    metrics.map(|metric| metric.counter.as_ref().unwrap().value()).sum()
}

/// A value may be `overflow` too: there is one series of the name all the same.
#[test]
fn a_value_called_overflow_is_not_there_twice() {
    let metrics = Metrics::default();
    let family = metrics.counter("x_total", "X.").label::<Text>("t").limit(2).register().unwrap();
    for value in ["overflow", "0", "1", "2", "3", "overflow"] {
        family.get((value,)).inc();
    }
    let text = metrics.text();
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("x_total{")).collect();
    let expected = ["x_total{t=\"0\"} 1", "x_total{t=\"1\"} 1", "x_total{t=\"overflow\"} 4"];
    assert_eq!(lines, expected);
}

#[test]
fn a_total_of_fractions_never_falls_nor_stays_infinite() {
    let metrics = Metrics::default();
    let total = metrics.float_counter("x_seconds_total", "X.").register().unwrap();
    for amount in [1.5, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0] {
        total.add(amount);
    }
    assert_eq!(total.value().to_bits(), 2.5f64.to_bits());
}
