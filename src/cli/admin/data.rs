//! `rexian admin backup | restore | verify | rebuild`: the care of what is stored.

use std::path::Path;

use anyhow::Result;

use super::Office;
use crate::cli::Outcome;
use crate::server::blobs::{BlobError, Blobs};
use crate::server::store::backup::{BackupError, Counts};
use crate::server::store::restore::RestoreError;
use crate::server::store::verify::{Flaw, VerifyError};

/// So many flaws are told one by one; the rest is counted.
const MOST_TOLD: u64 = 1000;

impl Office<'_> {
    fn files(&self) -> Result<Blobs> {
        Blobs::open(self.blobs).map_err(|error| self.files_failed(self.blobs, &error))
    }

    fn files_failed(&self, place: &str, error: &dyn std::error::Error) -> anyhow::Error {
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        self.desk.refuse("cli.serve.blobs", &[("place", place), ("why", &why)])
    }

    fn file_failed(&self, error: &BlobError) -> anyhow::Error {
        self.files_failed(self.blobs, error)
    }

    pub(super) async fn backup(&self, folder: &Path) -> Result<Outcome> {
        let shown = folder.display().to_string();
        let counts = self
            .store
            .backup(folder, &self.files()?)
            .await
            .map_err(|error| match &error {
                BackupError::Store(error) => self.failed(error),
                BackupError::Files(error) => self.file_failed(error),
                BackupError::Open(error) => self.files_failed(&shown, error),
                BackupError::Write { path, source } => {
                    let (path, why) = (path.display().to_string(), source.to_string());
                    self.desk
                        .refuse("cli.admin.unwritten", &[("path", &path), ("why", &why)])
                }
            })?;
        self.counted("cli.admin.backed_up", &shown, &counts)
    }

    pub(super) async fn restore(&self, folder: &Path) -> Result<Outcome> {
        let shown = folder.display().to_string();
        let desk = self.desk;
        let counts = self
            .store
            .restore(folder, &self.files()?)
            .await
            .map_err(|error| match &error {
                RestoreError::Store(error) => self.failed(error),
                RestoreError::Files(error) => self.file_failed(error),
                RestoreError::Open(error) => self.files_failed(&shown, error),
                RestoreError::Laws(error) => desk.refuse("cli.serve.laws", &[("why", &error.to_string())]),
                RestoreError::Read { path, source } => {
                    let (path, why) = (path.display().to_string(), source.to_string());
                    desk.refuse("cli.input.unreadable", &[("file", &path), ("why", &why)])
                }
                RestoreError::Broken { line } => desk.refuse(
                    "cli.admin.broken_backup",
                    &[("dir", &shown), ("line", &line.to_string())],
                ),
                RestoreError::Newer { found } => desk.refuse(
                    "cli.admin.newer_backup",
                    &[("dir", &shown), ("found", &found.to_string())],
                ),
                RestoreError::NotEmpty { table } => desk.refuse("cli.admin.not_empty", &[("table", table)]),
            })?;
        self.counted("cli.admin.restored", &shown, &counts)
    }

    /// How much it was, and which files are not whole.
    fn counted(&self, key: &str, folder: &str, counts: &Counts) -> Result<Outcome> {
        let desk = self.desk;
        for sha in &counts.broken {
            desk.note(&desk.say("cli.admin.broken_file", &[("sha", &sha.to_string())]));
        }
        if counts.missing > 0 {
            desk.note(&desk.say("cli.admin.missing_files", &[("count", &counts.missing.to_string())]));
        }
        let [tickets, events, files] = [counts.tickets, counts.events, counts.files].map(|count| count.to_string());
        let args = [
            ("dir", folder),
            ("tickets", &tickets),
            ("events", &events),
            ("files", &files),
        ];
        desk.print(&desk.say(key, &args))?;
        let whole = counts.broken.is_empty() && counts.missing == 0;
        Ok(if whole { Outcome::Yes } else { Outcome::No })
    }

    pub(super) async fn verify(&self, bytes: bool) -> Result<Outcome> {
        let desk = self.desk;
        let blobs = self.files()?;
        let mut flaws = 0;
        // A closed pipe ends the telling, not the looking.
        let mut tell = |flaw: Flaw| {
            flaws += 1;
            if flaws <= MOST_TOLD {
                let key = format!("cli.admin.flaw.{}", flaw.kind);
                let _ = desk.print(&desk.say(&key, &[("no", &flaw.no), ("what", &flaw.what)]));
            }
        };
        let looked = self
            .store
            .verify(&blobs, bytes, &mut tell)
            .await
            .map_err(|error| match &error {
                VerifyError::Store(error) => self.failed(error),
                VerifyError::Files(error) => self.file_failed(error),
            })?;
        let [tickets, events, files, flaws_told] =
            [looked.tickets, looked.events, looked.files, flaws].map(|count| count.to_string());
        let mut args = vec![("tickets", tickets.as_str()), ("events", &events)];
        if bytes {
            args.push(("files", &files));
        }
        if flaws == 0 {
            desk.print(&desk.say("cli.admin.sound", &args))?;
            return Ok(Outcome::Yes);
        }
        args.push(("flaws", &flaws_told));
        desk.print(&desk.say("cli.admin.flaws", &args))?;
        Ok(Outcome::No)
    }

    pub(super) async fn rebuild(&self) -> Result<Outcome> {
        let tickets = self.store.rebuild().await.map_err(|error| self.failed(&error))?;
        self.desk
            .print(&self.desk.say("cli.admin.rebuilt", &[("tickets", &tickets.to_string())]))?;
        Ok(Outcome::Yes)
    }
}
