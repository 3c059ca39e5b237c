//! A Unix socket, whose file is made for this process and removed with it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf, absolute};

use tokio::net::{UnixListener, UnixSocket, UnixStream};

use crate::admin::access::{Door, Origin};

use super::{BODY, Listen};

/// A listener, and its file.
pub(in crate::admin) struct Socket {
    listener: UnixListener,
    file: File,
}

/// Removed on drop, if it is still the one that was made.
struct File {
    path: PathBuf,
    /// Device and number.
    id: (u64, u64),
}

/// Who may connect: the user of the process.
const MODE: u32 = 0o600;
const BACKLOG: u32 = 128;

impl Socket {
    /// Listens at `path`, in the place of a socket that nobody listens on any more.
    pub(super) async fn bind(path: &Path) -> io::Result<Self> {
        // The working directory may change before the file is removed.
        let path = absolute(path)?;
        let socket = match bind(&path) {
            Err(error) if is_taken(&error) && is_left_behind(&path).await => {
                fs::remove_file(&path)?;
                bind(&path)
            }
            bound => bound,
        };
        let (socket, file) = socket?;
        // Nobody can connect before this, so nobody did by other permissions.
        fs::set_permissions(&file.path, Permissions::from_mode(MODE))?;
        Ok(Self { listener: socket.listen(BACKLOG)?, file })
    }

    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }
}

impl Listen for Socket {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Origin)> {
        let (stream, _) = self.listener.accept().await?;
        Ok((stream, Origin { peer: None, door: Door::File, patience: BODY }))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|id| id == self.id) {
            // What cannot be removed is found to be left behind by the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn bind(path: &Path) -> io::Result<(UnixSocket, File)> {
    let socket = UnixSocket::new_stream()?;
    socket.bind(path)?;
    let id = identity(path)?;
    Ok((socket, File { path: path.to_owned(), id }))
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

/// Whether the file is a socket that nobody listens on.
async fn is_left_behind(path: &Path) -> bool {
    let file = fs::symlink_metadata(path);
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    file.is_ok_and(|file| file.file_type().is_socket())
        && UnixStream::connect(path).await.is_err_and(refused)
}
