//! `rexian admin unit` and `rexian admin user`: who works with a server, and what they may do.

use std::io::{BufRead, IsTerminal};

use anyhow::Result;
use clap::{Args, Subcommand};

use super::Office;
use crate::cli::{Desk, Outcome};
use crate::domain::ids::{BookId, PersonId, UnitId};
use crate::domain::people::{Person, Role, Unit};
use crate::server::password;
use crate::server::store::StoreError;
use crate::server::store::account::Order as Account;

#[derive(Subcommand)]
pub(super) enum UnitTask {
    Add(AddUnit),
    List(Listing),
    Rulebook(SetBook),
}

#[derive(Subcommand)]
pub(super) enum UserTask {
    Add(AddUser),
    List(Listing),
    Password(Named),
    Leave(Named),
    Oversee(Oversee),
}

#[derive(Args)]
pub(super) struct Listing {
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct AddUnit {
    #[arg(value_name = "ID")]
    id: String,
    #[arg(long, value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "ID")]
    rulebook: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    phone: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    address: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    duties: String,
}

#[derive(Args)]
pub(super) struct SetBook {
    #[arg(value_name = "UNIT")]
    unit: String,
    #[arg(value_name = "RULEBOOK")]
    rulebook: String,
}

#[derive(Args)]
pub(super) struct AddUser {
    #[arg(value_name = "ID")]
    id: String,
    #[arg(long, value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "UNIT")]
    unit: String,
    #[arg(long, value_name = "ROLE")]
    role: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    phone: String,
}

#[derive(Args)]
pub(super) struct Named {
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Args)]
pub(super) struct Oversee {
    #[arg(value_name = "ID")]
    id: String,
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,
}

