//! When to leave: Ctrl-C, or what a container's runtime sends.

use std::io;

use tokio::sync::mpsc::{Receiver, channel};

/// Tells each time somebody asks the process to end.
#[cfg(unix)]
pub(crate) fn asked() -> io::Result<Receiver<()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (tell, asked) = channel(1);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if tell.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(asked)
}

/// Tells each time somebody asks the process to end.
#[cfg(not(unix))]
pub(crate) fn asked() -> io::Result<Receiver<()>> {
    let (tell, asked) = channel(1);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if tell.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(asked)
}
