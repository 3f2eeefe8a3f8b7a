//! Where the program's own folder is and how it is laid out. Reading what lies there is not here.

use std::path::{Path, PathBuf};

/// The config folder: rulebooks and calendars of the office's own, later settings, keymap and themes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigDir(PathBuf);

impl ConfigDir {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Where this system keeps a program's settings; none where there is no home.
    pub fn usual() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "rexian")?;
        Some(Self(folders.config_dir().to_owned()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `rulebooks/*.toml` are added to the built-in ones.
    pub fn rulebooks(&self) -> PathBuf {
        self.0.join("rulebooks")
    }

    /// Takes the place of the built-in calendar.
    pub fn calendar(&self) -> PathBuf {
        self.0.join("calendars").join("cn.toml")
    }
}

/// The data folder: what an embedded or a small server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Where this system keeps a program's data; none where there is no home.
    pub fn usual() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "rexian")?;
        Some(Self(folders.data_dir().to_owned()))
    }

    pub fn database(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.db"))
    }

    pub fn blobs(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}-blobs"))
    }
}

/// The state folder: what is remembered from one run to the next, and nobody would miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir(PathBuf);

impl StateDir {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Where this system keeps such things; none where there is no home.
    pub fn usual() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "rexian")?;
        // Only some systems have a folder of that name.
        let folder = folders.state_dir().unwrap_or(folders.data_local_dir());
        Some(Self(folder.to_owned()))
    }

    /// Who is signed in where.
    pub fn session(&self) -> PathBuf {
        self.0.join("session.json")
    }
}
