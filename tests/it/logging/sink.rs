//! The way out: what happens to lines when it stalls, fails, fills up or ends.

use std::io::{self, Write};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use obskit::config::{LogOutput, LogWriter};
use obskit_tests::lines::Lines;
use serde_json::Value;
use tracing::dispatcher::{self, Dispatch, WeakDispatch};
use tracing::{error, info, warn};

use super::gate::{Answer, Gate};
use super::lab::{Lab, field};

const LONG: Duration = Duration::from_secs(20);
const SMALL: usize = 64 << 10;

/// A telemetry whose writer waits in its first write.
fn stalled() -> (Lab, Gate) {
    let (output, gate) = Gate::new();
    let lab = Lab::new(|config| {
        config.logs.buffer = SMALL;
        config.logs.output = output;
        config.logs.flood.lines = 0;
    });
    lab.run(|| info!("first"));
    gate.begun();
    (lab, gate)
}

fn of_level<'a>(lines: &'a [Value], level: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["level"] == level).collect()
}

/// What the stream itself says is missing in it.
fn told(lines: &[Value]) -> u64 {
    lines.iter().filter_map(|line| line["metadata"]["telemetry.dropped"].as_u64()).sum()
}

#[test]
fn errors_outlive_the_rest_and_the_stream_tells_what_is_missing() {
    let (lab, mut gate) = stalled();
    lab.run(|| {
        (0..300).for_each(|n| info!(n, "info"));
        (0..30).for_each(|n| warn!(n, "warn"));
        (0..30).for_each(|n| error!(n, "error"));
    });
    gate.open();
    assert!(lab.telemetry.flush(LONG));
    let lines = gate.lines();
    assert_eq!(of_level(&lines, "error").len(), 30);
    let warnings = of_level(&lines, "warn");
    assert_eq!(warnings.iter().filter(|line| line["message"] == "warn").count(), 30);
    let kept = of_level(&lines, "info");
    assert!((1..=SMALL / 512).contains(&kept.len()), "{}", kept.len());
    assert_eq!(told(&lines), lab.dropped("full"));
    assert_eq!(kept.len() as u64 + lab.dropped("full"), 300);
}

#[test]
fn with_nothing_but_errors_errors_are_lost_too() {
    let (lab, mut gate) = stalled();
    lab.run(|| (0..300).for_each(|n| error!(n, "error")));
    lab.run(|| info!("refused"));
    gate.open();
    assert!(lab.telemetry.flush(LONG));
    let lines = gate.lines();
    let kept = of_level(&lines, "error").len() as u64;
    assert!((1..=128).contains(&kept));
    assert_eq!((kept + lab.dropped("full"), told(&lines)), (301, lab.dropped("full")));
    assert_eq!(lines.iter().filter(|line| line["message"] == "refused").count(), 0);
}

/// Nobody reads the pipe, so the thread hangs in a write; nobody who logs does.
#[test]
fn a_stalled_pipe_blocks_nobody() {
    let (reader, writer) = io::pipe().unwrap();
    let lab = Lab::new(|config| {
        config.logs.buffer = SMALL;
        config.logs.output = LogOutput::Writer(LogWriter::new(writer));
    });
    let mut longest = Duration::ZERO;
    lab.run(|| {
        for n in 0..20_000 {
            let start = Instant::now();
            info!(n, "to nowhere");
            longest = longest.max(start.elapsed());
        }
    });
    assert!(lab.dropped("full") > 10_000);
    assert!(longest < Duration::from_secs(1), "{longest:?}");
    assert!(!lab.telemetry.flush(Duration::from_millis(50)));
    drop(reader);
    assert!(lab.telemetry.flush(LONG), "a broken pipe is an answer");
    assert!(lab.dropped("failed") > 0);
}

#[test]
fn failed_writes_are_counted_and_told() {
    for answer in [
        || Answer::Fail(io::ErrorKind::BrokenPipe),
        || Answer::Fail(io::ErrorKind::StorageFull),
        || Answer::Panic,
    ] {
        let (lab, mut gate) = stalled();
        gate.answer(answer());
        gate.open();
        lab.run(|| info!("second"));
        assert!(lab.telemetry.flush(LONG));
        let lines = gate.lines();
        assert_eq!((told(&lines), lab.dropped("failed")), (1, 1));
        assert_eq!(lines.iter().filter(|line| line["message"] == "second").count(), 1);
    }
}

