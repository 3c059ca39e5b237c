//! What the service is about.

use std::time::Duration;

use obskit::Label;
use serde::{Deserialize, Serialize};

/// The kind of a training day. Its values are known, so what it labels is there at 0 before the
/// first workout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Label)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DayType {
    Push,
    Pull,
    Legs,
}

/// One training session.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workout {
    pub(crate) id: u64,
    pub(crate) day_type: DayType,
    exercises: [&'static str; 3],
}

/// How many workouts there are.
pub(crate) const WORKOUTS: u64 = 30;

impl DayType {
    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Legs => "legs",
        }
    }

    /// Push, pull, legs, and over again.
    fn of(day: u64) -> Self {
        match day % 3 {
            0 => Self::Push,
            1 => Self::Pull,
            _ => Self::Legs,
        }
    }
}

impl Workout {
    /// One of those there are.
    pub(crate) fn of(id: u64) -> Option<Self> {
        if !(1..=WORKOUTS).contains(&id) {
            return None;
        }
        let day_type = DayType::of(id);
        let exercises = match day_type {
            DayType::Push => ["bench press", "overhead press", "dips"],
            DayType::Pull => ["deadlift", "pull-up", "row"],
            DayType::Legs => ["squat", "lunge", "calf raise"],
        };
        Some(Self { id, day_type, exercises })
    }

    /// How long it takes.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_mins(20 + 2 * self.id)
    }
}
