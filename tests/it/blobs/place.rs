//! The places that blobs are kept in for the tests, seen from behind.

use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rexian::server::blobs::Blobs;

use crate::cli::Folder;
use crate::s3_stand_in::StandIn;

pub enum Place {
    Folder(Folder),
    S3(StandIn),
}

impl Place {
    /// Another server on the same place.
    pub fn blobs(&self) -> Blobs {
        match self {
            Self::Folder(folder) => Blobs::open(&folder.path().join("blobs").to_string_lossy()),
            Self::S3(s3) => Blobs::open_with("s3://tickets/some/where", |name| s3.setting(name)),
        }
        .expect("a place for blobs")
    }

    /// The path of everything that lies there, from `parts` and `blobs` on, in order.
    pub fn content(&self) -> Vec<String> {
        match self {
            Self::Folder(folder) => {
                let mut files = Vec::new();
                walk(&folder.path().join("blobs"), "", &mut files);
                files.sort();
                files
            }
            Self::S3(s3) => {
                let shelf = s3.shelf();
                let keys = shelf.objects.keys();
                keys.map(|key| key.replace("/tickets/some/where/", "")).collect()
            }
        }
    }

    pub fn corrupt(&self, path: &str, bytes: &[u8]) {
        match self {
            Self::Folder(folder) => std::fs::write(folder.path().join("blobs").join(path), bytes).expect("a file"),
            Self::S3(s3) => {
                let key = format!("/tickets/some/where/{path}");
                let mut shelf = s3.shelf();
                shelf.objects.get_mut(&key).expect("an object").bytes = Bytes::copy_from_slice(bytes);
            }
        }
    }

    pub fn date(&self, path: &str, changed: DateTime<Utc>) {
        match self {
            Self::Folder(folder) => {
                let file = folder.path().join("blobs").join(path);
                let file = std::fs::File::options().append(true).open(file).expect("a file");
                file.set_modified(changed.into()).expect("a date");
            }
            Self::S3(s3) => {
                let key = format!("/tickets/some/where/{path}");
                s3.shelf().objects.get_mut(&key).expect("an object").changed = changed;
            }
        }
    }

    pub fn lose(&self) {
        match self {
            Self::Folder(folder) => {
                for half in ["parts", "blobs"] {
                    let path = folder.path().join("blobs").join(half);
                    std::fs::remove_dir_all(&path).expect("a folder");
                    std::fs::write(&path, "no folder any more").expect("a file");
                }
            }
            Self::S3(s3) => s3.shelf().refuses = true,
        }
    }

    /// Nothing but whole files, and nothing begun that nobody ends.
    pub fn is_tidy(&self) -> bool {
        if let Self::S3(s3) = self
            && s3.shelf().unfinished_uploads() > 0
        {
            return false;
        }
        self.content().iter().all(|path| path.starts_with("blobs/"))
    }
}

fn walk(folder: &Path, ahead: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{ahead}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else {
            files.push(name);
        }
    }
}
