//! `rexian admin calendar` and `rexian admin rulebook`: what a server judges by, loaded for all of its servers.

use std::path::Path;

use anyhow::Result;

use super::Office;
use crate::calendar::Calendar;
use crate::cli::Outcome;
use crate::rules::{Rulebook, rulebook_check};
use crate::server::laws::{self, Laws};
use crate::server::store::account::Order as Account;

impl Office<'_> {
    pub(super) async fn load_calendar(&self, file: &Path) -> Result<Outcome> {
        let text = self.desk.read_text(Some(file))?;
        let name = self.desk.name_of(Some(file));
        if let Err(error) = Calendar::parse(&text, &name) {
            let error = self.desk.locale.calendar_error(&error);
            return Err(self.desk.refuse("cli.calendar.broken", &[("error", &error)]));
        }
        self.load("calendar", &name, text).await
    }

    pub(super) async fn load_rulebook(&self, file: &Path) -> Result<Outcome> {
        let desk = self.desk;
        let text = desk.read_text(Some(file))?;
        let name = desk.name_of(Some(file));
        // The books that the server has are what it may stand on, not those of this machine.
        let shelf = &self.store.laws().shelf;
        let mistakes = rulebook_check::check(&text, &name, shelf);
        if !mistakes.is_empty() {
            let lines: Vec<String> = mistakes
                .iter()
                .map(|mistake| desk.locale.rulebook_mistake(mistake))
                .collect();
            return Err(anyhow::anyhow!(lines.join("\n")));
        }
        // The check reads it in the same way, so this does not fail.
        let book = Rulebook::parse(&text, &name, shelf)?;
        self.load(&laws::name_of(&book), &name, text).await
    }

    /// Keeps a text that reads, if all the laws together still do: another book may stand on this one.
    async fn load(&self, name: &str, file: &str, text: String) -> Result<Outcome> {
        let mut texts = self.store.texts().await.map_err(|error| self.failed(&error))?;
        texts.retain(|(other, _)| other != name);
        texts.push((name.to_owned(), text.clone()));
        if let Err(error) = Laws::with(&texts) {
            let why = error.to_string();
            return Err(self.desk.refuse("cli.admin.breaks", &[("file", file), ("why", &why)]));
        }
        self.write(Account::PutText {
            name: name.to_owned(),
            text,
        })
        .await?;
        self.done("cli.admin.loaded", name)
    }
}
