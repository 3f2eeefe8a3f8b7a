//! `rexian admin`: the units and people of a server, its laws, and the care of its data. It works on the database
//! itself, so it needs no password; whoever may read the database may do all of it.

mod data;
mod laws;
mod people;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::layout::columns;
use super::place::Place;
use super::{Desk, Outcome};
use crate::server::clock::Clock;
use crate::server::store::account::Order as Account;
use crate::server::store::apply::{Done, Order};
use crate::server::store::{Store, StoreError, schema};
use people::{UnitTask, UserTask};

#[derive(Args)]
pub struct Admin {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    #[command(subcommand)]
    Unit(UnitTask),
    #[command(subcommand)]
    User(UserTask),
    Calendar(Loaded),
    Rulebook(Loaded),
    Backup(Folder),
    Restore(Folder),
    Verify(Verify),
    Rebuild,
}

#[derive(Args)]
struct Loaded {
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args)]
struct Folder {
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

#[derive(Args)]
struct Verify {
    #[arg(long)]
    blobs_too: bool,
}

impl Admin {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let (db, blobs) = self.place.or_usual(desk, "rexian")?;
        let looks = matches!(self.task, Task::Backup(_) | Task::Verify(_) | Task::Rebuild);
        if looks && !schema::is_there(&db) {
            // A slip of the pen would be an empty database that is found to be in order.
            let db = schema::without_password(&db);
            return Err(desk.refuse("cli.admin.no_db", &[("db", &db)]));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = Store::open(&db, Arc::new(Clock::running()))
                .await
                .map_err(|error| desk.store_failed(&db, &error))?;
            let office = Office {
                desk,
                db: &db,
                blobs: &blobs,
                store: &store,
            };
            let outcome = office.run(&self.task).await;
            store.close().await;
            outcome
        })
    }
}

/// One server's data, open for care.
struct Office<'a> {
    desk: &'a Desk,
    db: &'a str,
    blobs: &'a str,
    store: &'a Store,
}

impl Office<'_> {
    async fn run(&self, task: &Task) -> Result<Outcome> {
        match task {
            Task::Unit(task) => self.units(task).await,
            Task::User(task) => self.users(task).await,
            Task::Calendar(loaded) => self.load_calendar(&loaded.file).await,
            Task::Rulebook(loaded) => self.load_rulebook(&loaded.file).await,
            Task::Backup(folder) => self.backup(&folder.dir).await,
            Task::Restore(folder) => self.restore(&folder.dir).await,
            Task::Verify(verify) => self.verify(verify.blobs_too).await,
            Task::Rebuild => self.rebuild().await,
        }
    }

    fn failed(&self, error: &StoreError) -> anyhow::Error {
        self.desk.store_failed(self.db, error)
    }

    async fn write(&self, order: Account) -> Result<Done> {
        self.store
            .write(Order::Account(order))
            .await
            .map_err(|error| self.failed(&error))
    }

    fn done(&self, key: &str, id: &str) -> Result<Outcome> {
        self.desk.print(&self.desk.say(key, &[("id", id)]))?;
        Ok(Outcome::Yes)
    }

    fn table(&self, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Outcome> {
        let head: Vec<String> = head
            .iter()
            .map(|name| self.desk.locale.term("cli.admin.head", name))
            .collect();
        let table: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
        self.desk.print(&columns(&table, 0))?;
        Ok(Outcome::Yes)
    }
}
