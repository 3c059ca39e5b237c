//! A process that ends with its owner, a panic of the test included.

use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use crate::wait::wait_until;

/// Killed and waited for on drop.
#[derive(Debug)]
pub struct OwnedChild(Child);

impl OwnedChild {
    /// Starts `command`, which must be there.
    pub fn spawn(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        Self(command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display())))
    }

    pub fn get_mut(&mut self) -> &mut Child {
        &mut self.0
    }

    /// How it ended, where it has.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Asks it to end by SIGTERM and waits for that.
    pub async fn terminate(&mut self, deadline: Duration) -> ExitStatus {
        self.signal("TERM");
        self.end(deadline).await
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        // The shell's own `kill`, since the library forbids `unsafe` and Debian's is a package.
        let line = format!("kill -{name} {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    }

    /// Waits for its end.
    pub async fn end(&mut self, deadline: Duration) -> ExitStatus {
        wait_until("the process to end", deadline, async || {
            self.0.try_wait().unwrap().ok_or("still running")
        })
        .await
    }
}

impl Drop for OwnedChild {
    fn drop(&mut self) {
        // An error here means that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
