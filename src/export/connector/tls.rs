//! With the feature `tls`, `https` too, by rustls and ring.

use std::path::Path;
use std::sync::Arc;

use http::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::error::Error;

use super::{Route, Server};

pub(in super::super) type Connector = HttpsConnector<Route>;

/// Files are read here, and once.
pub(super) fn new(
    route: Route,
    url: &Uri,
    server: &Server<'_>,
    is_http2: bool,
) -> Result<Connector, Error> {
    // What is reached without TLS needs no certificates, which this machine may not have.
    let config = if super::is_tls(url) { secured(server)? } else { unsecured()? };
    let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
    let connector = if is_http2 {
        builder.enable_http2().wrap_connector(route)
    } else {
        builder.enable_http1().wrap_connector(route)
    };
    Ok(connector)
}

type Builder<State> = ConfigBuilder<ClientConfig, State>;

fn builder() -> Result<Builder<rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::config("TLS cannot be set up").because(error))
}

fn unsecured() -> Result<ClientConfig, Error> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn secured(server: &Server<'_>) -> Result<ClientConfig, Error> {
    let verified = verified(server)?;
    let Some((key, chain)) = server.client else {
        return Ok(verified.with_no_client_auth());
    };
    let certificates = certificates(server, chain, "client certificate")?;
    let private_key = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unread(server, key, "client key", "a private key").because(error))?;
    verified.with_client_auth_cert(certificates, private_key).map_err(|error| {
        unread(server, chain, "client certificate", "one for its key").because(error)
    })
}

/// By the certificates of a file, or the system's.
fn verified(server: &Server<'_>) -> Result<Builder<WantsClientCert>, Error> {
    let Some(file) = server.certificate else {
        return builder()?.with_native_roots().map_err(|error| {
            let Server { whose, roots, .. } = server;
            let message = format!(
                "the system has no certificates that the {whose} server's could be checked by; \
                 accepted: those, or a file in {roots}"
            );
            Error::config(message).because(error)
        });
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(server, file, "certificate")? {
        roots
            .add(certificate)
            .map_err(|error| unread(server, file, "certificate", "certificates").because(error))?;
    }
    Ok(builder()?.with_root_certificates(roots))
}

fn certificates(
    server: &Server<'_>,
    file: &Path,
    what: &str,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let failed = |error| unread(server, file, what, "certificates").because(error);
    let found = CertificateDer::pem_file_iter(file).map_err(failed)?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if found.is_empty() {
        return Err(unread(server, file, what, "certificates"));
    }
    Ok(found)
}

fn unread(server: &Server<'_>, file: &Path, what: &str, accepted: &str) -> Error {
    let (whose, file) = (server.whose, file.display());
    Error::config(format!(
        "the {whose} {what} {file} cannot be used; accepted: a PEM file with {accepted}"
    ))
}
