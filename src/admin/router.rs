//! The operator's routes as an axum router, to be mounted in the service's own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::routing::any;
use http::Response;

use crate::context::RequestContext;

use super::Admin;
use super::access::{Door, Origin};
use super::routes::{Page, ROUTES, Route};

/// Every route but the list at `/`, a path that belongs to the service.
pub(crate) fn router<S>(admin: Admin) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let admin = Arc::new(admin);
    let mounted = ROUTES.iter().filter(|route| route.page != Page::Index);
    let paths = mounted.flat_map(|route| route.paths().map(move |path| (path, route)));
    paths.fold(Router::new(), |router, (path, route)| {
        let admin = Arc::clone(&admin);
        router.route(path, any(move |request| answer(Arc::clone(&admin), route, request)))
    })
}

async fn answer(admin: Arc<Admin>, route: &Route, request: Request) -> Response<Body> {
    // A probe or a scrape is no traffic of the service's.
    if let Some(context) = RequestContext::current() {
        context.exclude();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let origin = Origin { peer, door: Door::Anyone, patience: None };
    admin.respond_as(route, request, origin).await.map(Body::new)
}
