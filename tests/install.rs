//! What writes process globals: one test, in a process of its own.

use http::{Request, Response, StatusCode};
use obskit::config::Config;
use std::convert::Infallible;
use std::io;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tower::{Layer, ServiceExt, service_fn};

static HOOKED: AtomicUsize = AtomicUsize::new(0);

/// Lines that a subscriber writes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A handler whose panic a layer within ours turns into a 500.
async fn caught(_: Request<String>) -> Result<Response<String>, Infallible> {
    let caught = catch_unwind(AssertUnwindSafe(|| panic!("the handler's fault")));
    let status = if caught.is_err() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    Ok(Response::builder().status(status).body(String::new()).unwrap())
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a hook that was there before")]
async fn init_sets_globals_once() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    panic::set_hook(Box::new(|_| {
        HOOKED.fetch_add(1, Ordering::Relaxed);
    }));

    let environment = [("OTEL_TRACES_SAMPLER", "sometimes")];
    let telemetry = obskit::init(Config::from_environment(&environment).unwrap()).unwrap();
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(logged.lines().count(), 1, "{logged}");
    assert!(logged.contains("WARN") && logged.contains("OTEL_TRACES_SAMPLER"), "{logged}");

    let again = obskit::init(Config::default()).unwrap_err();
    assert!(again.is_already_installed(), "{again}");

    // R11: a panic is booked though a layer within has caught it, and the hook before still runs.
    let service = telemetry.layer().layer(service_fn(caught));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    let text = telemetry.metrics().text();
    let line = "status=\"500\",outcome=\"panic\"} 1";
    assert!(text.contains(line), "{text}");
    assert_eq!(HOOKED.load(Ordering::Relaxed), 1);
    // Outside of any request nothing is booked.
    catch_unwind(|| panic!("nobody's fault")).unwrap_err();
    assert_eq!(HOOKED.load(Ordering::Relaxed), 2);
    assert_eq!(telemetry.metrics().text().matches("outcome=\"panic\"} 1").count(), 1);
}
