//! What all functions of one name have to agree on.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::metrics::declaration::{Declaration, Role, Source};

/// Something that functions of a role may declare, and those of one name alike.
pub(super) struct Agreement<T> {
    pub(super) role: Role,
    /// As it is called in errors.
    pub(super) what: &'static str,
    pub(super) of: fn(&Declaration) -> Option<T>,
    pub(super) text: fn(&T) -> String,
}

impl<T: Copy + PartialEq> Agreement<T> {
    /// What is declared of each name, by the first that does.
    ///
    /// # Errors
    ///
    /// When two say different things; the error names both places.
    pub(super) fn reach(
        &self,
        declarations: &[&'static Declaration],
    ) -> Result<BTreeMap<&'static str, T>, Error> {
        let mut first: BTreeMap<&'static str, (T, Source)> = BTreeMap::new();
        for declaration in declarations.iter().filter(|declaration| declaration.role == self.role) {
            let Some(value) = (self.of)(declaration) else { continue };
            let source = declaration.source;
            let (agreed, at) = first.entry(declaration.name).or_insert((value, source));
            if value != *agreed {
                let (role, name) = (self.role.as_str(), declaration.name);
                let (ours, theirs) = ((self.text)(&value), (self.text)(agreed));
                return Err(Error::metric(format!(
                    "{role} {name:?} has the {} {theirs} at {at} and {ours} at {source}; \
                     accepted: the same for all functions of one name",
                    self.what
                )));
            }
        }
        Ok(first.into_iter().map(|(name, (value, _))| (name, value)).collect())
    }
}
