//! Labels, and what is labelled.

use obskit::Label;

/// What is trained on a day.
#[derive(Clone, Copy, Debug, Label, PartialEq, Eq)]
#[label(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DayType {
    /// Chest.
    Push,
    /// Back.
    PullUps,
    /// Legs, of which many know nothing.
    #[deprecated = "skip it"]
    #[label(rename = "legs")]
    LegDay,
}

/// One workout.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workout {
    /// Its number.
    pub id: u32,
    /// What is trained.
    #[serde(skip, default = "DayType::usual")]
    pub day_type: DayType,
    /// What is lifted.
    pub kilograms: f64,
    /// What was said.
    pub note: String,
}

/// What it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Repetitions.
    pub reps: u32,
}

/// Who trains.
#[derive(Clone, Debug)]
pub struct Session {
    /// Their number.
    pub user_id: u64,
}

impl DayType {
    /// What is trained without being asked.
    #[must_use]
    pub const fn usual() -> Self {
        Self::Push
    }
}
