//! There are no spans in this build, so nobody wants to know more.

use http::Request;

use crate::context::{RequestContext, Seen};

pub(super) fn seen<B>(_: &RequestContext, _: &Request<B>) -> Seen {
    Seen::default()
}