/// A terminal or pipe that something else has made non-blocking.
#[test]
fn an_output_that_would_block_is_waited_for() {
    /// Takes a little, then says it would block, and so on.
    struct Hesitant(Lines, usize);

    impl Write for Hesitant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            match self.1 % 3 {
                0 => self.0.write(&bytes[..bytes.len().min(100)]),
                1 => Err(io::ErrorKind::WouldBlock.into()),
                _ => Err(io::ErrorKind::Interrupted.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let lines = Lines::default();
    let output = LogOutput::Writer(LogWriter::new(Hesitant(lines.clone(), 0)));
    let lab = Lab::new(|config| config.logs.output = output);
    lab.run(|| (0..20).for_each(|n| info!(n, "slowly")));
    assert_eq!(lines.take(&lab.telemetry).len(), 20);
}

/// What is left of a line that was torn apart stands alone, and harms no other.
#[test]
fn a_torn_line_ends_before_the_next() {
    /// The disk is full after half of the first line, then there is room again.
    struct Full(Arc<Mutex<Vec<u8>>>, usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            let part = match self.1 {
                1 => &bytes[..bytes.len() / 2],
                2 => return Err(io::ErrorKind::StorageFull.into()),
                _ => bytes,
            };
            self.0.lock().unwrap().extend_from_slice(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let bytes = Arc::new(Mutex::new(Vec::new()));
    let output = LogOutput::Writer(LogWriter::new(Full(Arc::clone(&bytes), 0)));
    let lab = Lab::new(|config| config.logs.output = output);
    for message in ["torn", "whole"] {
        lab.run(|| info!("{message}"));
        assert!(lab.telemetry.flush(LONG));
    }
    let bytes = bytes.lock().unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    assert!(serde_json::from_slice::<Value>(&bytes[..end]).is_err());
    let lines = super::gate::lines(&bytes[end + 1..]);
    assert_eq!((lines.len(), told(&lines), lab.dropped("failed")), (2, 1, 1));
    assert_eq!(lines[1]["message"], "whole");
}

#[tokio::test]
async fn a_hung_write_does_not_hold_the_end() {
    let (lab, _gate) = stalled();
    lab.run(|| (0..10).for_each(|n| info!(n, "too late")));
    let start = Instant::now();
    let report = lab.telemetry.shutdown(Duration::from_millis(200)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!((report.lost_lines, lab.dropped("failed")), (11, 11));
    lab.run(|| info!("after the end"));
    assert_eq!(lab.dropped("closed"), 1);
}

#[test]
fn nothing_that_was_logged_is_lost_at_the_end() {
    for _ in 0..1000 {
        let lines = Lines::default();
        let lab = Arc::new(Lab::new(|config| config.logs.output = lines.output()));
        let together = Arc::new(Barrier::new(3));
        let loggers = [0, 1].map(|thread| {
            let (lab, together) = (Arc::clone(&lab), Arc::clone(&together));
            thread::spawn(move || {
                together.wait();
                lab.run(|| (0..10).for_each(|n| info!(thread, n, "line")));
            })
        });
        together.wait();
        assert!(lab.telemetry.flush(LONG));
        loggers.into_iter().for_each(|logger| logger.join().unwrap());
        drop(lab);
        assert_eq!(lines.written().len(), 20);
    }
}

#[test]
fn lines_stand_in_the_order_of_their_time() {
    let (lab, mut gate) = stalled();
    lab.run(|| {
        for _ in 0..10 {
            info!("info");
            error!("error");
            warn!("warn");
        }
    });
    gate.open();
    assert!(lab.telemetry.flush(LONG));
    let lines = gate.lines();
    assert_eq!(lines.len(), 30);
    assert!(lines.is_sorted_by_key(|line| field(line, "timestamp").to_owned()));
}

#[test]
fn many_lines_go_in_one_write() {
    let (lab, mut gate) = stalled();
    lab.run(|| (0..50).for_each(|n| info!(n, "line")));
    gate.answer(Answer::Take);
    let write = gate.begun();
    gate.open();
    assert_eq!(super::gate::lines(&write).len(), 50);
}

/// What a writer logs while it writes would have to be written in turn, for ever.
#[test]
fn a_writer_that_logs_is_not_logged() {
    struct Chatty(Lines, Arc<OnceLock<WeakDispatch>>);

    impl Write for Chatty {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let dispatch = self.1.get().and_then(WeakDispatch::upgrade).unwrap();
            dispatcher::with_default(&dispatch, || info!("writing"));
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let (lines, dispatch) = (Lines::default(), Arc::default());
    let output = LogOutput::Writer(LogWriter::new(Chatty(lines.clone(), Arc::clone(&dispatch))));
    let lab = Lab::new(|config| config.logs.output = output);
    lab.run(|| {
        dispatch.set(dispatcher::get_default(Dispatch::downgrade)).unwrap();
        info!("written");
    });
    let lines = lines.take(&lab.telemetry);
    assert!(lab.telemetry.flush(LONG));
    assert_eq!(lines.iter().map(|line| field(line, "message")).collect::<Vec<_>>(), ["written"]);
}

#[test]
fn a_line_allocates_nothing_in_steady_state() {
    let lab = Lab::new(|config| config.logs.output = Lines::default().output());
    let log = |count: usize| {
        lab.run(|| (0..count).for_each(|n| info!(n, user = "ada", ok = true, share = 0.5, "line")));
        assert!(lab.telemetry.flush(LONG));
    };
    (0..10).for_each(|_| log(50));
    let allocated = allocation_counter::measure(|| log(50));
    assert_eq!(allocated.count_total, 0);
}
