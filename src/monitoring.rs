//! Files for outside systems, from the catalog: nothing here yet.
