//! Where a program runs, as `contexts` of Sentry's events have it.

use std::time::SystemTime;

use sentry::protocol::{
    AppContext, Context, DeviceContext, Map, OsContext, RuntimeContext, map::Entry,
};

use crate::config::{BUILT_FOR, Service, executable};

/// Of the compiler that built this crate, and thereby the program.
const RUSTC: &str = env!("OBSKIT_RUSTC");

/// What is the same for everything that this process sends.
pub(super) fn of_process(service: &Service, started: SystemTime) -> Map<String, Context> {
    let (_, processor) = BUILT_FOR;
    let device = DeviceContext { arch: Some(processor.into()), ..DeviceContext::default() };
    let version = Some(RUSTC).filter(|version| !version.is_empty()).map(Into::into);
    let runtime =
        RuntimeContext { name: Some("rustc".into()), version, ..RuntimeContext::default() };
    let app = AppContext {
        app_start_time: Some(started),
        app_identifier: executable(),
        app_name: Some(service.name.clone()),
        app_version: service.version.clone(),
        ..AppContext::default()
    };
    let contexts: [(&str, Context); 4] = [
        ("app", app.into()),
        ("device", device.into()),
        ("os", system().into()),
        ("runtime", runtime.into()),
    ];
    contexts.into_iter().map(|(key, context)| (key.to_owned(), context)).collect()
}

/// Adds what is not there yet.
pub(super) fn fill(contexts: &mut Map<String, Context>, own: &Map<String, Context>) {
    for (key, context) in own {
        if let Entry::Vacant(vacant) = contexts.entry(key.clone()) {
            vacant.insert(context.clone());
        }
    }
}

/// The host's name for itself.
#[cfg(unix)]
pub(super) fn host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// Windows tells it by a variable, which is not read.
#[cfg(not(unix))]
pub(super) fn host_name() -> Option<String> {
    None
}

#[cfg(unix)]
fn system() -> OsContext {
    let system = rustix::system::uname();
    let text = |text: &std::ffi::CStr| Some(text.to_string_lossy().into_owned());
    OsContext {
        name: text(system.sysname()),
        version: text(system.release()),
        build: text(system.version()),
        kernel_version: text(system.release()),
        ..OsContext::default()
    }
}

#[cfg(not(unix))]
fn system() -> OsContext {
    let (system, _) = BUILT_FOR;
    OsContext { name: Some(system.into()), ..OsContext::default() }
}
