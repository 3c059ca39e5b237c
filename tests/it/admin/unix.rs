//! The operator's server on a Unix socket.
#![cfg(unix)]

use super::{DEADLINE, built};
use obskit::Telemetry;
use obskit::config::AdminAddr;
use obskit_tests::wait::wait_until;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn at(path: &Path) -> Telemetry {
    built(|config| {
        config.admin.addr = AdminAddr::Unix(path.to_owned());
        config.admin.token = Some(super::TOKEN.to_owned().into());
    })
}

/// A folder, and a path in it.
fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("admin.sock");
    (folder, path)
}

fn ask(path: &Path, head: &str, body: &str) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let length = body.len();
    let rest = format!("host: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    write!(stream, "{head} HTTP/1.1\r\n{rest}").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[tokio::test]
async fn who_may_open_its_file_is_trusted() {
    let (_folder, path) = place();
    let telemetry = at(&path);
    let addr = telemetry.serve_admin().await.unwrap();
    assert_eq!(addr, AdminAddr::Unix(path.clone()));
    assert_eq!(addr.to_string(), format!("unix:{}", path.display()));
    let file = fs::metadata(&path).unwrap();
    assert!(file.file_type().is_socket());
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    for head in ["GET /metrics", "GET /readyz?verbose", "GET /debug/ledger", "GET /"] {
        let reply = ask(&path, head, "");
        assert!(reply.starts_with("HTTP/1.1 200"), "{head}: {reply}");
    }
    let reply = ask(&path, "PUT /loglevel", "debug");
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert_eq!(telemetry.levels().get(), "debug");
}

#[tokio::test]
async fn its_file_goes_with_it() {
    let (_folder, path) = place();
    let telemetry = at(&path);
    telemetry.serve_admin().await.unwrap();
    telemetry.shutdown(DEADLINE).await.unwrap();
    assert!(!path.exists());
    let telemetry = at(&path);
    telemetry.serve_admin().await.unwrap();
    drop(telemetry);
    wait_until("the file to be removed", DEADLINE, async || {
        if path.exists() { Err("it is there") } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_nobody_listens_on_any_more_is_replaced() {
    let (_folder, path) = place();
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let telemetry = at(&path);
    telemetry.serve_admin().await.unwrap();
    assert!(ask(&path, "GET /livez", "").starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_in_use_or_no_socket_is_left_alone() {
    let (folder, path) = place();
    let refused = async |path: &Path| {
        let error = at(path).serve_admin().await.unwrap_err();
        assert!(error.is_bind(), "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    };
    let listener = UnixListener::bind(&path).unwrap();
    refused(&path).await;
    UnixStream::connect(&path).unwrap();
    drop(listener);
    let text = folder.path().join("text");
    fs::write(&text, "mine").unwrap();
    refused(&text).await;
    assert_eq!(fs::read_to_string(&text).unwrap(), "mine");
    refused(folder.path()).await;
    // Not even by way of a link.
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    refused(&link).await;
    assert!(path.exists());
    refused(&folder.path().join("missing/admin.sock")).await;
    refused(&folder.path().join("a".repeat(200))).await;
}

#[tokio::test]
async fn a_file_that_came_after_it_is_not_removed() {
    let (_folder, path) = place();
    let telemetry = at(&path);
    telemetry.serve_admin().await.unwrap();
    fs::remove_file(&path).unwrap();
    let other = UnixListener::bind(&path).unwrap();
    let id = fs::metadata(&path).unwrap().ino();
    telemetry.shutdown(DEADLINE).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().ino(), id);
    drop(other);
}
