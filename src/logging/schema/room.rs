//! The room on a line that is too long, and who gets how much of it.

/// Room that values share in their order: one that is too long gets half of what is left, or more
/// where those behind it need less.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
    /// What the values that have not been asked for yet would take.
    wanted: usize,
    pub(super) is_cut: bool,
}

impl Room {
    pub(super) fn new(left: usize, wanted: usize) -> Self {
        Self { left, wanted, is_cut: false }
    }

    /// How much a value may take that would take `size`.
    pub(super) fn ask(&mut self, size: usize) -> usize {
        self.wanted = self.wanted.saturating_sub(size);
        size.min((self.left / 2).max(self.left.saturating_sub(self.wanted)))
    }

    /// Says how much it took.
    pub(super) fn take(&mut self, size: usize) {
        self.left = self.left.saturating_sub(size);
    }
}
