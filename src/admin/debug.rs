//! `/debug/…`: what an operator looks at when something is wrong.

mod cardinality;
mod ledger;
mod requests;
