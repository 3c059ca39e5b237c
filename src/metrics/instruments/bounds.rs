//! Buckets with marks among them, so that how many were within a mark is known exactly.

use std::time::Duration;

use crate::error::Error;
use crate::metrics::catalog::Definition;
use crate::metrics::declaration::{Declaration, Source};
use crate::metrics::histogram::Bounds;

/// `base`, in seconds, and every time that `mark` finds in a declaration.
///
/// # Errors
///
/// When they are more than a histogram has; the error names the declarations.
pub(super) fn with_marks(
    definition: &Definition,
    base: &[f64],
    declarations: &[&'static Declaration],
    mark: impl Fn(&Declaration) -> Option<Duration>,
) -> Result<Bounds, Error> {
    let marked = declarations.iter().filter_map(|found| Some((mark(found)?, found.source)));
    let marked: Vec<(f64, Source)> =
        marked.map(|(mark, source)| (mark.as_secs_f64(), source)).collect();
    let mut list = base.to_vec();
    list.extend(marked.iter().map(|(mark, _)| *mark));
    list.sort_by(f64::total_cmp);
    list.dedup();
    let bounds = Bounds::from(list.as_slice());
    bounds.validate().map_err(|problem| {
        let marks = marked.iter().map(|(mark, at)| format!("{mark} s at {at}"));
        let mut marks: Vec<_> = marks.collect();
        marks.dedup();
        let (name, marks) = (definition.name, marks.join(", "));
        let all = list.len();
        Error::metric(format!("metric {name:?}: {problem}; there are {all} with {marks}"))
    })?;
    Ok(bounds)
}
