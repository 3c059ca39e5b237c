//! Lines in a file: rotated, moved away by others, not writable.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use obskit::Telemetry;
use obskit::config::{Config, LogFile, LogOutput};
use tempfile::tempdir;
use tracing::info;

use super::gate::lines;
use super::lab::Lab;

const LONG: Duration = Duration::from_secs(20);
const SIZE: u64 = 64 << 10;

fn lab(path: &Path, size: u64) -> Lab {
    let mut file = LogFile::new(path);
    (file.max_bytes, file.keep) = (size, 3);
    Lab::new(|config| config.logs.output = LogOutput::File(file))
}

/// Logs numbers from `from` on, some at a time.
fn log(lab: &Lab, from: u64, count: u64) {
    for n in from..from + count {
        lab.run(|| info!(n, text = "some bytes more than nothing", "line"));
        if n % 100 == 0 {
            assert!(lab.telemetry.flush(LONG));
        }
    }
    assert!(lab.telemetry.flush(LONG));
}

fn numbers(path: &Path) -> Vec<u64> {
    let lines = lines(&fs::read(path).unwrap());
    lines.iter().map(|line| line["metadata"]["n"].as_u64().unwrap()).collect()
}

#[test]
fn older_files_are_numbered_and_the_oldest_go() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("workouts.log");
    let lab = lab(&path, SIZE);
    log(&lab, 0, 3000);
    let file = |number: &str| folder.path().join(format!("workouts.log{number}"));
    let files = [".3", ".2", ".1", ""].map(file);
    let kept: Vec<u64> = files.iter().flat_map(|path| numbers(path)).collect();
    assert_eq!(kept.last(), Some(&2999));
    assert!(kept.windows(2).all(|pair| pair[0] + 1 == pair[1]), "no line is split or missing");
    for path in &files {
        assert!(fs::metadata(path).unwrap().len() <= SIZE);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    assert_eq!(lab.dropped("failed") + lab.dropped("full"), 0);
}

#[test]
fn a_file_that_is_there_is_written_on() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("workouts.log");
    for run in 0..3 {
        log(&lab(&path, SIZE), run * 10, 10);
    }
    assert_eq!(numbers(&path), (0..30).collect::<Vec<_>>());
}

/// As logrotate does it.
#[test]
fn a_file_that_is_moved_away_is_followed() {
    let folder = tempdir().unwrap();
    let [path, moved] = ["workouts.log", "moved.log"].map(|name| folder.path().join(name));
    let lab = lab(&path, 1 << 30);
    log(&lab, 0, 10);
    fs::rename(&path, &moved).unwrap();
    let deadline = Instant::now() + LONG;
    let mut count = 10;
    while !path.exists() {
        assert!(Instant::now() < deadline, "no new file was begun");
        log(&lab, count, 1);
        count += 1;
    }
    let all: Vec<u64> = [moved, path].iter().flat_map(|path| numbers(path)).collect();
    assert_eq!(all, (0..count).collect::<Vec<_>>());
}

#[test]
fn a_full_disk_is_counted() {
    let full = Path::new("/dev/full");
    if full.exists() {
        let lab = lab(full, SIZE);
        log(&lab, 0, 10);
        assert_eq!(lab.dropped("failed"), 10);
    }
}

#[test]
fn what_cannot_be_opened_is_named() {
    let folder = tempdir().unwrap();
    let mut config = Config::default();
    let path = folder.path().join("missing").join("workouts.log");
    config.logs.output = LogOutput::File(LogFile::new(&path));
    let error = Telemetry::build(config).unwrap().tracing_layer().unwrap_err();
    assert!(error.is_config());
    let expected = format!("logs.output: the file {} cannot be written", path.display());
    assert_eq!(error.to_string(), expected);
}
