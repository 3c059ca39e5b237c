//! What is read anew before each scrape, held against what the system says by another way.

use std::convert::Infallible;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::{AdminAddr, Clock};
use obskit::context::RequestContext;
use obskit_tests::settings;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tower::{Layer, ServiceExt, service_fn};

fn telemetry() -> Telemetry {
    Telemetry::build(settings::local()).unwrap()
}

/// The value of the one line that begins with `series`.
fn value(telemetry: &Telemetry, series: &str) -> f64 {
    find(telemetry, series)
        .unwrap_or_else(|| panic!("no {series}:\n{}", telemetry.metrics().text()))
}

fn find(telemetry: &Telemetry, series: &str) -> Option<f64> {
    let text = telemetry.metrics().text();
    let mut values = text.lines().filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    values.next().map(|value| value.parse().unwrap())
}

fn whole(telemetry: &Telemetry, series: &str) -> u64 {
    value(telemetry, series).to_string().parse().unwrap()
}

/// The number after `name` in a file of /proc/self that has one on each line.
fn proc(file: &str, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/self/{file}")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().find_map(|word| word.parse().ok()).unwrap()
}

fn close(found: f64, expected: f64, allowed: f64) {
    assert!((found - expected).abs() <= allowed, "{found} is not {expected} ± {allowed}");
}

#[test]
fn memory_is_that_of_proc_and_grows_with_use() {
    const MIB: f64 = 1_048_576.0;
    let telemetry = telemetry();
    let resident = || value(&telemetry, "process_resident_memory_bytes");
    let before = resident();
    close(before, proc("status", "VmRSS:") * 1_024.0, 32.0 * MIB);
    let faults = value(&telemetry, "process_minor_page_faults_total");
    let held = black_box(vec![1u8; 64 << 20]);
    let grown = resident() - before;
    assert!(grown > 48.0 * MIB, "{grown}");
    assert!(value(&telemetry, "process_minor_page_faults_total") > faults);
    drop(held);
    close(
        value(&telemetry, "process_virtual_memory_bytes"),
        proc("status", "VmSize:") * 1_024.0,
        256.0 * MIB,
    );
}

#[test]
fn open_files_are_counted() {
    let telemetry = telemetry();
    let open = || value(&telemetry, "process_open_fds");
    let before = open();
    let files: Vec<_> = (0..100).map(|_| File::open("/dev/null").unwrap()).collect();
    close(open() - before, 100.0, 60.0);
    // The listing itself is open while it is read. Other tests open and close files, too.
    let listed = fs::read_dir("/proc/self/fd").unwrap().count() - 1;
    close(open(), f64::from(u32::try_from(listed).unwrap()), 40.0);
    drop(files);
    close(value(&telemetry, "process_max_fds"), proc("limits", "Max open files"), 0.0);
}

#[test]
fn time_on_the_processor_is_counted() {
    let telemetry = telemetry();
    let cpu = || value(&telemetry, "process_cpu_seconds_total");
    let before = cpu();
    let start = Instant::now();
    // The kernel counts in hundredths.
    while cpu() - before < 0.2 {
        assert!(start.elapsed() < Duration::from_secs(50), "from {before} to {}", cpu());
        black_box((0..100_000).map(black_box).sum::<u64>());
    }
    assert!(cpu() - before <= 64.0 * start.elapsed().as_secs_f64());
}

#[test]
fn the_process_began_before_now_and_has_threads() {
    let telemetry = telemetry();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let started = value(&telemetry, "process_start_time_seconds");
    assert!(started <= now + 2.0 && started > now - 3_600.0, "{started} at {now}");
    close(value(&telemetry, "process_threads"), proc("status", "Threads:"), 16.0);
}

#[test]
fn bytes_over_the_network_are_counted() {
    let telemetry = telemetry();
    let bytes = || {
        ["receive", "transmit"]
            .map(|way| value(&telemetry, &format!("process_network_{way}_bytes_total")))
    };
    let before = bytes();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let sender = std::thread::spawn(move || client.write_all(&vec![7; 1 << 20]).unwrap());
    let mut received = Vec::new();
    server.read_to_end(&mut received).unwrap();
    sender.join().unwrap();
    assert_eq!(received.len(), 1 << 20);
    for (before, after) in before.into_iter().zip(bytes()) {
        assert!(after - before >= 1_048_576.0, "from {before} to {after}");
    }
}

#[test]
fn bytes_to_and_from_storage_are_those_of_proc() {
    let telemetry = telemetry();
    let mut file = tempfile::tempfile_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    file.write_all(&vec![7; 1 << 20]).unwrap();
    file.sync_all().unwrap();
    for (series, field) in [
        ("process_io_storage_written_bytes_total", "write_bytes:"),
        ("process_io_storage_read_bytes_total", "read_bytes:"),
    ] {
        let (least, found) = (proc("io", field), value(&telemetry, series));
        let most = proc("io", field);
        assert!((least..=most).contains(&found), "{series}: {least} ≤ {found} ≤ {most}");
    }
}