impl Office<'_> {
    pub(super) async fn units(&self, task: &UnitTask) -> Result<Outcome> {
        match task {
            UnitTask::Add(add) => self.add_unit(add).await,
            UnitTask::List(listing) => self.list_units(listing.json).await,
            UnitTask::Rulebook(set) => self.set_book(set).await,
        }
    }

    pub(super) async fn users(&self, task: &UserTask) -> Result<Outcome> {
        match task {
            UserTask::Add(add) => self.add_user(add).await,
            UserTask::List(listing) => self.list_users(listing.json).await,
            UserTask::Password(named) => self.set_password(&named.id).await,
            UserTask::Leave(named) => self.leave(&named.id).await,
            UserTask::Oversee(oversee) => self.oversee(oversee).await,
        }
    }

    fn known_book(&self, id: &str) -> Result<BookId> {
        let laws = self.store.laws();
        let known: Vec<&str> = laws.shelf.ids().map(BookId::as_str).collect();
        if known.contains(&id) {
            Ok(BookId::from(id))
        } else {
            Err(self.desk.refuse_choice("cli.book.unknown", id, &known))
        }
    }

    /// Names travel in the columns of the log, where `|` divides them, and in addresses.
    fn name(&self, id: &str) -> Result<()> {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if id.is_empty() || id.len() > 64 || !id.chars().all(letter) {
            return Err(self.desk.refuse("cli.admin.name", &[("given", id)]));
        }
        Ok(())
    }

    async fn unit(&self, id: &str) -> Result<Unit> {
        match self.store.unit(&UnitId::from(id)).await {
            Ok(unit) => Ok(unit),
            Err(StoreError::NotFound) => Err(self.desk.refuse("cli.admin.no_unit", &[("id", id)])),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn person(&self, id: &str) -> Result<Person> {
        match self.store.person(id).await {
            Ok((person, _)) => Ok(person),
            Err(StoreError::NotFound) => Err(self.desk.refuse("cli.admin.no_user", &[("id", id)])),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn add_unit(&self, add: &AddUnit) -> Result<Outcome> {
        self.name(&add.id)?;
        let unit = Unit {
            id: UnitId::from(add.id.as_str()),
            name: add.name.clone(),
            book: self.known_book(&add.rulebook)?,
            phone: add.phone.clone(),
            address: add.address.clone(),
            duties: add.duties.clone(),
        };
        if self.store.unit(&unit.id).await.is_ok() {
            return Err(self.desk.refuse("cli.admin.unit_taken", &[("id", &add.id)]));
        }
        self.write(Account::PutUnit(unit)).await?;
        self.done("cli.admin.unit_added", &add.id)
    }

    async fn list_units(&self, json: bool) -> Result<Outcome> {
        let units = self.store.units().await.map_err(|error| self.failed(&error))?;
        if json {
            self.desk.print_json(&units)?;
            return Ok(Outcome::Yes);
        }
        let rows = units
            .into_iter()
            .map(|unit| vec![unit.id.0, unit.name, unit.book.0, unit.phone]);
        self.table(&["id", "name", "book", "phone"], rows)
    }

    async fn set_book(&self, set: &SetBook) -> Result<Outcome> {
        let mut unit = self.unit(&set.unit).await?;
        unit.book = self.known_book(&set.rulebook)?;
        self.write(Account::PutUnit(unit)).await?;
        self.done("cli.admin.book_set", &set.unit)
    }

    async fn add_user(&self, add: &AddUser) -> Result<Outcome> {
        self.name(&add.id)?;
        let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| *role != Role::System).collect();
        let known: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        let Some(role) = roles.into_iter().find(|role| role.name() == add.role) else {
            return Err(self.desk.refuse_choice("cli.admin.role", &add.role, &known));
        };
        let unit = self.unit(&add.unit).await?;
        if self.store.person(&add.id).await.is_ok() {
            return Err(self.desk.refuse("cli.admin.user_taken", &[("id", &add.id)]));
        }
        let hash = self.desk.new_password()?;
        let person = Person {
            id: PersonId::from(add.id.as_str()),
            name: add.name.clone(),
            role,
            unit: unit.id,
            phone: add.phone.clone(),
            active: true,
        };
        let id = person.id.clone();
        self.write(Account::PutPerson(person)).await?;
        self.write(Account::SetPassword { person: id, hash }).await?;
        self.done("cli.admin.user_added", &add.id)
    }

    async fn list_users(&self, json: bool) -> Result<Outcome> {
        let people = self.store.people().await.map_err(|error| self.failed(&error))?;
        if json {
            self.desk.print_json(&people)?;
            return Ok(Outcome::Yes);
        }
        let desk = self.desk;
        let rows = people.into_iter().map(|person| {
            let active = if person.active {
                "cli.admin.state.active"
            } else {
                "cli.admin.state.left"
            };
            vec![
                person.id.0,
                person.name,
                desk.locale.term("role", person.role.name()),
                person.unit.0,
                desk.word(active).to_owned(),
            ]
        });
        self.table(&["id", "name", "role", "unit", "state"], rows)
    }

    async fn set_password(&self, id: &str) -> Result<Outcome> {
        let person = self.person(id).await?;
        let hash = self.desk.new_password()?;
        self.write(Account::SetPassword {
            person: person.id,
            hash,
        })
        .await?;
        self.done("cli.admin.password_set", id)
    }

    async fn leave(&self, id: &str) -> Result<Outcome> {
        let mut person = self.person(id).await?;
        person.active = false;
        self.write(Account::PutPerson(person)).await?;
        self.done("cli.admin.user_left", id)
    }

    async fn oversee(&self, oversee: &Oversee) -> Result<Outcome> {
        let person = self.person(&oversee.id).await?;
        for unit in &oversee.units {
            let unit = self.unit(unit).await?.id;
            self.write(Account::Oversee {
                person: person.id.clone(),
                unit,
            })
            .await?;
        }
        self.done("cli.admin.oversees", &oversee.id)
    }
}

impl Desk {
    /// A password from the prompt, twice, or one line of standard input; never from the command line, where others see
    /// it. Returns its hash.
    fn new_password(&self) -> Result<String> {
        let password = if std::io::stdin().is_terminal() {
            let first = rpassword::prompt_password(self.word("cli.admin.password"))?;
            let second = rpassword::prompt_password(self.word("cli.admin.password_again"))?;
            if first != second {
                return Err(self.refuse("cli.admin.password_differs", &[]));
            }
            first
        } else {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        };
        password::hash(&password).map_err(|_| {
            let least = password::LEAST.to_string();
            self.refuse("cli.admin.password_short", &[("least", &least)])
        })
    }
}
