//! Where the server's database and files are: what `serve` and `admin` are told, or the usual folder.

use anyhow::Result;
use clap::Args;

use super::Desk;
use crate::config::DataDir;

#[derive(Args)]
pub struct Place {
    #[arg(long, value_name = "DB")]
    pub db: Option<String>,
    #[arg(long, value_name = "PLACE")]
    pub blobs: Option<String>,
}

impl Place {
    /// The database and the place of the files; in the data folder, under `name`, where nothing is said.
    pub fn or_usual(&self, desk: &Desk, name: &str) -> Result<(String, String)> {
        let folder = || DataDir::usual().ok_or_else(|| desk.refuse("cli.serve.no_home", &[]));
        let db = match &self.db {
            Some(db) => db.clone(),
            None => format!("sqlite:{}", folder()?.database(name).display()),
        };
        let blobs = match &self.blobs {
            Some(blobs) => blobs.clone(),
            None => folder()?.blobs(name).display().to_string(),
        };
        Ok((db, blobs))
    }
}
