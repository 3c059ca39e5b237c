//! A check that does what it is told, and tells what it did.

use obskit::health::{BoxError, Check};
use std::future::pending;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// Clones are the same check.
#[derive(Clone, Debug)]
pub struct Script(Arc<Mutex<Told>>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    Pass,
    Fail(&'static str),
    Panic(&'static str),
    Hang,
}

#[derive(Debug)]
struct Told {
    then: Then,
    starts: Vec<Instant>,
    running: usize,
    most: usize,
}

/// Counts a run until it is dropped, however it ends.
struct Running(Script);

impl Script {
    pub fn new(then: Then) -> Self {
        let told = Told { then, starts: Vec::new(), running: 0, most: 0 };
        Self(Arc::new(Mutex::new(told)))
    }

    /// From the next run on.
    pub fn set(&self, then: Then) {
        self.0.lock().unwrap().then = then;
    }

    pub fn runs(&self) -> usize {
        self.0.lock().unwrap().starts.len()
    }

    /// When each run began.
    pub fn starts(&self) -> Vec<Instant> {
        self.0.lock().unwrap().starts.clone()
    }

    /// Runs that have begun and are not gone.
    pub fn running(&self) -> usize {
        self.0.lock().unwrap().running
    }

    /// The most that ran at the same time.
    pub fn most_at_once(&self) -> usize {
        self.0.lock().unwrap().most
    }

    /// Whether anybody else still holds it.
    pub fn is_held(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    fn begin(&self) -> (Then, Running) {
        let mut told = self.0.lock().unwrap();
        told.starts.push(Instant::now());
        told.running += 1;
        told.most = told.most.max(told.running);
        (told.then.clone(), Running(self.clone()))
    }
}

impl Check for Script {
    async fn check(&self) -> Result<(), BoxError> {
        let (then, _running) = self.begin();
        match then {
            Then::Pass => Ok(()),
            Then::Fail(why) => Err(why.into()),
            Then::Panic(why) => panic!("{why}"),
            Then::Hang => pending().await,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().running -= 1;
    }
}