#[test]
fn what_is_switched_off_is_not_there() {
    let mut config = settings::local();
    (config.metrics.collect_process, config.metrics.collect_runtime) = (false, false);
    let text = Telemetry::build(config).unwrap().metrics().text();
    let mut names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    assert!(
        !names.any(|name| name.starts_with("process_") || name.starts_with("runtime_")),
        "{text}"
    );
    assert!(text.contains("build_info"), "{text}");
}

#[test]
fn the_build_is_named() {
    let mut config = settings::local();
    config.service.name = "workouts".to_owned();
    config.service.version = Some("1.2.3".to_owned());
    let telemetry = Telemetry::build(config).unwrap();
    let series = "build_info{service=\"workouts\",version=\"1.2.3\",obskit_version=\"0.1.0\"}";
    close(value(&telemetry, series), 1.0, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runtime_it_is_built_in_is_watched() {
    let telemetry = telemetry();
    let tasks = || value(&telemetry, "runtime_alive_tasks{runtime=\"main\"}");
    let before = tasks();
    let (ends, tasks_begun): (Vec<_>, Vec<_>) = (0..25)
        .map(|_| {
            let (end, ended) = oneshot::channel::<()>();
            (end, tokio::spawn(ended))
        })
        .unzip();
    close(tasks() - before, 25.0, 0.0);
    for end in ends {
        end.send(()).unwrap();
    }
    for task in tasks_begun {
        task.await.unwrap().unwrap();
    }
    close(value(&telemetry, "runtime_workers{runtime=\"main\"}"), 2.0, 0.0);
    for series in [
        "runtime_global_queue_depth{runtime=\"main\"}",
        "runtime_worker_busy_seconds_total{runtime=\"main\",worker=\"1\"}",
        "runtime_worker_parks_total{runtime=\"main\",worker=\"0\"}",
    ] {
        assert!(value(&telemetry, series) >= 0.0);
    }
}

#[test]
fn outside_of_a_runtime_none_is_watched() {
    let telemetry = telemetry();
    assert!(telemetry.watch_runtime("jobs").unwrap_err().to_string().contains("\"jobs\""));
    assert_eq!(find(&telemetry, "runtime_workers{runtime=\"main\"}"), None);
    assert_eq!(find(&telemetry, "runtime_workers{runtime=\"jobs\"}"), None);
}

/// A `main` that builds its telemetry before its runtimes.
#[test]
fn runtimes_that_come_later_are_watched() {
    let mut config = settings::local();
    config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    let telemetry = Telemetry::build(config).unwrap();
    let workers = |runtime| whole(&telemetry, &format!("runtime_workers{{runtime=\"{runtime}\"}}"));
    let multi = |count| Builder::new_multi_thread().enable_all().worker_threads(count).build();
    let (service, jobs) = (multi(2).unwrap(), multi(3).unwrap());
    service.block_on(telemetry.serve_admin()).unwrap();
    jobs.block_on(async { telemetry.watch_runtime("jobs") }).unwrap();
    assert_eq!((workers("main"), workers("jobs")), (2, 3));
    assert!(jobs.block_on(async { telemetry.watch_runtime("main") }).is_err(), "named twice");
    jobs.block_on(telemetry.serve_admin()).unwrap();
    assert_eq!(workers("main"), 2);
}

/// The estimate's standard error is 0.81 %, so five of them are met by no key in a million.
#[tokio::test]
async fn users_of_requests_are_counted_until_their_window_ends() {
    let mut config = settings::local();
    config.clock = Clock::manual();
    let clock = config.clock.clone();
    let telemetry = Telemetry::build(config).unwrap();
    let users = || {
        ["5m", "1h", "1d"]
            .map(|window| whole(&telemetry, &format!("active_users{{window=\"{window}\"}}")))
    };
    assert_eq!(users(), [0; 3]);
    let service = telemetry.layer().layer(service_fn(|request: Request<String>| async move {
        RequestContext::current().unwrap().set_user(request.body());
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    for user in (0..10_000).chain(0..10_000) {
        let request = Request::new(format!("user-{user}"));
        drop(service.clone().oneshot(request).await.unwrap());
    }
    let counted = users();
    assert!(counted[0].abs_diff(10_000) <= 400, "{counted:?}");
    assert_eq!(counted, [counted[0]; 3]);
    clock.advance(Duration::from_secs(330));
    assert_eq!(users(), [0, counted[0], counted[0]]);
    clock.advance(Duration::from_secs(86_430));
    assert_eq!(users(), [0; 3]);
}
