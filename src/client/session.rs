//! Signing in and out, and what is kept of it between two runs: a file that nobody else on the machine can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::error::ApiError;
use super::http::{Call, Client, Token};
use crate::api::routes::{Route, operation};
use crate::api::session::{Login, Me, Session};
use crate::domain::ids::PersonId;
use crate::domain::moment::Moment;

const LOGIN: &Route = operation("login");
const ME: &Route = operation("me");
const LOGOUT: &Route = operation("logout");

impl Client {
    pub async fn login(&self, person: &str, password: &str) -> Result<Session, ApiError> {
        let login = Login {
            person: person.to_owned(),
            password: password.to_owned(),
        };
        self.ask(&Call::to(LOGIN).with(&login)?).await
    }

    pub async fn me(&self) -> Result<Me, ApiError> {
        self.ask(&Call::to(ME)).await
    }

    /// The token is worth nothing afterwards. That it was worth nothing before is no error: an answer may have been lost.
    pub async fn logout(&self) -> Result<(), ApiError> {
        match self.tell(&Call::to(LOGOUT)).await {
            Err(ApiError::Unauthorized) => Ok(()),
            other => other,
        }
    }
}

/// What is kept of a session. The token goes to this server only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub server: Address,
    pub person: PersonId,
    pub token: Token,
    pub expires: Moment,
}

/// The file of the last session.
#[derive(Clone, Debug)]
pub struct SessionFile(PathBuf);

impl SessionFile {
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// None where nobody has signed in. A file that holds something else is `InvalidData`.
    pub fn load(&self) -> io::Result<Option<Saved>> {
        match fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The new one takes the place of the old one in one step, and is never readable for others, not even for a moment.
    pub fn keep(&self, saved: &Saved) -> io::Result<()> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        private_folder(folder)?;
        let new = self.0.with_extension(format!("{}.new", std::process::id()));
        let written = write_private(&new, &serde_json::to_vec(saved)?).and_then(|()| fs::rename(&new, &self.0));
        if written.is_err() {
            // What cannot be written cannot always be removed either; the error that counts is the first one.
            let _ = fs::remove_file(&new);
        }
        written
    }

    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What an interrupted run left behind may have been made by anybody.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Elsewhere the folder of a person is theirs alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
