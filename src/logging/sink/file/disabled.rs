//! No files of lines without the feature `log-file`.

use std::io::Write;

use crate::config::LogFile;
use crate::error::Error;

pub(super) fn open(file: &LogFile) -> Result<Box<dyn Write + Send>, Error> {
    let path = file.path.display();
    let accepted = "standard output, standard error or a writer; files with the feature `log-file`";
    Err(Error::config(format!("logs.output is the file {path}; accepted: {accepted}")))
}
